"""Try it again: loops and jumps around a `try`."""

import asyncio


async def call(number):
    await asyncio.sleep(0)
    if number < 3:
        raise ConnectionError(f"call {number} is lost")
    return f"call {number} is answered"


async def persist(attempts):
    for attempt in range(1, attempts + 1):
        try:
            return await call(attempt)
        except ConnectionError as error:
            print(error)
            if attempt < attempts:
                continue
            break
        finally:
            print("end of attempt", attempt)
    return "nobody answers"


async def main():
    print(await persist(2))
    print(await persist(5))


asyncio.run(main())
