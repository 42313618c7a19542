"""Asynchronous generators: requests, their errors, and what closes those that are left."""

import asyncio
import warnings
from contextlib import aclosing

from trace import attempt, collect, new_event_loop, outcome, run, scenario, show, state, trace


async def count(n):
    """Give numbers, and say what is sent and how it ends."""
    try:
        for number in range(n):
            sent = yield number
            trace(f"sent {sent!r}")
    except BaseException as error:
        trace(f"count raised {error!r}")
        raise
    finally:
        trace("count is over")


async def slow(n):
    """Give numbers, each after a second, and clean up for a second."""
    try:
        for number in range(n):
            await asyncio.sleep(1)
            yield number
    finally:
        trace("cleanup begins")
        await asyncio.sleep(1)
        trace("cleanup ends")


async def stubborn():
    """Give numbers whatever is thrown."""
    number = 0
    while True:
        try:
            number += 1
            yield number
        except BaseException as error:
            trace(f"refused {error!r}")


async def failing(text):
    """Fail in the cleanup."""
    try:
        yield text
    finally:
        raise ValueError(text)


@scenario
def values_until_the_end():
    async def main():
        numbers = count(2)
        for _ in range(4):
            await outcome("anext", anext(numbers))
        await outcome("asend", numbers.asend(5))
        await outcome("athrow", numbers.athrow(ValueError("late")))
        await outcome("aclose", numbers.aclose())

    run(main())


@scenario
def values_are_sent():
    async def main():
        numbers = count(5)
        await outcome("too early", numbers.asend(1))
        await outcome("asend of nothing", numbers.asend(None))
        await outcome("asend", numbers.asend(1))
        await outcome("anext", anext(numbers))
        await outcome("asend", numbers.asend(2))
        await outcome("aclose", numbers.aclose())

    run(main())


@scenario
def an_error_is_thrown_before_the_start():
    async def main():
        for error in ValueError("early"), GeneratorExit(), asyncio.CancelledError():
            numbers = count(2)
            await outcome("athrow", numbers.athrow(error))
            await outcome("anext", anext(numbers))
            await outcome("athrow", numbers.athrow(error))

    run(main())


@scenario
def an_error_is_thrown_at_a_yield():
    async def main():
        numbers = count(2)
        await outcome("anext", anext(numbers))
        await outcome("athrow", numbers.athrow(ValueError("now")))
        await outcome("anext", anext(numbers))
        numbers = stubborn()
        await outcome("anext", anext(numbers))
        await outcome("athrow", numbers.athrow(ValueError("now")))
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def the_end_as_an_error_is_one():
    async def raising(error):
        yield 1
        raise error

    async def main():
        for error in StopAsyncIteration("end"), StopIteration("end"), GeneratorExit():
            numbers = raising(error)
            for _ in range(3):
                await outcome("anext", anext(numbers))
        numbers = count(2)
        await outcome("athrow", numbers.athrow(StopAsyncIteration("early")))
        numbers = count(2)
        await outcome("anext", anext(numbers))
        await outcome("athrow", numbers.athrow(StopAsyncIteration("now")))

    run(main())


@scenario
def closed_before_the_start_in_the_middle_and_at_the_end():
    async def main():
        for requests in range(4):
            trace(f"{requests} requests")
            numbers = count(2)
            for _ in range(requests):
                await outcome("anext", anext(numbers))
            await outcome("aclose", numbers.aclose())
            await outcome("anext", anext(numbers))
            await outcome("aclose", numbers.aclose())

    run(main())


@scenario
def a_generator_that_refuses_to_be_closed():
    async def main():
        # CPython closes it once more when it is dropped, outside of the loop.
        global kept
        kept = numbers = stubborn()
        await outcome("anext", anext(numbers))
        await outcome("aclose", numbers.aclose())
        await outcome("anext", anext(numbers))
        await outcome("aclose", numbers.aclose())
        await outcome("athrow", numbers.athrow(ValueError("now")))
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def an_error_in_the_cleanup():
    async def main():
        texts = failing("in the cleanup")
        await outcome("anext", anext(texts))
        await outcome("aclose", texts.aclose())
        await outcome("anext", anext(texts))
        texts = failing("in the cleanup")
        await outcome("anext", anext(texts))
        await outcome("athrow", texts.athrow(TypeError("thrown")))

    run(main())


