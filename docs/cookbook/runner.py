"""Several runs on one loop: `Runner`."""

import asyncio

queue = asyncio.Queue()


async def give():
    await queue.put("a letter")
    print("given in the first run")


async def take():
    print("taken in the second:", await queue.get())


with asyncio.Runner() as runner:
    runner.run(give())
    loop = runner.get_loop()
    runner.run(take())
print("closed" if loop.is_closed() else "open")
