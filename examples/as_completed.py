"""Results in the order in which they come, and not in that of the arguments."""

import asyncio


async def fetch(name, delay):
    await asyncio.sleep(delay)
    return f"{name} took {delay} seconds"


def fetches():
    return [fetch("one", 0.5), fetch("two", 0.1), fetch("three", 0.3)]


async def main():
    for coroutine in asyncio.as_completed(fetches()):
        print(await coroutine)

    # Asked in this way it gives the tasks themselves, which are done by then.
    tasks = [asyncio.create_task(coroutine) for coroutine in fetches()]
    async for task in asyncio.as_completed(tasks):
        print(f"tasks[{tasks.index(task)}]: {task.result()}")

    # One limit of time for all of them.
    try:
        for coroutine in asyncio.as_completed(fetches(), timeout=0.2):
            print(await coroutine)
    except TimeoutError:
        print("The others are late")


asyncio.run(main())
