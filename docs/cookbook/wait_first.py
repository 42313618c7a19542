"""The fastest: `FIRST_COMPLETED`."""

import asyncio


async def ask(server, delay):
    await asyncio.sleep(delay)
    return server


async def main():
    slow = asyncio.create_task(ask("slow", 3600))
    quick = asyncio.create_task(ask("quick", 0.001))
    done, pending = await asyncio.wait(
        [slow, quick], return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    for task in done:
        print("answered by", task.result())
    await asyncio.wait(pending)
    if slow.cancelled():
        print("the slow one gave up")


asyncio.run(main())
