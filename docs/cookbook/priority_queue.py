"""Another order: `PriorityQueue` and `LifoQueue`."""

import asyncio


async def drain(queue):
    items = []
    while not queue.empty():
        items.append(await queue.get())
    return items


async def main():
    heap = asyncio.PriorityQueue()
    stack = asyncio.LifoQueue(2)
    for number in [3, 1, 2]:
        await heap.put(number)
        try:
            stack.put_nowait(number)
        except asyncio.QueueFull:
            print("no place for", number)
    print(await drain(heap), await drain(stack))
    try:
        heap.get_nowait()
    except asyncio.QueueEmpty:
        print("empty")


asyncio.run(main())
