"""Timers that are cancelled: a limit of time for a task, and a watchdog that is put off."""

import asyncio


def give_up(task):
    print("The time is over")
    task.cancel()


async def limited(delay, limit):
    task = asyncio.create_task(asyncio.sleep(delay, "Done in time"))
    timer = asyncio.get_running_loop().call_later(limit, give_up, task)
    try:
        print(await task)
    except asyncio.CancelledError:
        print("The task is cancelled")
    timer.cancel()  # does nothing if it was called


def bark():
    print("It has been quiet for too long")


async def watched(pauses, patience):
    loop = asyncio.get_running_loop()
    watchdog = loop.call_at(loop.time() + patience, bark)
    for pause in pauses:
        await asyncio.sleep(pause)
        print("A sign of life after", pause)
        watchdog.cancel()
        watchdog = loop.call_at(loop.time() + patience, bark)
        assert watchdog.when() > loop.time()

    watchdog.cancel()
    assert watchdog.cancelled()


async def main():
    await limited(0.1, 0.3)
    await limited(0.3, 0.1)
    await watched([0.1, 0.2, 0.5], 0.35)


asyncio.run(main())
