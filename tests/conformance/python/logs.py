"""The log: what is written, when, and with which exceptions before the last one."""

import asyncio

from trace import (
    attempt,
    collect,
    new_event_loop,
    run,
    run_once,
    scenario,
    show,
    trace,
)


async def noop():
    pass


def lose(loop, exception):
    loop.create_future().set_exception(exception)
    collect()


@scenario
def causes_come_before_the_exception():
    loop = new_event_loop()
    first = RuntimeError("first")
    second = ValueError("second")
    second.__cause__ = first
    third = RuntimeError("third")
    third.__cause__ = second
    lose(loop, third)


@scenario
def a_lost_timeout_shows_its_cancellation():
    async def child():
        await asyncio.wait_for(asyncio.sleep(10), 1)

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(2)
        show("task", task)
        del task
        collect()

    run(main())


@scenario
def a_lost_timeout_of_zero_seconds_shows_its_cancellation():
    async def child():
        await asyncio.wait_for(asyncio.sleep(10), 0)

    async def main():
        asyncio.create_task(child())
        await asyncio.sleep(2)
        collect()

    run(main())


@scenario
def messages_of_one_line_of_many_and_of_none():
    loop = new_event_loop()
    lose(loop, ValueError("one line"))
    lose(loop, ValueError("two\nlines"))
    lose(loop, ValueError(""))
    lose(loop, SystemExit(7))
    lose(loop, asyncio.CancelledError())
    lose(loop, asyncio.InvalidStateError("of a module"))


@scenario
def a_loop_that_is_closed_still_logs():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_exception(ValueError("lost"))
    loop.close()
    del future
    collect()
    trace("dropped")


@scenario
def what_a_failing_handler_was_given():
    loop = new_event_loop()

    def handler(loop, context):
        raise RuntimeError("handler")

    loop.set_exception_handler(handler)
    lose(loop, ValueError("future"))
    handle = loop.call_soon(lambda: None)
    handle.cancel()
    loop.call_exception_handler({"message": "a handle", "handle": handle})
    loop.create_task(noop())
    loop.close()


@scenario
def a_lost_task_goes_to_the_exception_handler():
    def handler(loop, context):
        show("message", context["message"])
        show("exception", context["exception"])
        show("future", context["future"])

    async def fail():
        raise ValueError("failed")

    async def main():
        asyncio.get_running_loop().set_exception_handler(handler)
        asyncio.create_task(fail())
        await asyncio.sleep(1)
        collect()

    run(main())


@scenario
def a_destroyed_task_goes_to_the_exception_handler():
    def handler(loop, context):
        show("message", context["message"])
        show("task", context["task"])
        show("without exception", context.get("exception") is None)

    loop = new_event_loop()
    loop.set_exception_handler(handler)
    loop.create_task(noop())
    attempt("close", loop.close)


@scenario
def an_exit_from_a_handler_in_a_destructor_is_swallowed():
    loop = new_event_loop()

    def handler(loop, context):
        trace("handler")
        raise SystemExit(3)

    loop.set_exception_handler(handler)
    lose(loop, RuntimeError("lost"))
    trace("goes on")
    loop.call_soon(lambda: trace("the loop works"))
    run_once(loop)


@scenario
def slow_callbacks_are_reported_in_debug_mode():
    loop = new_event_loop()
    loop.slow_callback_duration = 0
    loop.set_debug(True)

    def callback():
        trace("callback")

    loop.call_soon(callback)
    loop.call_soon(callback).cancel()
    run_once(loop)
    loop.slow_callback_duration = 0.1
    loop.call_soon(callback)
    run_once(loop)


@scenario
def slow_steps_are_reported_with_their_task():
    async def child():
        await asyncio.sleep(0)

    loop = new_event_loop()
    loop.slow_callback_duration = 0
    loop.set_debug(True)
    task = loop.create_task(child())
    run_once(loop)
    run_once(loop)
    show("task", task)
