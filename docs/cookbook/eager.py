"""Tasks that begin at once: `eager_start`."""

import asyncio

cache = {"a": 1}


async def look_up(key):
    if key in cache:
        return cache[key]
    print("ask for", key)
    await asyncio.sleep(0.001)
    cache[key] = 2
    return 2


async def main():
    create_task = asyncio.create_task
    for key in ["a", "b"]:
        task = create_task(look_up(key), eager_start=True)
        print(key, "done" if task.done() else "waits")
        print(await task)
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    task = create_task(look_up("b"))
    print("done" if task.done() else "waits")


asyncio.run(main())
