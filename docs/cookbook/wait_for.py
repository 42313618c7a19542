"""One that may take too long: `wait_for`."""

import asyncio


async def answer(delay):
    try:
        await asyncio.sleep(delay)
    finally:
        print("hang up")
    return 42


async def ask(delay):
    try:
        answering = answer(delay)
        return await asyncio.wait_for(answering, 0.001)
    except TimeoutError:
        return None


async def main():
    for delay in [0, 3600]:
        result = await ask(delay)
        print("no answer" if result is None else result)


asyncio.run(main())
