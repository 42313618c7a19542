"""An object that can be awaited: `__await__`."""

import asyncio


class Steps:
    def __init__(self, number):
        self.number = number

    def __await__(self):
        for step in range(self.number):
            yield from asyncio.sleep(0).__await__()
            print("step", step)
        return f"{self.number} steps"


async def main():
    print(await Steps(2))
    steps, slept = await asyncio.gather(
        Steps(1), asyncio.sleep(0, "slept")
    )
    print(steps, "and", slept)


asyncio.run(main())
