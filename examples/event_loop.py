"""The loop by hand: get it, run a coroutine on it, close it."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


async def main():
    assert asyncio.get_event_loop().is_running()
    print("Running in the event loop")


loop = asyncio.get_event_loop()
loop.run_until_complete(main())
assert not loop.is_running()

loop.close()
assert loop.is_closed()
print("Stopped, and closed")
