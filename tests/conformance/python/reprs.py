"""Reprs of texts, numbers and names, wherever they are shown."""

import asyncio
import math

from trace import (
    attempt,
    new_event_loop,
    run,
    scenario,
    show,
)

TEXTS = [
    "plain",
    "it's",
    'say "hi"',
    "it's \"both\"",
    "back\\slash",
    "new\nline, tab\t, return\r, null\0",
    "\x01\x1f\x7f\x80\xa0",
    "é ß ж 漢 🦀",
    "\u200b\u2028\ufeff\U000e0001",
    "",
]


@scenario
def texts_of_exceptions():
    loop = new_event_loop()
    for text in TEXTS:
        future = loop.create_future()
        future.set_exception(ValueError(text))
        show("future", future)
        attempt("result", future.result)


@scenario
def texts_of_results():
    loop = new_event_loop()
    for text in TEXTS:
        future = loop.create_future()
        future.set_result(text)
        show("future", future)


@scenario
def long_texts_of_results():
    loop = new_event_loop()
    for text in ["a" * 28, "a" * 29, "'" * 40, "é" * 40, "\n" * 40, "ab'" * 20, "\\" * 29, "\x00" * 9]:
        future = loop.create_future()
        future.set_result(text)
        show("future", future)


@scenario
def numbers_of_results():
    loop = new_event_loop()
    floats = [0.0, -0.0, 0.1 + 0.2, 1e15, 1e16, 123456789012345680.0, 1e22, 1e-4, 1e-5, 1.5e-7, 5e-324]
    for number in [*floats, 1.7976931348623157e308, math.inf, -math.inf, math.nan]:
        future = loop.create_future()
        future.set_result(number)
        show("future", future)
    for number in [-1, 2**63, 2**127]:
        future = loop.create_future()
        future.set_result(number)
        show("future", future)


@scenario
def deadlines_of_timers():
    loop = new_event_loop()

    def callback():
        pass

    for when in [0.0, 0.1 + 0.2, 1e16, 1e-5, -1.0]:
        show("timer", loop.call_at(when, callback))


@scenario
def names_of_tasks():
    async def main():
        task = asyncio.current_task()
        for name in ["it's", 'say "hi"', "é\n", ""]:
            task.set_name(name)
            show("task", task)

    run(main())


@scenario
def messages_of_cancellations():
    loop = new_event_loop()
    for text in ["why", "it's", "", "line\n"]:
        future = loop.create_future()
        future.cancel(text)
        attempt("result", future.result)
        show("future", future)


@scenario
def exits_and_their_like():
    loop = new_event_loop()
    exits = [SystemExit(0), SystemExit(-1), KeyboardInterrupt(), GeneratorExit()]
    for error in [*exits, asyncio.CancelledError()]:
        future = loop.create_future()
        future.set_exception(error)
        attempt("result", future.result)


@scenario
def exceptions_of_asyncio():
    loop = new_event_loop()
    for error in [
        asyncio.InvalidStateError("state"),
        asyncio.QueueEmpty("empty"),
        asyncio.BrokenBarrierError("broken"),
        asyncio.IncompleteReadError(b"abc", 5),
        asyncio.IncompleteReadError(b"", None),
        asyncio.LimitOverrunError("too long", 7),
        OSError("plain"),
    ]:
        future = loop.create_future()
        future.set_exception(error)
        attempt("result", future.result)
