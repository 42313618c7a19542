"""Futures: done-callbacks, cancellation, lost exceptions, awaiting, reprs."""

import asyncio

from trace import (
    attempt,
    collect,
    iteration,
    new_event_loop,
    outcome,
    run,
    run_once,
    scenario,
    show,
    state,
    trace,
)


def ignore(future):
    pass


# Done-callbacks.


@scenario
def done_callbacks_run_in_order_an_iteration_later():
    loop = new_event_loop()
    future = loop.create_future()
    future.add_done_callback(lambda f: show("first", f.result()))
    future.add_done_callback(lambda f: show("second", f.result()))

    def set_result():
        future.set_result(1)
        trace("set")

    loop.call_soon(set_result)
    loop.call_soon(lambda: trace("queued before the callbacks"))
    run_once(loop)
    run_once(loop)


@scenario
def a_callback_added_to_a_done_future_runs_in_the_next_iteration():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_result(1)
    future.add_done_callback(lambda f: show("added when done", f.result()))
    trace("not yet")

    def add_another(f):
        trace("adding")
        f.add_done_callback(lambda f: trace("added by a callback"))

    future.add_done_callback(add_another)
    run_once(loop)
    run_once(loop)


@scenario
def callbacks_of_a_cancelled_future_run_too():
    loop = new_event_loop()
    future = loop.create_future()
    future.add_done_callback(lambda f: state("future", f))
    show("cancel", future.cancel())
    show("cancel again", future.cancel())
    run_once(loop)


@scenario
def remove_done_callback_removes_all_that_are_equal():
    loop = new_event_loop()
    future = loop.create_future()

    def first(f):
        trace("first")

    def second(f):
        trace("second")

    future.add_done_callback(first)
    future.add_done_callback(second)
    future.add_done_callback(first)
    show("first", future.remove_done_callback(first))
    show("first again", future.remove_done_callback(first))
    future.set_result(1)
    show("second, too late", future.remove_done_callback(second))
    run_once(loop)


@scenario
def a_failing_done_callback_does_not_stop_the_others():
    loop = new_event_loop()
    future = loop.create_future()

    def fail(f):
        raise ValueError("done-callback")

    future.add_done_callback(fail)
    future.add_done_callback(lambda f: trace("next"))
    future.set_result(1)
    run_once(loop)
    state("future", future)


@scenario
def system_exit_in_a_done_callback_leaves_the_others_for_later():
    loop = new_event_loop()
    future = loop.create_future()

    def exit(f):
        raise SystemExit(1)

    future.add_done_callback(exit)
    future.add_done_callback(lambda f: trace("later"))
    future.set_result(1)
    attempt("run_forever", loop.run_forever)
    run_once(loop)


@scenario
def a_cancelled_callback_sees_the_cancellation():
    loop = new_event_loop()
    future = loop.create_future()

    def callback(f):
        attempt("exception", f.exception)
        attempt("result", f.result)

    future.add_done_callback(callback)
    future.cancel("why")
    run_once(loop)


# States and their errors.


@scenario
def errors_of_invalid_states():
    loop = new_event_loop()
    future = loop.create_future()
    attempt("result of a pending one", future.result)
    attempt("exception of a pending one", future.exception)
    future.set_result(1)
    attempt("set_result twice", future.set_result, 2)
    attempt("set_exception after set_result", future.set_exception, ValueError("late"))
    attempt("exception of a result", future.exception)
    attempt("result", future.result)


@scenario
def errors_of_a_cancelled_future():
    loop = new_event_loop()
    future = loop.create_future()
    future.cancel()
    attempt("set_result", future.set_result, 2)
    attempt("set_exception", future.set_exception, ValueError("late"))
    attempt("result", future.result)
    attempt("exception", future.exception)
    state("future", future)


@scenario
def cancel_of_a_done_future_is_refused():
    loop = new_event_loop()
    future = loop.create_future()
    state("future", future)
    future.set_result(1)
    show("cancel", future.cancel())
    state("future", future)
    attempt("result", future.result)


