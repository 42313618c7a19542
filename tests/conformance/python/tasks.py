"""Tasks: first step, names, failures, reprs, lost tasks. Cancellation is in `cancellation`."""

import asyncio
import math

from trace import (
    attempt,
    collect,
    new_event_loop,
    outcome,
    run,
    run_once,
    scenario,
    show,
    state,
    trace,
    watch,
)


async def noop():
    pass


async def fail():
    raise ValueError("failed")


# Steps.


@scenario
def the_first_step_is_not_synchronous():
    async def child():
        trace("child")

    async def main():
        task = asyncio.create_task(child())
        trace("created")
        asyncio.get_running_loop().call_soon(lambda: trace("queued after the task"))
        await task

    run(main())


@scenario
def tasks_take_turns():
    async def child(name):
        for step in range(3):
            trace(f"{name} {step}")
            await asyncio.sleep(0)

    async def main():
        first = asyncio.create_task(child("first"))
        second = asyncio.create_task(child("second"))
        await first
        await second

    run(main())


@scenario
def a_coroutine_awaited_directly_takes_no_iteration():
    async def inner():
        trace("inner")
        return 1

    async def main():
        await outcome("inner", inner())
        await outcome("nested", outcome("inner", inner()))

    run(main())


@scenario
def a_task_returns_its_value_to_each_that_awaits_it():
    async def child():
        return 5

    async def wait(name, task):
        await outcome(name, task)

    async def main():
        task = asyncio.create_task(child())
        first = asyncio.create_task(wait("first", task))
        second = asyncio.create_task(wait("second", task))
        await outcome("main", task)
        await first
        await second

    run(main())


@scenario
def a_task_is_done_before_its_callbacks_run():
    async def main():
        task = asyncio.create_task(noop())
        task.add_done_callback(lambda t: state("in the callback", t))
        await asyncio.sleep(0)
        state("after the last step", task)
        await asyncio.sleep(0)

    run(main())


# Sleeping.


@scenario
def sleep_of_zero_or_less_yields_once_without_a_timer():
    async def main():
        await outcome("0", asyncio.sleep(0))
        await outcome("-1", asyncio.sleep(-1))
        await outcome("with a value", asyncio.sleep(0, 7))
        await outcome("-inf", asyncio.sleep(-math.inf))

    run(main())


@scenario
def sleep_of_nan_is_refused():
    async def main():
        await outcome("nan", asyncio.sleep(math.nan))

    run(main())


@scenario
def sleepers_wake_by_deadline():
    async def sleeper(name, delay):
        await outcome(name, asyncio.sleep(delay, delay))

    async def main():
        tasks = [
            asyncio.create_task(sleeper(name, delay))
            for name, delay in [("a", 3.0), ("b", 1.0), ("c", 2.0), ("d", 1.0), ("e", 0.0), ("f", 1.0)]
        ]
        for task in tasks:
            await task

    run(main())


@scenario
def a_cancelled_sleep_cancels_its_timer():
    async def sleeper():
        await watch("sleep", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(1)
        task.cancel()
        await outcome("task", task)
        # Were the timer left, the loop would wake at 11.
        await asyncio.sleep(20)
        trace("end")

    run(main())


# Failures.


@scenario
def a_failed_task_raises_the_same_exception_each_time():
    async def main():
        task = asyncio.create_task(fail())
        await outcome("first", task)
        await outcome("second", task)
        show("same", task.exception() is task.exception())
        state("task", task)

    run(main())


@scenario
def a_lost_failure_of_a_task_is_logged():
    async def main():
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        trace("dropping")
        del task
        collect()
        trace("dropped")

    run(main())


@scenario
def cancelling_a_failed_task_silences_it():
    async def main():
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        show("cancel", task.cancel())
        state("task", task)
        del task
        collect()
        trace("dropped")

    run(main())


@scenario
def keyboard_interrupt_in_a_task_escapes_the_loop():
    async def interrupt():
        raise KeyboardInterrupt

    async def main():
        await outcome("task", asyncio.create_task(interrupt()))
        trace("main goes on")

    loop = new_event_loop()
    task = loop.create_task(main())
    attempt("run_until_complete", loop.run_until_complete, task)
    state("main", task)
    attempt("again", loop.run_until_complete, task)


@scenario
def system_exit_of_the_main_task_is_not_reported_as_lost():
    async def main():
        raise SystemExit(2)

    loop = new_event_loop()
    loop.call_later(0, lambda: trace("same batch"))
    attempt("run_until_complete", loop.run_until_complete, main())
    collect()
    trace("end")
    run_once(loop)


@scenario
def an_exit_that_the_loop_saw_again_is_retrieved():
    async def main():
        raise SystemExit(2)

    loop = new_event_loop()
    task = loop.create_task(main())
    attempt("run_until_complete", loop.run_until_complete, task)
    # The done-callback of `run_until_complete` is left over; it looks at the exception.
    run_once(loop)
    del task
    collect()
    trace("dropped")


@scenario
def an_exit_that_the_loop_never_saw_again_is_reported():
    async def main():
        raise SystemExit(2)

    loop = new_event_loop()
    task = loop.create_task(main())
    attempt("run_until_complete", loop.run_until_complete, task)
    del task
    trace("closing")
    loop.close()
    collect()
    trace("closed")


@scenario
def system_exit_of_another_task_stops_main_midway():
    async def exit():
        raise SystemExit(3)

    async def main():
        task = asyncio.create_task(exit())
        for step in range(3):
            trace(f"step {step}")
            await asyncio.sleep(0)
        attempt("exception", task.exception)

    loop = new_event_loop()
    task = loop.create_task(main())
    attempt("run_until_complete", loop.run_until_complete, task)
    attempt("again", loop.run_until_complete, task)


@scenario
def set_result_and_set_exception_of_a_task_are_refused():
    async def main():
        task = asyncio.create_task(noop())
        attempt("set_result", task.set_result, None)
        attempt("set_exception", task.set_exception, ValueError("set"))
        await outcome("task", task)

    run(main())


@scenario
def errors_of_a_pending_task():
    async def main():
        task = asyncio.create_task(noop())
        attempt("result", task.result)
        attempt("exception", task.exception)
        await task
        attempt("result", task.result)
        attempt("exception", task.exception)

    run(main())


# Names and the tasks of a loop.


@scenario
def tasks_are_numbered_and_may_be_named():
    async def main():
        show("main", asyncio.current_task().get_name())
        first = asyncio.create_task(noop())
        named = asyncio.create_task(noop(), name="named")
        second = asyncio.create_task(noop())
        for task in [first, named, second]:
            show("name", task.get_name())
        second.set_name("renamed")
        show("repr", second)
        for task in [first, named, second]:
            await task

    run(main())


@scenario
def the_current_task_is_the_one_that_runs():
    async def child():
        show("child", asyncio.current_task().get_name())

    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: show("callback", asyncio.current_task(loop) is None))
        await child()
        await asyncio.create_task(child(), name="other")
        show("main", asyncio.current_task().get_name())

    loop = run(main())
    show("outside", asyncio.current_task(loop) is None)


