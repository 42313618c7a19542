"""Tasks that end together: when one fails, or one is enough, the others are cancelled."""

import asyncio


async def double(number):
    await asyncio.sleep(0.1)
    return 2 * number


async def fail(error):
    raise error


async def wait_long(name):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print(f"{name} is cancelled")
        raise


async def both():
    async with asyncio.TaskGroup() as group:
        one = group.create_task(double(1))
        two = group.create_task(double(2))
    print(one.result(), two.result())


async def failures():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail(ValueError("Oops!")))
        group.create_task(fail(TypeError("No!")))
        group.create_task(wait_long("The third task"))
        await wait_long("The block itself")


async def fastest(delays):
    winner = None

    async def run(delay):
        nonlocal winner
        await asyncio.sleep(delay)
        winner = delay
        group.cancel()  # the block then ends without an exception

    async with asyncio.TaskGroup() as group:
        for delay in delays:
            group.create_task(run(delay))
    return winner


async def main():
    await both()

    try:
        await failures()
    except* ValueError as group:
        print("Wrong values:", *group.exceptions)
    except* TypeError as group:
        print(f"Wrong types: {group!r}")

    print("The fastest took", await fastest([0.5, 0.1, 0.3]))

    async with asyncio.TaskGroup() as group:
        print(group)
    try:
        group.create_task(double(3))
    except RuntimeError as error:
        print("RuntimeError:", error)


asyncio.run(main())
