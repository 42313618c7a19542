"""One coroutine awaits another; asyncio.run() runs the outer one to its end."""

import asyncio


async def foo():
    print("Foo!")


async def main():
    await foo()  # goes on when foo() has returned
    print("Hello World!")


asyncio.run(main())
