"""A task that cleans up when it is cancelled, and may take its time."""

import asyncio


async def copy(name, parts):
    print("Open", name)
    done = 0
    try:
        while done < parts:
            await asyncio.sleep(0.02)
            done += 1
    except asyncio.CancelledError:
        print(f"Copying {name} is cancelled half-way")
        raise
    finally:
        await asyncio.sleep(0.01)  # the cleanup is not cancelled by the first request
        print("Close", name)
    print("Copied", name)


async def stubborn():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        asyncio.current_task().uncancel()
        print("Not now")
    await asyncio.sleep(0.01)
    return "done after all"


async def main():
    tasks = [asyncio.create_task(copy("a", 2)), asyncio.create_task(copy("b", 10))]
    await asyncio.sleep(0.11)
    for task in tasks:
        print("Cancelled:", task.cancel())
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            print("A task was cancelled")

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    print(await task)

    # A timeout cancels, too, and waits for the cleanup.
    try:
        async with asyncio.timeout(0.05):
            await copy("c", 10)
    except TimeoutError:
        print("Too late")


asyncio.run(main())
