"""Any number of things to leave: `AsyncExitStack`."""

import asyncio
from contextlib import AsyncExitStack


async def close(name):
    await asyncio.sleep(0)
    print("close", name)


async def main():
    async with AsyncExitStack() as stack:
        for name in ["a", "b"]:
            print("open", name)
            stack.push_async_callback(close, name)
        stack.callback(print, "first of all")
        lock = asyncio.Lock()
        await stack.enter_async_context(lock)
        print("locked" if lock.locked() else "free")
    print("locked" if lock.locked() else "free")


asyncio.run(main())
