"""A context manager of one's own: `async with`."""

import asyncio


class Session:
    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        await asyncio.sleep(0)
        print("open", self.name)
        return self.name.upper()

    async def __aexit__(self, kind, error, traceback):
        await asyncio.sleep(0)
        print("close", self.name)
        return kind is ValueError


async def fail():
    raise ValueError("swallowed")


async def main():
    async with Session("a") as name:
        print("using", name)
    async with Session("b"):
        await fail()
    print("goes on")


asyncio.run(main())
