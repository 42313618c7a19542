"""Work to be done: `Queue`."""

import asyncio


async def produce(queue):
    for item in range(4):
        await queue.put(item)
        print("put", item)


async def consume(queue):
    while True:
        item = await queue.get()
        print("got", item)
        queue.task_done()


async def main():
    queue = asyncio.Queue(maxsize=2)
    consumer = asyncio.create_task(consume(queue))
    await produce(queue)
    await queue.join()
    consumer.cancel()
    print("all done,", queue.qsize(), "left")


asyncio.run(main())
