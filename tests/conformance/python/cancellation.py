"""Cancellation of tasks: where the request goes, what it replaces, what is counted."""

import asyncio

from trace import (
    attempt,
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


async def wait(future):
    return await watch("wait", future)


# Where the request goes.


@scenario
def cancelling_a_task_cancels_the_future_it_awaits():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        show("cancel", task.cancel())
        state("task", task)
        state("future", future)
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def cancelling_a_task_cancels_the_task_it_awaits():
    async def main():
        inner = asyncio.create_task(watch("inner", asyncio.sleep(10)))
        outer = asyncio.create_task(wait(inner))
        await asyncio.sleep(0)
        show("cancel", outer.cancel("why"))
        state("inner", inner)
        state("outer", outer)
        await outcome("outer", outer)
        state("inner", inner)

    run(main())


@scenario
def cancelling_one_waiter_cancels_the_future_for_all():
    async def main():
        future = asyncio.get_running_loop().create_future()
        first = asyncio.create_task(wait(future))
        second = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        first.cancel("first")
        await outcome("second", second)
        await outcome("first", first)
        state("first", first)
        state("second", second)

    run(main())


@scenario
def cancelling_reaches_through_coroutines_to_the_innermost_await():
    async def level(depth):
        if depth:
            return await watch(f"level {depth}", level(depth - 1))
        await watch("sleep", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(level(2))
        await asyncio.sleep(1)
        task.cancel("deep")
        await outcome("task", task)

    run(main())


@scenario
def a_cancelled_future_cancels_the_task_that_awaits_it():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        future.cancel("from outside")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_cancelled_error_raised_by_the_coroutine_cancels_the_task():
    async def raising():
        raise asyncio.CancelledError("raised")

    async def main():
        task = asyncio.create_task(raising())
        await asyncio.sleep(0)
        state("task", task)
        attempt("first", task.result)
        attempt("second", task.result)
        attempt("exception", task.exception)

    run(main())


# When it comes too late or too early.


@scenario
def the_result_is_lost_to_a_late_cancel():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        future.set_result("lost")
        # The wake-up is queued, the future can no longer be cancelled.
        show("cancel", task.cancel("late"))
        await outcome("task", task)
        attempt("future", future.result)

    run(main())


@scenario
def a_late_cancel_replaces_the_exception():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        future.set_exception(ValueError("replaced"))
        task.cancel("late")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_late_cancel_does_not_replace_a_cancellation():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        future.cancel("first")
        task.cancel("second")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def cancel_before_the_start_runs_no_line():
    async def child():
        trace("started")
        try:
            await asyncio.sleep(1)
        finally:
            trace("finally")

    async def main():
        task = asyncio.create_task(child())
        show("cancel", task.cancel("early"))
        state("task", task)
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def cancel_twice_before_the_start_keeps_the_last_message():
    async def main():
        task = asyncio.create_task(noop())
        task.cancel("first")
        task.cancel("second")
        state("task", task)
        await outcome("task", task)

    run(main())


@scenario
def cancel_twice_while_waiting_keeps_the_first_message():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        show("first", task.cancel("first"))
        show("second", task.cancel("second"))
        state("task", task)
        await outcome("task", task)

    run(main())


@scenario
def cancel_of_a_finished_task_is_refused():
    async def main():
        task = asyncio.create_task(noop())
        await task
        show("cancel", task.cancel())
        state("task", task)

    run(main())


@scenario
def cancel_while_the_gather_is_full_but_has_not_seen_it():
    async def main():
        future = asyncio.get_running_loop().create_future()
        gathered = asyncio.gather(future)
        task = asyncio.create_task(wait(gathered))
        await asyncio.sleep(0)
        future.set_result("lost")
        show("cancel", task.cancel("late"))
        await outcome("task", task)
        await outcome("gathered", gathered)

    run(main())


@scenario
def cancel_of_a_sleep_that_is_over_but_not_seen():
    async def sleeper():
        await watch("sleep", asyncio.sleep(1, "slept"))

    async def main():
        loop = asyncio.get_running_loop()
        before = asyncio.create_task(sleeper())
        after = asyncio.create_task(sleeper())
        # The timer of this one is older than the sleeper's, of that one younger.
        loop.call_later(1, lambda: show("cancel before", before.cancel("before")))
        await asyncio.sleep(0)
        loop.call_later(1, lambda: show("cancel after", after.cancel("after")))
        await outcome("before", before)
        await outcome("after", after)

    run(main())


@scenario
def cancelling_a_child_that_waits_for_its_parent_cancels_the_parent():
    async def main():
        parent = asyncio.current_task()
        child = asyncio.create_task(wait(parent))
        await asyncio.sleep(0)
        show("cancel", child.cancel("upwards"))
        show("parent", parent.cancelling())
        await outcome("sleep", asyncio.sleep(1))
        return "parent"

    loop = run(main())
    run_once(loop)


@scenario
def generator_exit_is_an_ordinary_failure():
    async def failing():
        raise GeneratorExit

    async def main():
        task = asyncio.create_task(failing())
        await asyncio.sleep(0)
        attempt("task", task.result)
        state("task", task)

    run(main())


@scenario
def a_cancelled_error_passed_on_by_hand_keeps_its_message():
    async def child():
        cancelled = None
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as error:
            cancelled = error
        await asyncio.sleep(1)
        raise cancelled

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        task.cancel("kept")
        await outcome("task", task)
        state("task", task)

    run(main())


# A task that cancels itself.


@scenario
def self_cancel_then_return_discards_the_result():
    async def child():
        asyncio.current_task().cancel("myself")
        trace("still running")
        return 1

    async def main():
        task = asyncio.create_task(child())
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def self_cancel_then_raise_keeps_the_exception():
    async def child():
        asyncio.current_task().cancel("myself")
        raise ValueError("raised")

    async def main():
        task = asyncio.create_task(child())
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def self_cancel_then_await_a_pending_future():
    async def child(future):
        asyncio.current_task().cancel("myself")
        await watch("future", future)

    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(child(future))
        await outcome("task", task)
        state("future", future)
        state("task", task)

    run(main())


@scenario
def self_cancel_then_await_done_ones_is_not_noticed_yet():
    async def child(future):
        asyncio.current_task().cancel("myself")
        await watch("done future", future)
        await watch("coroutine", noop())
        await watch("sleep", asyncio.sleep(0))

    async def main():
        future = asyncio.get_running_loop().create_future()
        future.set_result(1)
        task = asyncio.create_task(child(future))
        await outcome("task", task)

    run(main())


@scenario
def self_cancel_then_await_a_task():
    async def child(task):
        asyncio.current_task().cancel("myself")
        await watch("inner", task)

    async def main():
        inner = asyncio.create_task(watch("sleep", asyncio.sleep(1)))
        task = asyncio.create_task(child(inner))
        await outcome("task", task)
        state("inner", inner)

    run(main())


# Counting.


@scenario
def uncancel_counts_down_and_never_below_zero():
    async def main():
        task = asyncio.current_task()
        show("cancelling", task.cancelling())
        task.cancel()
        task.cancel()
        show("cancelling", task.cancelling())
        show("uncancel", task.uncancel())
        show("uncancel", task.uncancel())
        show("uncancel", task.uncancel())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def uncancel_to_zero_withdraws_a_request_not_yet_delivered():
    async def child(uncancels):
        task = asyncio.current_task()
        task.cancel("first")
        task.cancel("second")
        for _ in range(uncancels):
            task.uncancel()
        await outcome("sleep", asyncio.sleep(1, "slept"))

    async def main():
        for uncancels in [1, 2]:
            task = asyncio.create_task(child(uncancels))
            await outcome(f"{uncancels} uncancels", task)
            state("task", task)

    run(main())


@scenario
def uncancel_does_not_take_back_a_cancelled_future():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        task.cancel("why")
        show("uncancel", task.uncancel())
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_swallowed_cancellation_is_still_counted():
    async def child():
        await outcome("first sleep", asyncio.sleep(10))
        show("cancelling", asyncio.current_task().cancelling())
        await outcome("second sleep", asyncio.sleep(1))
        return "survived"

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        task.cancel()
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_task_may_refuse_every_cancellation():
    async def stubborn():
        for n in range(3):
            await outcome(f"sleep {n}", asyncio.sleep(10))
        return "done"

    async def main():
        task = asyncio.create_task(stubborn())
        for n in range(3):
            await asyncio.sleep(1)
            show("cancel", task.cancel(f"request {n}"))
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def cancel_while_cleaning_up_interrupts_the_cleanup():
    async def child():
        try:
            await asyncio.sleep(10)
        finally:
            trace("cleaning")
            await watch("cleanup", asyncio.sleep(5))
            trace("never")

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        task.cancel("first")
        await asyncio.sleep(1)
        task.cancel("second")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def an_inner_task_that_swallows_the_request_saves_the_outer_one():
    async def inner():
        await outcome("sleep", asyncio.sleep(10))
        return "saved"

    async def main():
        task = asyncio.create_task(inner())
        outer = asyncio.create_task(wait(task))
        await asyncio.sleep(1)
        outer.cancel("why")
        state("inner", task)
        await outcome("outer", outer)
        state("inner", task)
        state("outer", outer)

    run(main())


@scenario
def an_exception_raised_while_cancelled_fails_the_task():
    async def child():
        cancelled = False
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            cancelled = True
        if cancelled:
            raise ValueError("instead")

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        task.cancel()
        await outcome("task", task)
        state("task", task)

    run(main())


# Messages.


@scenario
def a_message_travels_through_nested_tasks():
    async def nested(depth):
        if not depth:
            return await asyncio.sleep(10)
        await watch(f"depth {depth}", asyncio.create_task(nested(depth - 1)))

    async def main():
        task = asyncio.create_task(nested(3))
        await asyncio.sleep(1)
        task.cancel("the message")
        await outcome("task", task)

    run(main())


@scenario
def the_message_comes_with_the_first_retrieval_only():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        task.cancel("once")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        attempt("first", task.result)
        attempt("second", task.result)
        attempt("exception", task.exception)
        await outcome("await", task)

    run(main())


@scenario
def of_two_waiters_only_the_first_gets_the_message():
    async def main():
        task = asyncio.create_task(asyncio.sleep(10))
        first = asyncio.create_task(wait(task))
        second = asyncio.create_task(wait(task))
        await asyncio.sleep(1)
        task.cancel("once")
        await outcome("first", first)
        await outcome("second", second)

    run(main())


@scenario
def a_cancellation_without_a_message_has_none():
    async def main():
        task = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(1)
        task.cancel()
        await outcome("task", task)

    run(main())


# The main task.


@scenario
def a_cancelled_main_task_raises_from_run():
    async def main():
        asyncio.get_running_loop().call_later(1, asyncio.current_task().cancel, "enough")
        await watch("sleep", asyncio.sleep(10))

    run(main())


@scenario
def cancel_from_a_done_callback_of_the_awaited_future():
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        task = asyncio.create_task(wait(future))
        future.add_done_callback(lambda f: show("cancel", task.cancel("from the callback")))
        await asyncio.sleep(0)
        future.set_result("lost")
        await outcome("task", task)

    run(main())


@scenario
def cancel_between_the_wake_up_and_the_end_of_a_task():
    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        # The waiter runs before this callback: too late.
        future.add_done_callback(lambda f: show("cancel", task.cancel("too late")))
        future.set_result("kept")
        await outcome("task", task)

    run(main())
