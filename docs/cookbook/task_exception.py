"""Why a task failed: `exception`."""

import asyncio


async def work(number):
    await asyncio.sleep(0)
    return 12 // number


def report(task):
    if task.cancelled():
        print(task.get_name(), "was cancelled")
    elif error := task.exception():
        print(task.get_name(), "failed with", repr(error))
    else:
        print(task.get_name(), "gave", task.result())


async def main():
    tasks = []
    for number in [3, 0, 1]:
        task = asyncio.create_task(work(number))
        task.set_name(f"task {number}")
        tasks.append(task)
    tasks[2].cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        report(task)


asyncio.run(main())
