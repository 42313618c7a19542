"""A generator that is told to end: `athrow` and `aclose`."""

import asyncio
from contextlib import aclosing


async def numbers():
    try:
        for number in range(1, 100):
            yield number
    except ValueError as error:
        print("thrown in:", error)
        yield 0
    finally:
        await asyncio.sleep(0)
        print("closed")


async def main():
    reader = numbers()
    print(await anext(reader), await anext(reader))
    print(await reader.athrow(ValueError("enough")))
    await reader.aclose()
    async with aclosing(numbers()) as reader:
        async for number in reader:
            print(number)
            break


asyncio.run(main())
