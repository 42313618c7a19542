"""A program: `run`."""

import asyncio


async def greet(name):
    await asyncio.sleep(0.001)
    return f"Hello, {name}!"


async def main():
    print(await greet("asyncio"))


asyncio.run(main())
