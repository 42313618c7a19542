"""An exception class of one's own."""

import asyncio


class OutOfStock(Exception):
    def __init__(self, item, left):
        super().__init__(f"{left} of {item} left")
        self.left = left


async def take(item, number):
    await asyncio.sleep(0)
    if number > 3:
        raise OutOfStock(item, 3)
    return f"{number} of {item}"


async def main():
    for number in [2, 5]:
        try:
            print(await take("bread", number))
        except OutOfStock as error:
            print(error)
            print(await take("bread", error.left))


asyncio.run(main())
