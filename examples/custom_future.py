"""asyncio.Future(): a future of the thread's loop, given to a callback that sets it."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


def set_future_result(future):
    future.set_result("Future is done!")


loop = asyncio.get_event_loop()
future = asyncio.Future()

loop.call_soon(set_future_result, future)
print(loop.run_until_complete(future))

try:
    future.set_result("Once more")
except asyncio.InvalidStateError as error:
    print("A second result is refused:", error)
loop.close()
