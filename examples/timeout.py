"""A limit of time for a block, which can be moved while the block runs."""

import asyncio


async def wait_long():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("The block is cancelled")
        raise


async def main():
    loop = asyncio.get_running_loop()

    # A cancellation inside of the block, a TimeoutError outside.
    try:
        async with asyncio.timeout(0.1):
            await wait_long()
    except TimeoutError:
        print("The time is over")

    async with asyncio.timeout(None) as limit:
        assert limit.when() is None
        for step in range(3):
            limit.reschedule(loop.time() + 0.4)  # a new limit for each step
            await asyncio.sleep(0.2)
            print("Step", step)
    assert not limit.expired()

    # Each timeout knows its own cancellation.
    try:
        async with asyncio.timeout_at(loop.time() + 0.1) as outer:
            try:
                async with asyncio.timeout(3600) as inner:
                    await wait_long()
            except TimeoutError:
                print("Not the inner one")
    except TimeoutError:
        assert outer.expired() and not inner.expired()
        print("The outer time is over")

    try:
        limit.reschedule(loop.time() + 1)
    except RuntimeError as error:
        print("RuntimeError:", error)


asyncio.run(main())
