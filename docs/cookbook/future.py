"""A result that somebody sets: `Future`."""

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    answer = loop.create_future()
    loop.call_soon(answer.set_result, 42)
    print("done" if answer.done() else "waiting")
    print(await answer)
    try:
        answer.set_result(43)
    except asyncio.InvalidStateError:
        print("it has its result already")
    failed = asyncio.Future()
    failed.set_exception(ValueError("no answer"))
    try:
        await failed
    except ValueError as error:
        print(error)


asyncio.run(main())
