"""One at a time: `Lock`."""

import asyncio


async def write(lock, name):
    async with lock:
        print(name, "begins")
        await asyncio.sleep(0)
        print(name, "ends")


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(write(lock, "a"), write(lock, "b"))
    await lock.acquire()
    print("locked" if lock.locked() else "free")
    lock.release()
    try:
        lock.release()
    except RuntimeError as error:
        print(error)


asyncio.run(main())
