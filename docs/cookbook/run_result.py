"""A plain function runs a coroutine: `run` and its options."""

import asyncio


async def parse(text):
    loop = asyncio.get_running_loop()
    mode = "debug" if loop.get_debug() else "usual"
    print(f"{text} in {mode} mode")
    return int(text)


def main():
    print(asyncio.run(parse("42")))
    try:
        asyncio.run(parse("4x2"), debug=True)
    except ValueError:
        print("not a number")


main()