@scenario
def a_cleanup_that_takes_its_time():
    async def main():
        numbers = slow(3)
        await outcome("anext", anext(numbers))
        await outcome("aclose", numbers.aclose())
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def requests_while_one_is_under_way():
    async def main():
        numbers = slow(3)
        first = asyncio.create_task(outcome("first", anext(numbers)))
        await asyncio.sleep(0)
        await outcome("anext", anext(numbers))
        await outcome("athrow", numbers.athrow(ValueError("now")))
        await outcome("aclose", numbers.aclose())
        await first
        await outcome("anext", anext(numbers))
        closing = asyncio.create_task(outcome("closing", numbers.aclose()))
        await asyncio.sleep(0)
        await outcome("anext", anext(numbers))
        await outcome("athrow", numbers.athrow(ValueError("now")))
        await outcome("aclose", numbers.aclose())
        await closing
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def two_consumers_take_turns():
    async def consumer(name, numbers):
        for _ in range(2):
            await outcome(name, anext(numbers))
            await asyncio.sleep(0)

    async def quick():
        for number in range(10):
            yield number

    async def main():
        numbers = quick()
        await asyncio.gather(consumer("a", numbers), consumer("b", numbers))
        await numbers.aclose()

    run(main())


@scenario
def the_consumer_is_cancelled():
    async def consumer(numbers):
        while True:
            show("number", await anext(numbers))

    async def main():
        numbers = slow(3)
        task = asyncio.create_task(consumer(numbers))
        await asyncio.sleep(1.5)
        task.cancel("enough")
        await outcome("consumer", task)
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_cancellation_that_the_body_handles():
    async def patient():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as error:
            trace(f"handled {error!r}")
        yield 1
        await asyncio.sleep(10)
        yield 2

    async def consumer(numbers):
        await outcome("anext", anext(numbers))
        await outcome("anext", anext(numbers))

    async def main():
        numbers = patient()
        task = asyncio.create_task(consumer(numbers))
        await asyncio.sleep(1)
        task.cancel("first")
        await asyncio.sleep(1)
        task.cancel("second")
        await task
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_consumer_with_a_timeout():
    async def main():
        numbers = slow(3)
        await outcome("anext", asyncio.wait_for(anext(numbers), 5))
        await outcome("anext", asyncio.wait_for(anext(numbers), 0.5))
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def requests_as_tasks():
    async def main():
        numbers = count(5)
        for request in (
            numbers.asend(None),
            numbers.asend(1),
            numbers.athrow(ValueError("now")),
            numbers.aclose(),
        ):
            task = asyncio.create_task(request)
            trace(f"{task!r}")
            await asyncio.wait([task])
            trace(f"{task!r}")
            task.exception()

    run(main())


@scenario
def requests_that_are_cancelled_before_they_begin():
    async def main():
        numbers = count(5)
        await anext(numbers)
        for request in anext(numbers), numbers.aclose():
            task = asyncio.create_task(request)
            task.cancel()
            await asyncio.wait([task])
            state("task", task)
        numbers = count(5)
        await anext(numbers)
        task = asyncio.create_task(numbers.aclose())
        task.cancel()
        await outcome("task", task)
        numbers = count(5)
        task = asyncio.create_task(anext(numbers))
        task.cancel()
        await outcome("task", task)
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_generator_that_is_dropped_is_closed_by_a_task():
    async def main():
        numbers = slow(3)
        await outcome("anext", anext(numbers))
        del numbers
        for _ in range(3):
            trace(f"{len(asyncio.all_tasks())} tasks")
            await asyncio.sleep(0)
        trace(f"{asyncio.all_tasks()[-1]!r}")
        await asyncio.sleep(2)

    run(main())


