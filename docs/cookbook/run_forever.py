"""The bare loop: `run_forever` and `stop`."""

import asyncio


def tick(loop, number):
    print("Tick", number)
    if number == 3:
        loop.stop()
        return
    loop.call_later(0.001, tick, loop, number + 1)


loop = asyncio.new_event_loop()
loop.call_soon(tick, loop, 1)
try:
    loop.run_forever()
finally:
    loop.close()
