"""Callbacks of the next iteration, in the order of the calls; one of them ends run_forever()."""

import asyncio
import threading

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none

loop = asyncio.get_event_loop()


def my_callback():
    print("Callback executed!")


def start_thread():
    threading.Thread(target=in_thread).start()


def in_thread():
    # The one way into the loop from another thread.
    loop.call_soon_threadsafe(finish)


def finish():
    print("A thread says that it is enough")
    loop.stop()


loop.call_soon(my_callback)
handle = loop.call_soon(print, "This one is cancelled before its turn")
loop.call_soon(start_thread)

handle.cancel()
print("Nothing has run yet")
loop.run_forever()
loop.close()
