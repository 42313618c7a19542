"""Look at it and let it go on: `raise`."""

import asyncio


async def read(name):
    await asyncio.sleep(0)
    raise FileNotFoundError(f"no {name}")


async def load(name):
    try:
        await read(name)
    except OSError as error:
        print("seen on its way:", error)
        error.add_note(f"while loading {name}")
        raise


async def main():
    try:
        await load("a.txt")
    except FileNotFoundError as error:
        print(repr(error))
        print(*error.__notes__)


asyncio.run(main())
