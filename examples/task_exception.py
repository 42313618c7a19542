"""An exception leaves a task where the task is waited for."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


async def faulty_task():
    raise ValueError("Oops!")


loop = asyncio.get_event_loop()
task = loop.create_task(faulty_task())

try:
    loop.run_until_complete(task)
except ValueError as error:
    print(f"Caught exception: {error}")

print(f"The task keeps it: {task.exception()!r}")
loop.close()
