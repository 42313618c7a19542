"""A future: a place for a result that a callback will put there."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none

loop = asyncio.get_event_loop()
future = loop.create_future()

loop.call_soon(future.set_result, "Result is ready")
assert not future.done()

print(loop.run_until_complete(future))
assert future.done()
loop.close()
