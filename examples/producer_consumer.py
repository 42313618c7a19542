"""Producers and consumers over a bounded queue: who is too fast waits for the others."""

import asyncio


async def produce(name, queue):
    for number in range(3):
        item = f"{name}{number}"
        await queue.put(item)  # waits while the queue is full
        print(f"put {item}")
        await asyncio.sleep(0.05)


async def consume(name, queue):
    while True:
        item = await queue.get()
        await asyncio.sleep(0.2)
        print(f"{name} has dealt with {item}")
        queue.task_done()


async def main():
    queue = asyncio.Queue(2)
    consumers = [asyncio.create_task(consume(name, queue)) for name in ("first", "second")]
    await asyncio.gather(produce("a", queue), produce("b", queue))
    await queue.join()  # all items are dealt with
    for consumer in consumers:
        consumer.cancel()
    await asyncio.gather(*consumers, return_exceptions=True)

    # A queue that is shut down ends its consumers by itself.
    await queue.put("the last")
    queue.shutdown()
    try:
        while True:
            print(f"got {await queue.get()}")
    except asyncio.QueueShutDown:
        print("the queue is shut down")


asyncio.run(main())
