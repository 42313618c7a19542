"""Several errors at once: `except*`."""

import asyncio


async def fail(error):
    raise error


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(ValueError("a")))
            group.create_task(fail(TypeError("b")))
            group.create_task(fail(ValueError("c")))
    except* ValueError as group:
        for error in group.exceptions:
            print("value:", error)
    except* TypeError as group:
        print(len(group.exceptions), "of another type")


asyncio.run(main())
