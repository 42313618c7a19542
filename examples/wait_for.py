"""A limit of time: when it is reached, what is waited for is cancelled and may clean up."""

import asyncio


async def quick():
    await asyncio.sleep(0.1)
    return "quick() was in time"


async def slow():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("slow() is cancelled and cleans up")
        await asyncio.sleep(0.1)
        print("slow() is done with it")
        raise


async def busy():
    while True:
        await asyncio.sleep(0)  # without this no one else would run, nor the timeout


async def limited(name, coroutine):
    try:
        await asyncio.wait_for(coroutine, 0.2)
    except TimeoutError:
        print(f"{name} took too long")


async def main():
    print(await asyncio.wait_for(quick(), 1))
    print(await asyncio.wait_for(quick(), None))  # no limit
    await limited("slow()", slow())
    await limited("busy()", busy())


asyncio.run(main())
