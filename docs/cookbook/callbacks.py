"""Functions that the loop calls: `call_soon`, `call_later`."""

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0.001, print, "a little later")
    loop.call_at(loop.time() + 0.002, print, "at its time")
    loop.call_soon(print, "first of all")
    never = loop.call_soon(print, "never")
    never.cancel()
    if never.cancelled():
        print("one is cancelled")
    await asyncio.sleep(0.003)


asyncio.run(main())
