"""Letters from a thread: `call_soon_threadsafe`."""

import asyncio
import threading

letters = asyncio.Queue()


def write(loop):
    for text in ["first", "second", "end"]:
        loop.call_soon_threadsafe(letters.put_nowait, text)


async def main():
    loop = asyncio.get_running_loop()
    thread = threading.Thread(target=write, args=[loop])
    thread.start()
    while (text := await letters.get()) != "end":
        print("a letter:", text)
    thread.join()


asyncio.run(main())
