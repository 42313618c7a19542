"""A barrier: all have to come before anyone goes on, again and again."""

import asyncio


async def walk(name, pace, barrier):
    for stage in range(2):
        await asyncio.sleep(pace)
        print(f"{name} reaches shelter {stage}")
        if await barrier.wait() == 0:  # one of them speaks for all
            print(f"all are at shelter {stage}")


async def main():
    barrier = asyncio.Barrier(3)
    await asyncio.gather(
        walk("Ann", 0.3, barrier),
        walk("Ben", 0.1, barrier),
        walk("Cleo", 0.2, barrier),
    )

    waiting = asyncio.create_task(walk("Dora", 0.1, barrier))
    await asyncio.sleep(0.2)
    print(f"{barrier.n_waiting} of {barrier.parties} wait")
    await barrier.abort()
    try:
        await waiting
    except asyncio.BrokenBarrierError as error:
        print(f"the barrier is broken: {error}")


asyncio.run(main())
