"""All or nobody goes on: `Barrier`."""

import asyncio


async def work(barrier, name):
    print(name, "has prepared")
    position = await barrier.wait()
    if position == 0:
        print("all of them have")
    async with barrier as position:
        return position


async def main():
    barrier = asyncio.Barrier(3)
    workers = [work(barrier, name) for name in "abc"]
    print(await asyncio.gather(*workers))
    waiting = asyncio.create_task(barrier.wait())
    await asyncio.sleep(0)
    await barrier.abort()
    try:
        await waiting
    except asyncio.BrokenBarrierError:
        print("broken")


asyncio.run(main())
