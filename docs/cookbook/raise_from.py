"""One error out of another: `raise from`."""

import asyncio


async def read():
    raise OSError("disk is gone")


async def load(quiet):
    try:
        await read()
    except OSError as error:
        if quiet:
            raise RuntimeError("ask later") from None
        raise RuntimeError("cannot load") from error


async def main():
    for quiet in [False, True]:
        try:
            await load(quiet)
        except RuntimeError as error:
            print(repr(error))
            if cause := error.__cause__:
                print("because of", repr(cause))


asyncio.run(main())
