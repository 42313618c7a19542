"""The answer of a thread: `wrap_future`."""

import asyncio
from concurrent.futures import Future
from threading import Thread


def answer(questions):
    for number, future in enumerate(questions):
        if number < 2:
            future.set_result(f"answer {number}")
        else:
            future.set_exception(LookupError("no idea"))


async def main():
    questions = [Future(), Future(), Future()]
    Thread(target=answer, args=[questions]).start()
    for question in questions:
        try:
            print(await asyncio.wrap_future(question))
        except LookupError as error:
            print("nobody knows:", error)


asyncio.run(main())