@scenario
def all_tasks_are_those_not_done():
    def names():
        return [task.get_name() for task in asyncio.all_tasks()]

    async def main():
        first = asyncio.create_task(noop())
        second = asyncio.create_task(asyncio.sleep(1))
        show("started", names())
        await first
        show("first done", names())
        second.cancel()
        show("second cancelled", names())
        await outcome("second", second)
        show("second done", names())

    run(main())


# Reprs.


@scenario
def reprs_of_tasks_by_state():
    async def wait(future):
        return await future

    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        show("new", task)
        await asyncio.sleep(0)
        show("waiting", task)
        task.cancel()
        show("cancelling", task)
        await outcome("task", task)
        show("cancelled", task)
        finished = asyncio.create_task(three())
        await finished
        show("finished", finished)
        failed = asyncio.create_task(fail())
        await outcome("failed", failed)
        show("failed", failed)

    run(main())


async def three():
    return 3


@scenario
def repr_of_a_running_task():
    async def main():
        task = asyncio.current_task()
        show("running", task)
        task.cancel()
        show("cancelling", task)
        task.uncancel()
        show("uncancelled", task)

    run(main())


@scenario
def repr_of_a_task_that_awaits_a_task():
    async def inner():
        await asyncio.sleep(1)

    async def outer(task):
        await task

    async def main():
        innermost = asyncio.create_task(inner(), name="inner")
        task = asyncio.create_task(outer(innermost), name="outer")
        await asyncio.sleep(0.5)
        show("outer", task)
        show("inner", innermost)
        await task

    run(main())


@scenario
def repr_of_a_task_with_callbacks():
    def first(task):
        pass

    def second(task):
        pass

    async def main():
        task = asyncio.create_task(noop())
        task.add_done_callback(first)
        show("one", task)
        task.add_done_callback(second)
        task.add_done_callback(first)
        show("three", task)
        await task

    run(main())


@scenario
def the_handle_of_a_failed_done_callback():
    seen = []

    def handler(loop, context):
        seen.append(context)

    def failing(future):
        raise ValueError("callback")

    async def main():
        asyncio.get_running_loop().set_exception_handler(handler)
        task = asyncio.create_task(noop())
        task.add_done_callback(failing)
        await task
        for context in seen:
            show("message", context["message"])
            show("handle", context["handle"])

    run(main())


# Lost tasks.


@scenario
def a_pending_task_destroyed_with_its_loop_is_reported():
    async def wait(future):
        await future

    loop = new_event_loop()
    future = loop.create_future()
    task = loop.create_task(wait(future))
    run_once(loop)
    show("task", task)
    trace("closing")
    # Rust's loop owns its tasks and destroys them when it is closed.
    loop.close()
    del task, future
    collect()
    trace("closed")


@scenario
def a_task_that_never_started_is_reported_when_its_loop_closes():
    loop = new_event_loop()
    loop.create_task(noop())
    loop.create_task(noop(), name="second")
    trace("closing")
    loop.close()
    trace("closed")


@scenario
def a_pending_gather_is_destroyed_silently():
    async def wait(future):
        await future

    loop = new_event_loop()
    first, second = loop.create_future(), loop.create_future()

    async def main():
        return asyncio.gather(wait(first), wait(second))

    gathered = loop.run_until_complete(main())
    show("gathered", gathered)
    loop.close()
    del gathered, first, second
    collect()
    trace("closed")


@scenario
def the_main_task_is_destroyed_silently():
    loop = new_event_loop()

    async def main():
        loop.stop()
        await asyncio.sleep(1)

    attempt("run_until_complete", loop.run_until_complete, main())
    loop.close()
    collect()
    trace("closed")
