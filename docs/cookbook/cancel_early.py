"""A task that never began, and one that has ended."""

import asyncio


async def work(name):
    print(name, "begins")
    return name


async def main():
    early = asyncio.create_task(work("early"))
    early.cancel("not needed")
    try:
        await early
    except asyncio.CancelledError as error:
        print("no line has run:", error)
    late = asyncio.create_task(work("late"))
    await late
    if not late.cancel():
        print("too late, the result is", late.result())


asyncio.run(main())
