"""One error out of another: `raise from`."""

import asyncio


async def read():
    raise OSError("disk is gone")


async def load():
    try:
        await read()
    except OSError as error:
        raise RuntimeError("cannot load") from error


async def load_again():
    try:
        await load()
    except RuntimeError as error:
        error.add_note("this was the second attempt")
        raise


async def main():
    try:
        await load_again()
    except RuntimeError as error:
        print(repr(error))
        print("because of", repr(error.__cause__))
        print(*error.__notes__)


asyncio.run(main())
