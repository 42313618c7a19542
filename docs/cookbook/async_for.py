"""What comes one after the other: `async for`."""

import asyncio


class Countdown:
    def __init__(self, number):
        self.number = number

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.number == 0:
            raise StopAsyncIteration
        await asyncio.sleep(0)
        self.number -= 1
        return self.number + 1


async def main():
    async for number in Countdown(5):
        if number == 4:
            continue
        if number == 2:
            break
        print(number)
    async for number in Countdown(1):
        print(number)
    else:
        print("no break")


asyncio.run(main())
