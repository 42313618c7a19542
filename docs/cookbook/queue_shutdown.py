"""No more work: `Queue.shutdown`."""

import asyncio


async def consume(name, queue):
    try:
        while True:
            print(name, "got", await queue.get())
            await asyncio.sleep(0)
    except asyncio.QueueShutDown:
        print(name, "goes home")


async def main():
    queue = asyncio.Queue()
    for item in [1, 2, 3]:
        queue.put_nowait(item)
    queue.shutdown()
    a, b = consume("a", queue), consume("b", queue)
    await asyncio.gather(a, b)
    try:
        await queue.put(4)
    except asyncio.QueueShutDown:
        print("nothing more is taken")


asyncio.run(main())
