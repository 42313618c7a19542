"""A loop of one's own: made, set as the thread's, run, tidied up and closed."""

import asyncio


async def my_task():
    await asyncio.sleep(1)
    print("Task completed!")


custom_loop = asyncio.new_event_loop()
asyncio.set_event_loop(custom_loop)
assert asyncio.get_event_loop() is custom_loop
assert asyncio._get_running_loop() is None  # set does not mean running

custom_loop.run_until_complete(my_task())
custom_loop.run_until_complete(custom_loop.shutdown_asyncgens())

asyncio.set_event_loop(None)
custom_loop.close()