@scenario
def generators_that_are_dropped_and_need_no_task():
    async def main():
        numbers = count(5)
        del numbers
        numbers = count(1)
        await outcome("anext", anext(numbers))
        await outcome("anext", anext(numbers))
        del numbers
        numbers = count(5)
        await outcome("anext", anext(numbers))
        await numbers.aclose()
        del numbers
        await asyncio.sleep(0)
        trace(f"{len(asyncio.all_tasks())} tasks")

    run(main())


@scenario
def a_dropped_generator_that_fails():
    async def main():
        texts = failing("in the cleanup")
        await outcome("anext", anext(texts))
        del texts
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        collect()

    run(main())


@scenario
def requests_that_nobody_awaits():
    def show_warning(message, category, *rest):
        trace(f"log {category.__name__}: {message}")

    async def main():
        numbers = count(5)
        numbers.asend(None)
        numbers.athrow(ValueError("never"))
        numbers.aclose()
        await outcome("anext", anext(numbers))
        await numbers.aclose()

    warnings.simplefilter("always")
    warnings.showwarning = show_warning
    run(main())


@scenario
def what_is_left_at_the_end_of_the_loop():
    loop = new_event_loop()
    kept = []

    async def main():
        for numbers in slow(3), count(3), failing("in the cleanup"), count(1), stubborn():
            kept.append(numbers)
            await outcome("anext", anext(numbers))
        kept.append(count(3))
        await outcome("end", anext(kept[3]))

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_asyncgens())
    trace("shut down")
    for numbers in kept[0], kept[2]:
        attempt("anext", lambda: loop.run_until_complete(anext(numbers)))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@scenario
def a_generator_after_the_shutdown():
    def show_warning(message, category, *rest):
        trace(f"log {category.__name__}: {message}")

    loop = new_event_loop()

    async def main():
        await loop.shutdown_asyncgens()
        numbers = count(2)
        await outcome("anext", anext(numbers))
        await outcome("anext", anext(numbers))
        await outcome("aclose", numbers.aclose())

    warnings.simplefilter("always")
    warnings.showwarning = show_warning
    loop.run_until_complete(main())
    loop.close()


@scenario
def a_shutdown_that_is_cancelled():
    loop = new_event_loop()

    async def main():
        numbers = slow(3)
        await outcome("anext", anext(numbers))
        task = asyncio.create_task(loop.shutdown_asyncgens())
        await asyncio.sleep(0.5)
        task.cancel()
        await outcome("shutdown", task)
        await outcome("anext", anext(numbers))

    loop.run_until_complete(main())
    loop.close()


@scenario
def run_closes_what_is_left():
    kept = []

    async def main():
        kept.append(slow(3))
        await outcome("anext", anext(kept[0]))

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
    trace("end")


@scenario
def a_generator_in_a_closed_loop():
    loop = new_event_loop()
    kept = []

    async def main():
        kept.append(count(3))
        await outcome("anext", anext(kept[0]))

    loop.run_until_complete(main())
    loop.close()
    kept.clear()
    trace("dropped")


@scenario
def a_block_that_closes_its_generator():
    async def main():
        async with aclosing(slow(5)) as numbers:
            async for number in numbers:
                show("number", number)
                if number == 1:
                    break
        trace("behind the block")
        try:
            async with aclosing(failing("in the cleanup")) as texts:
                show("text", await anext(texts))
                raise TypeError("in the block")
        except ValueError as error:
            trace(f"raised {error!r}")

    run(main())


@scenario
def generators_within_generators():
    async def doubled(n):
        async with aclosing(slow(n)) as numbers:
            async for number in numbers:
                yield number * 2

    async def main():
        numbers = doubled(5)
        await outcome("anext", anext(numbers))
        await outcome("anext", anext(numbers))
        await outcome("aclose", numbers.aclose())
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_generator_asks_itself():
    async def main():
        async def curious():
            await outcome("itself", anext(numbers))
            yield 1

        numbers = curious()
        await outcome("anext", anext(numbers))
        await numbers.aclose()

    run(main())


@scenario
def a_loop_that_breaks_leaves_its_generator():
    async def main():
        async for number in slow(3):
            show("number", number)
            break
        trace("behind the loop")
        await asyncio.sleep(0)
        trace("an iteration later")
        await asyncio.sleep(0)
        trace("two iterations later")
        await asyncio.sleep(2)
        trace("end")

    run(main())


