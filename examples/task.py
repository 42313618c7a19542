"""A task: a coroutine that the loop drives by itself."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


async def say_hello():
    await asyncio.sleep(1)
    print("Hello!")


loop = asyncio.get_event_loop()
task = loop.create_task(say_hello())
print("The task is created and has not run yet")
loop.run_until_complete(task)
loop.close()
