"""asyncio.ensure_future(): a coroutine becomes a task, a future stays what it is."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


async def my_task():
    print("Task running...")
    await asyncio.sleep(1)
    print("Task finished!")


loop = asyncio.get_event_loop()
task = asyncio.ensure_future(my_task())
assert asyncio.ensure_future(task) is task
loop.run_until_complete(task)
loop.close()