@scenario
def a_loop_to_the_end():
    async def main():
        async for number in slow(2):
            show("number", number)
        else:
            trace("else")
        async for number in count(0):
            trace("never")
        else:
            trace("else")

    run(main())


@scenario
def a_cleanup_that_is_cancelled_as_well():
    async def consumer(numbers):
        async for number in numbers:
            show("number", number)

    async def main():
        numbers = slow(3)
        task = asyncio.create_task(consumer(numbers))
        await asyncio.sleep(1.5)
        task.cancel("first")
        await asyncio.sleep(0.5)
        task.cancel("second")
        await outcome("consumer", task)
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_yield_in_the_cleanup():
    async def late():
        try:
            yield "early"
        finally:
            yield "late"

    async def main():
        texts = late()
        await outcome("anext", anext(texts))
        await outcome("aclose", texts.aclose())
        await outcome("anext", anext(texts))

    run(main())


@scenario
def a_shutdown_while_a_generator_is_running():
    loop = new_event_loop()

    async def main():
        numbers = slow(3)
        task = asyncio.create_task(outcome("anext", anext(numbers)))
        await asyncio.sleep(0.5)
        await loop.shutdown_asyncgens()
        trace("shut down")
        await task
        await outcome("aclose", numbers.aclose())

    loop.run_until_complete(main())
    loop.close()


@scenario
def a_shutdown_with_a_handler():
    loop = new_event_loop()

    def handler(loop, context):
        trace(f"{sorted(context)} {context['message']}")
        show("exception", context["exception"])

    async def main():
        first, second = failing("first"), failing("second")
        await outcome("anext", anext(first))
        await outcome("anext", anext(second))
        await loop.shutdown_asyncgens()
        await outcome("anext", anext(first))
        await outcome("anext", anext(second))

    loop.set_exception_handler(handler)
    loop.run_until_complete(main())
    loop.close()


@scenario
def a_dropped_generator_and_a_task_factory():
    loop = new_event_loop()

    def factory(loop, coro, **options):
        trace("the factory makes a task")
        return asyncio.Task(coro, loop=loop, **options)

    async def main():
        numbers = count(3)
        await outcome("anext", anext(numbers))
        loop.set_task_factory(factory)
        del numbers
        trace("dropped")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        trace("end")

    loop.run_until_complete(main())
    loop.close()


@scenario
def dropped_generators_are_closed_in_their_order():
    async def named(name):
        try:
            yield name
        finally:
            trace(f"{name} is closed")

    async def main():
        first, second, third = named("first"), named("second"), named("third")
        for texts in third, first, second:
            await outcome("anext", anext(texts))
        del texts
        del second
        del first
        trace("dropped")
        await asyncio.sleep(0)
        del third
        await asyncio.sleep(0)
        trace("end of the iteration")
        await asyncio.sleep(0)

    run(main())


@scenario
def a_request_that_was_made_and_never_begun_counts():
    def show_warning(message, category, *rest):
        trace(f"log {category.__name__}: {message}")

    loop = new_event_loop()
    kept = []

    async def main():
        kept.append(count(3))
        anext(kept[0])
        await loop.shutdown_asyncgens()
        await outcome("anext", anext(kept[0]))

    warnings.simplefilter("always")
    warnings.showwarning = show_warning
    loop.run_until_complete(main())
    loop.close()


@scenario
def two_tasks_close_one_generator():
    async def main():
        numbers = slow(3)
        await outcome("anext", anext(numbers))
        await asyncio.gather(outcome("a", numbers.aclose()), outcome("b", numbers.aclose()))
        await outcome("c", numbers.aclose())

    run(main())


@scenario
def a_timeout_inside_a_generator():
    async def patient():
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(10)
        except TimeoutError as error:
            trace(f"handled {error!r}")
        yield "after the timeout"

    async def main():
        texts = patient()
        await outcome("anext", anext(texts))
        await texts.aclose()

    run(main())
