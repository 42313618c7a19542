"""Values both ways: `asend`."""

import asyncio


async def average():
    total, count, mean = 0, 0, 0
    while True:
        number = yield mean
        if number is None:
            return
        total += number
        count += 1
        mean = total // count


async def main():
    means = average()
    await anext(means)
    for number in [10, 20, 60]:
        print(await means.asend(number))
    try:
        await means.asend(None)
    except StopAsyncIteration:
        print("no more")


asyncio.run(main())
