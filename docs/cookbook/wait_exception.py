"""Until one fails: `FIRST_EXCEPTION`."""

import asyncio


async def check(part, delay):
    await asyncio.sleep(delay)
    if part == "engine":
        raise RuntimeError(f"no {part}")


async def main():
    wheels = asyncio.create_task(check("wheels", 0.001))
    engine = asyncio.create_task(check("engine", 0.002))
    seats = asyncio.create_task(check("seats", 3600))
    done, pending = await asyncio.wait(
        [wheels, engine, seats],
        return_when=asyncio.FIRST_EXCEPTION,
    )
    print(len(done), "done,", len(pending), "pending")
    for task in [wheels, engine]:
        if error := task.exception():
            print("failed:", error)
        else:
            print("fine")


asyncio.run(main())
