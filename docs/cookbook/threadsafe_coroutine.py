"""A thread that asks the loop: `run_coroutine_threadsafe`."""

import asyncio


async def price(fruit):
    await asyncio.sleep(0.001)
    return {"apple": 2, "plum": 3}[fruit]


def shop(loop):
    total = 0
    for fruit in ["apple", "plum"]:
        future = asyncio.run_coroutine_threadsafe(
            price(fruit), loop
        )
        total += future.result()
    return total


async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.to_thread(shop, loop))


asyncio.run(main())
