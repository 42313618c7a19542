"""Asynchronous generators: values that take their time, and what is cleaned up behind them."""

import asyncio
from contextlib import aclosing


async def countdown(n):
    try:
        for number in range(n, 0, -1):
            await asyncio.sleep(0.01)
            yield number
    finally:
        await asyncio.sleep(0.01)
        print("The countdown is over")


async def running_average():
    total, count, average = 0, 0, 0.0
    while True:
        number = yield average
        total += number
        count += 1
        average = total / count


async def main():
    async for number in countdown(3):
        print(number)

    # One that is left early is closed, and its cleanup awaited.
    async with aclosing(countdown(10)) as numbers:
        async for number in numbers:
            print(number)
            if number == 9:
                break

    # Values go both ways.
    average = running_average()
    await anext(average)
    for number in 10, 20, 60:
        print("The average is", await average.asend(number))
    await average.aclose()

    # Errors go in, and come out.
    numbers = countdown(5)
    print(await anext(numbers))
    try:
        await numbers.athrow(ValueError("abort"))
    except ValueError as error:
        print("ValueError:", error)

    # One that is forgotten the loop closes, at the latest when it ends.
    numbers = countdown(7)
    print(await anext(numbers))


asyncio.run(main())
