"""All ways out: `try`, `except`, `else`, `finally`."""

import asyncio


async def load(key):
    await asyncio.sleep(0)
    if key == "":
        raise KeyError("no key")
    return int(key)


async def show(key):
    value = 0
    try:
        value = await load(key)
    except (KeyError, ValueError) as error:
        print(type(error).__name__)
    else:
        print("loaded")
    finally:
        await asyncio.sleep(0)
        print("closed")
    return value


async def main():
    for key in ["7", "", "seven"]:
        print(await show(key))


asyncio.run(main())