@scenario
def the_message_of_a_cancelled_future_comes_every_time():
    loop = new_event_loop()
    future = loop.create_future()
    future.cancel("why")
    attempt("first result", future.result)
    attempt("second result", future.result)
    attempt("exception", future.exception)


@scenario
def set_exception_with_a_cancelled_error_does_not_cancel():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_exception(asyncio.CancelledError("set"))
    state("future", future)
    attempt("exception", future.exception)
    attempt("result", future.result)
    show("repr", future)


@scenario
def set_exception_refuses_stop_iteration():
    loop = new_event_loop()
    future = loop.create_future()
    attempt("set_exception", future.set_exception, StopIteration("stop"))
    state("future", future)
    attempt("exception", future.exception)
    state("future", future)


@scenario
def a_result_may_be_asked_for_again():
    loop = new_event_loop()
    good = loop.create_future()
    good.set_result("text")
    attempt("result", good.result)
    attempt("result again", good.result)
    bad = loop.create_future()
    bad.set_exception(ValueError("kept"))
    attempt("exception", bad.exception)
    attempt("exception again", bad.exception)
    attempt("result", bad.result)


# Lost exceptions.


@scenario
def an_exception_that_nobody_retrieved_is_logged():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_exception(ValueError("lost"))
    del future
    collect()
    trace("dropped")


@scenario
def a_retrieved_exception_is_not_logged():
    loop = new_event_loop()
    by_exception = loop.create_future()
    by_exception.set_exception(ValueError("exception"))
    attempt("exception", by_exception.exception)
    by_result = loop.create_future()
    by_result.set_exception(ValueError("result"))
    attempt("result", by_result.result)
    by_await = loop.create_future()
    by_await.set_exception(ValueError("await"))
    loop.run_until_complete(outcome("await", by_await))
    del by_exception, by_result, by_await
    collect()
    trace("dropped")


@scenario
def cancelling_a_failed_future_silences_it():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_exception(ValueError("lost"))
    show("cancel", future.cancel())
    state("future", future)
    del future
    collect()
    trace("dropped")


@scenario
def a_cancelled_or_pending_future_is_dropped_silently():
    loop = new_event_loop()
    cancelled = loop.create_future()
    cancelled.cancel("lost")
    pending = loop.create_future()
    pending.add_done_callback(ignore)
    del cancelled, pending
    collect()
    trace("dropped")


@scenario
def a_lost_exception_goes_to_the_exception_handler():
    loop = new_event_loop()

    def handler(loop, context):
        show("message", context["message"])
        show("exception", context["exception"])
        show("future", context["future"])

    loop.set_exception_handler(handler)
    future = loop.create_future()
    future.set_exception(ValueError("lost"))
    del future
    collect()


# A closed loop.


@scenario
def futures_of_a_closed_loop_end_but_cannot_tell():
    loop = new_event_loop()
    silent, set_, failed, cancelled = [loop.create_future() for _ in range(4)]
    for future in [set_, failed, cancelled]:
        future.add_done_callback(lambda f: trace("never"))
    loop.close()
    attempt("cancel without callbacks", silent.cancel)
    attempt("set_result", set_.set_result, 1)
    attempt("set_exception", failed.set_exception, ValueError("failed"))
    attempt("cancel", cancelled.cancel)
    attempt("add_done_callback", set_.add_done_callback, lambda f: None)
    for future in [silent, set_, failed, cancelled]:
        show("future", future)


@scenario
def a_failure_that_a_closed_loop_could_not_tell_is_not_reported():
    loop = new_event_loop()
    told, untold = loop.create_future(), loop.create_future()
    untold.add_done_callback(ignore)
    loop.close()
    attempt("without callbacks", told.set_exception, ValueError("told"))
    attempt("with callbacks", untold.set_exception, ValueError("untold"))
    del untold
    collect()
    trace("dropped")
    del told
    collect()
    trace("dropped")


# Awaiting.


