"""What a program can see of itself: the loop, the current task, all tasks and their states."""

import asyncio


def state_of_loop(loop):
    if loop.is_closed():
        return "closed"
    return "running" if loop.is_running() else "not running"


def state_of_task(task):
    if not task.done():
        return "pending"
    if task.cancelled():
        return "cancelled"
    return "done" if task.exception() is None else f"failed with {task.exception()!r}"


def names(tasks):
    # A set has no order of its own.
    return ", ".join(sorted(task.get_name() for task in tasks))


async def work():
    task = asyncio.current_task()
    print(f"{task.get_name()} runs and is {state_of_task(task)}")


async def fail():
    raise ValueError("Oops!")


async def main():
    loop = asyncio.get_running_loop()
    print(f"The loop is {state_of_loop(loop)}: {loop!r}")
    print("The task of main():", asyncio.current_task().get_name())
    loop.call_soon(lambda: print("The task of a callback:", asyncio.current_task()))

    asyncio.current_task().set_name("main")
    worker = asyncio.create_task(work(), name="worker")
    failure = asyncio.create_task(fail(), name="failure")
    sleeper = asyncio.create_task(asyncio.sleep(3600), name="sleeper")
    tasks = [worker, failure, sleeper]
    assert worker.get_loop() is loop
    print("All tasks:", names(asyncio.all_tasks()))

    await asyncio.sleep(0)
    print("All tasks an iteration later:", names(asyncio.all_tasks()))

    sleeper.cancel()
    print(f"sleeper: {state_of_task(sleeper)}, requests to cancel: {sleeper.cancelling()}")
    await asyncio.wait(tasks)
    for task in tasks:
        print(f"{task.get_name()}: {state_of_task(task)}")
    return loop


loop = asyncio.run(main())
print(f"The loop is {state_of_loop(loop)}: {loop!r}")
