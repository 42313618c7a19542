"""Callbacks after a delay and at a time of the loop's clock."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none

loop = asyncio.get_event_loop()


def delayed_callback():
    print("Callback executed after delay!")
    loop.stop()


def scheduled_callback():
    print("Callback executed at its time!")


start = loop.time()
loop.call_later(2, delayed_callback)
loop.call_at(start + 1, scheduled_callback)
cancelled = loop.call_later(0.5, print, "This one is cancelled in time")
cancelled.cancel()

loop.run_forever()
print(f"It took {loop.time() - start:.0f} seconds")
loop.close()