@scenario
def awaiting_a_done_future_does_not_yield():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: trace("the loop got its turn"))
        done = loop.create_future()
        done.set_result(1)
        await outcome("done", done)
        failed = loop.create_future()
        failed.set_exception(ValueError("failed"))
        await outcome("failed", failed)
        cancelled = loop.create_future()
        cancelled.cancel()
        await outcome("cancelled", cancelled)
        trace("not yielded so far")
        await asyncio.sleep(0)

    run(main())


@scenario
def several_waiters_resume_in_order():
    async def wait(name, future):
        await outcome(name, future)

    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        tasks = [asyncio.create_task(wait(n, future)) for n in range(3)]
        await asyncio.sleep(0)
        future.add_done_callback(lambda f: trace("callback after the waiters"))
        future.set_result("shared")
        for task in tasks:
            await task

    run(main())


@scenario
def a_waiter_resumes_among_the_callbacks():
    async def wait(future):
        await outcome("waiter", future)

    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        future.add_done_callback(lambda f: trace("added before"))
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        future.add_done_callback(lambda f: trace("added after"))
        future.set_result(1)
        loop.call_soon(lambda: trace("queued after the result"))
        await task

    run(main())


@scenario
def awaiting_a_future_of_another_loop_fails():
    other = new_event_loop()
    future = other.create_future()

    async def main():
        before = iteration()
        await outcome("future", future)
        show("iterations", iteration() - before)

    run(main())
    state("future", future)


@scenario
def awaiting_the_task_itself_fails():
    async def main():
        await outcome("itself", asyncio.current_task())

    run(main())


@scenario
def futures_know_their_loop():
    loop = new_event_loop()
    future = loop.create_future()
    show("get_loop", future.get_loop() is loop)

    async def main():
        made = asyncio.Future()
        show("get_loop", made.get_loop() is asyncio.get_running_loop())

    loop.run_until_complete(main())


@scenario
def ensure_future_returns_a_future_as_it_is():
    async def one():
        return 1

    async def main():
        future = asyncio.get_running_loop().create_future()
        show("same", asyncio.ensure_future(future) is future)
        future.set_result(0)
        task = asyncio.ensure_future(one())
        show("repr", task)
        await outcome("task", task)

    run(main())


# Reprs.


@scenario
def reprs_of_futures_by_state():
    loop = new_event_loop()
    pending = loop.create_future()
    show("pending", pending)
    finished = loop.create_future()
    finished.set_result(7)
    show("finished", finished)
    failed = loop.create_future()
    failed.set_exception(ValueError("failed"))
    show("failed", failed)
    attempt("exception", failed.exception)
    cancelled = loop.create_future()
    cancelled.cancel("why")
    show("cancelled", cancelled)


@scenario
def reprs_of_futures_by_result():
    loop = new_event_loop()
    for value in [None, True, 1.5, "text"]:
        future = loop.create_future()
        future.set_result(value)
        show("finished", future)


@scenario
def reprs_cut_long_results():
    loop = new_event_loop()
    for value in ["x" * 30, "x" * 60]:
        future = loop.create_future()
        future.set_result(value)
        show("finished", future)


@scenario
def reprs_of_futures_by_callbacks():
    loop = new_event_loop()
    future = loop.create_future()

    def first(f):
        pass

    def second(f):
        pass

    def third(f):
        pass

    future.add_done_callback(first)
    show("one", future)
    future.add_done_callback(second)
    show("two", future)
    future.add_done_callback(third)
    show("three", future)
    future.add_done_callback(first)
    show("four", future)
    future.set_result(1)
    show("finished", future)


@scenario
def repr_of_a_future_that_a_task_awaits():
    async def wait(future):
        await future

    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(wait(future))
        await asyncio.sleep(0)
        show("future", future)
        show("task", task)
        future.set_result(1)
        show("future", future)
        show("task", task)
        await task
        show("task", task)

    run(main())


@scenario
def repr_of_a_future_in_debug_mode():
    loop = new_event_loop()
    loop.set_debug(True)
    future = loop.create_future()
    show("pending", future)
    future.set_result(1)
    show("finished", future)
