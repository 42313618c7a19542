"""Who is running: `current_task` and `all_tasks`."""

import asyncio


async def work():
    print("this is", asyncio.current_task().get_name())
    await asyncio.sleep(0.001)


async def main():
    asyncio.current_task().set_name("main")
    worker = asyncio.create_task(work(), name="worker")
    names = [it.get_name() for it in asyncio.all_tasks()]
    print("pending:", *sorted(names))
    await worker
    print(len(asyncio.all_tasks()), "is left")


asyncio.run(main())
