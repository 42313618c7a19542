"""A priority queue gives the lowest item first, a LIFO queue the latest."""

import asyncio


async def work(name, queue):
    while True:
        priority, job = await queue.get()
        print(f"{name}: {job} ({priority})")
        await asyncio.sleep(0.1)
        queue.task_done()


async def main():
    queue = asyncio.PriorityQueue()
    for job in [(3, "tidy up"), (1, "put out the fire"), (2.5, "answer the phone"), (2, "eat")]:
        queue.put_nowait(job)
    worker = asyncio.create_task(work("worker", queue))
    await asyncio.sleep(0.05)
    queue.put_nowait((0, "leave the house"))  # urgent: passes all that wait
    await queue.join()
    worker.cancel()

    stack = asyncio.LifoQueue(2)
    for plate in "lower", "upper", "third":
        try:
            stack.put_nowait(plate)
        except asyncio.QueueFull:
            print(f"no place for the {plate} plate")
    while not stack.empty():
        print(f"the {await stack.get()} plate")


asyncio.run(main())
