"""What blocks: `to_thread`."""

import asyncio
import time


def parse(text):
    time.sleep(0.001)
    return int(text)


async def main():
    numbers = await asyncio.gather(
        asyncio.to_thread(parse, "1"),
        asyncio.to_thread(parse, "20"),
    )
    print(sum(numbers))
    try:
        await asyncio.to_thread(parse, "x")
    except ValueError:
        print("no number")


asyncio.run(main())
