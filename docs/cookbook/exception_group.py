"""Groups by hand: `ExceptionGroup`."""

import asyncio


async def check(numbers):
    errors = []
    for number in numbers:
        await asyncio.sleep(0)
        if number < 0:
            error = ValueError(f"{number} is negative")
            errors.append(error)
        elif number > 9:
            error = LookupError(f"{number} is unknown")
            errors.append(error)
    if errors:
        raise ExceptionGroup("bad numbers", errors)


async def main():
    try:
        await check([1, -2, 30])
    except ExceptionGroup as group:
        print(group)
        negative, rest = group.split(ValueError)
        print(negative.exceptions[0])
        print(rest.exceptions[0])


asyncio.run(main())
