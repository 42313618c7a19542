"""Tasks that nobody waits for: a done callback."""

import asyncio

tasks = set()


async def save(name):
    await asyncio.sleep(0)
    return f"{name} is saved"


def finished(task):
    tasks.discard(task)
    print(task.result())


async def main():
    for name in ["one", "two"]:
        task = asyncio.create_task(save(name))
        tasks.add(task)  # or else it might vanish
        task.add_done_callback(finished)
    await asyncio.sleep(0.01)
    print("bye")


asyncio.run(main())
