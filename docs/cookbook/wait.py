"""Who is done by then: `wait`."""

import asyncio


async def main():
    tasks = []
    for delay in [0, 0, 3600]:
        task = asyncio.create_task(asyncio.sleep(delay))
        tasks.append(task)
    done, pending = await asyncio.wait(tasks, timeout=0.001)
    print(len(done), "done,", len(pending), "pending")
    for task in pending:
        task.cancel()
    done, pending = await asyncio.wait(tasks)
    print(len(done), "done,", len(pending), "pending")


asyncio.run(main())
