"""Several coroutines at once, their results in the order of the arguments."""

import asyncio


async def double(number):
    await asyncio.sleep(0.1 / number)  # the larger the number, the sooner
    print(f"double({number}) returns")
    return 2 * number


async def fail():
    raise ValueError("Oops!")


async def main():
    one, two = await asyncio.gather(double(1), double(2))
    print(one, two)

    print(await asyncio.gather(*(double(n) for n in range(1, 4))))

    # The first exception is raised at once; the others run on.
    other = asyncio.create_task(double(5))
    try:
        await asyncio.gather(other, fail())
    except ValueError as error:
        print("gather() raised:", error)
    print(await other)

    # As a result among the others.
    ten, error = await asyncio.gather(double(5), fail(), return_exceptions=True)
    print(ten, repr(error))


asyncio.run(main())
