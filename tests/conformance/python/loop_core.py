"""The loop itself: the order of an iteration, stopping, closing, failing callbacks."""

import asyncio

from trace import (
    attempt,
    new_event_loop,
    outcome,
    run_once,
    run_until,
    scenario,
    show,
    state,
    trace,
)


# The ready queue.


@scenario
def callbacks_queued_while_running_wait_an_iteration():
    loop = new_event_loop()

    def outer(n):
        trace(f"outer {n}")
        loop.call_soon(lambda: trace(f"inner {n}"))

    loop.call_soon(lambda: outer(1))
    loop.call_soon(lambda: outer(2))
    run_once(loop)
    run_once(loop)


@scenario
def a_handle_cancelled_after_queueing_takes_its_slot():
    loop = new_event_loop()

    def first():
        trace("first")
        second.cancel()
        loop.call_soon(lambda: trace("queued by first"))

    loop.call_soon(first)
    second = loop.call_soon(lambda: trace("never"))
    loop.call_soon(lambda: trace("third"))
    run_once(loop)
    run_once(loop)
    show("cancelled", second.cancelled())


@scenario
def an_iteration_of_only_cancelled_handles_does_not_wait():
    loop = new_event_loop()
    loop.call_later(1, loop.stop)
    loop.call_soon(lambda: trace("never")).cancel()
    loop.run_forever()
    trace("stopped")


@scenario
def cancelling_a_handle_that_ran_changes_nothing():
    loop = new_event_loop()
    handle = loop.call_soon(lambda: trace("ran"))
    run_once(loop)
    handle.cancel()
    show("cancelled", handle.cancelled())
    handle.cancel()
    run_once(loop)


class Kept:
    """What a callback keeps, and that says when it goes."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        trace(f"{self.name} is gone")


@scenario
def a_cancelled_handle_lets_go_of_its_callback():
    def keeping(name):
        kept = Kept(name)
        return lambda: kept

    for debug in False, True:
        loop = new_event_loop()
        loop.set_debug(debug)
        handles = [
            loop.call_soon(keeping("soon")),
            loop.call_later(1, keeping("later")),
            loop.call_soon_threadsafe(keeping("threadsafe")),
        ]
        for handle in handles:
            trace("cancel")
            handle.cancel()
        trace("nothing is left")
        run_until(loop, 2)


@scenario
def call_soon_threadsafe_on_the_thread_of_the_loop():
    loop = new_event_loop()
    loop.call_soon(lambda: trace("before"))
    loop.call_soon_threadsafe(lambda: trace("threadsafe"))
    loop.call_soon(lambda: trace("after"))
    loop.call_soon_threadsafe(lambda: trace("never")).cancel()
    run_once(loop)
    loop.call_soon(lambda: loop.call_soon_threadsafe(lambda: trace("from a callback")))
    run_once(loop)
    run_once(loop)


# Stopping.


@scenario
def stop_before_running_runs_one_iteration():
    loop = new_event_loop()
    loop.call_soon(lambda: loop.call_soon(lambda: trace("left over")))
    loop.call_soon(lambda: trace("ran"))
    loop.call_later(1, lambda: trace("timer"))
    loop.stop()
    loop.run_forever()
    trace("stopped")
    run_until(loop, 2)


@scenario
def stop_lets_the_batch_finish():
    loop = new_event_loop()

    def stop():
        trace("stop")
        loop.stop()
        loop.call_soon(lambda: trace("left over"))

    loop.call_soon(stop)
    loop.call_soon(lambda: trace("same batch"))
    loop.run_forever()
    trace("stopped")
    run_once(loop)


@scenario
def stopping_twice_stops_once():
    loop = new_event_loop()
    loop.call_soon(loop.stop)
    loop.call_soon(loop.stop)
    loop.run_forever()
    trace("stopped")
    loop.call_later(1, lambda: trace("timer"))
    run_until(loop, 2)


@scenario
def run_until_complete_lets_the_batch_finish():
    loop = new_event_loop()
    future = loop.create_future()

    def complete():
        future.set_result(1)
        loop.call_soon(lambda: trace("same batch as the stop"))

    loop.call_soon(complete)
    loop.call_later(0, lambda: trace("timer"))
    attempt("run_until_complete", loop.run_until_complete, future)
    run_once(loop)


@scenario
def run_until_complete_of_a_done_future_takes_an_iteration():
    loop = new_event_loop()
    future = loop.create_future()
    future.set_result(1)
    loop.call_soon(lambda: trace("ran"))
    attempt("run_until_complete", loop.run_until_complete, future)


@scenario
def run_until_complete_stopped_early():
    loop = new_event_loop()
    future = loop.create_future()
    loop.call_soon(loop.stop)
    attempt("stopped", loop.run_until_complete, future)
    state("future", future)
    # Its callback is gone, so that the loop is not stopped by it.
    future.set_result(2)
    run_until(loop, 1)
    attempt("again", loop.run_until_complete, future)


@scenario
def run_until_complete_of_failed_and_cancelled_futures():
    loop = new_event_loop()
    failed = loop.create_future()
    failed.set_exception(ValueError("failed"))
    attempt("failed", loop.run_until_complete, failed)
    cancelled = loop.create_future()
    cancelled.cancel("why")
    attempt("cancelled", loop.run_until_complete, cancelled)

    async def fail():
        raise ValueError("from a coroutine")

    attempt("coroutine", loop.run_until_complete, fail())


@scenario
def run_until_complete_refuses_the_future_of_another_loop():
    other = new_event_loop()
    future = other.create_future()
    loop = new_event_loop()
    attempt("run_until_complete", loop.run_until_complete, future)
    show("iterations", loop.iteration)


@scenario
def a_loop_that_runs_refuses_to_run_or_close():
    loop = new_event_loop()
    future = loop.create_future()

    def nested():
        show("is_running", loop.is_running())
        attempt("run_forever", loop.run_forever)
        attempt("run_until_complete", loop.run_until_complete, future)
        attempt("close", loop.close)
        show("is_running", loop.is_running())

    loop.call_soon(nested)
    run_once(loop)
    show("is_running", loop.is_running())


@scenario
def another_loop_refuses_to_run_meanwhile():
    other = new_event_loop()
    future = other.create_future()
    loop = new_event_loop()

    def nested():
        attempt("run_forever", other.run_forever)
        attempt("run_until_complete", other.run_until_complete, future)
        attempt("close", other.close)

    loop.call_soon(nested)
    run_once(loop)


# Closing.


@scenario
def close_is_idempotent():
    loop = new_event_loop()
    loop.call_soon(lambda: trace("never"))
    loop.call_later(0, lambda: trace("never"))
    show("is_closed", loop.is_closed())
    attempt("close", loop.close)
    show("is_closed", loop.is_closed())
    attempt("close again", loop.close)


@scenario
def closing_cancels_nothing():
    loop = new_event_loop()
    handles = [loop.call_soon(lambda: trace("never")), loop.call_later(1, lambda: trace("never"))]
    future = loop.create_future()
    future.add_done_callback(lambda _: trace("never"))
    loop.close()
    for handle in handles:
        show("cancelled", handle.cancelled())
    state("future", future)


@scenario
def a_closed_loop_refuses_to_schedule():
    loop = new_event_loop()
    future = loop.create_future()
    waiting = loop.create_future()
    waiting.add_done_callback(lambda _: None)
    loop.close()
    attempt("call_soon", loop.call_soon, lambda: None)
    attempt("call_later", loop.call_later, 1, lambda: None)
    attempt("call_at", loop.call_at, 1, lambda: None)
    attempt("call_soon_threadsafe", loop.call_soon_threadsafe, lambda: None)
    attempt("run_forever", loop.run_forever)
    attempt("run_until_complete", loop.run_until_complete, future)
    attempt("set_result without callbacks", future.set_result, 1)
    attempt("set_result with callbacks", waiting.set_result, 1)
    state("waiting", waiting)


# Failing callbacks.


@scenario
def system_exit_leaves_the_rest_of_the_batch_for_later():
    loop = new_event_loop()

    def exit():
        raise SystemExit(3)

    loop.call_soon(lambda: trace("before"))
    loop.call_soon(exit)
    loop.call_soon(lambda: trace("after"))
    attempt("run_forever", loop.run_forever)
    show("is_running", loop.is_running())
    run_once(loop)


@scenario
def keyboard_interrupt_in_a_timer_leaves_the_rest_for_later():
    loop = new_event_loop()

    def interrupt():
        raise KeyboardInterrupt

    loop.call_later(1, interrupt)
    loop.call_later(1, lambda: trace("same deadline"))
    loop.call_later(0.5, lambda: loop.call_soon(lambda: trace("half")))
    attempt("run_until_complete", loop.run_until_complete, loop.create_future())
    run_once(loop)


@scenario
def exception_in_a_callback_is_logged_and_the_batch_goes_on():
    loop = new_event_loop()

    def fail():
        raise ValueError("callback")

    loop.call_soon(fail)
    loop.call_soon(lambda: trace("next"))
    loop.call_later(1, fail)
    run_until(loop, 2)


@scenario
def cancelled_error_in_a_callback_is_logged():
    loop = new_event_loop()

    def fail():
        raise asyncio.CancelledError("callback")

    loop.call_soon(fail)
    run_once(loop)


@scenario
def an_exception_handler_replaces_the_log():
    loop = new_event_loop()

    def fail():
        raise ValueError("callback")

    def handler(loop, context):
        show("message", context["message"])
        show("exception", context["exception"])
        show("handle", context["handle"])

    show("before", loop.get_exception_handler() is None)
    loop.set_exception_handler(handler)
    show("while", loop.get_exception_handler() is None)
    loop.call_soon(fail)
    run_once(loop)
    loop.set_exception_handler(None)
    show("after", loop.get_exception_handler() is None)
    loop.call_soon(fail)
    run_once(loop)


@scenario
def an_exception_handler_may_defer_to_the_default_one():
    loop = new_event_loop()

    def handler(loop, context):
        trace("handler")
        loop.default_exception_handler(context)

    loop.set_exception_handler(handler)
    loop.call_exception_handler({"message": "only a message"})
    loop.call_exception_handler({"message": "", "exception": ValueError("without a message")})


@scenario
def a_failing_exception_handler_falls_back_to_the_default_one():
    loop = new_event_loop()

    def handler(loop, context):
        trace("handler")
        raise RuntimeError("handler")

    loop.set_exception_handler(handler)
    loop.call_exception_handler({"message": "first", "exception": ValueError("first")})
    trace("goes on")


@scenario
def system_exit_in_an_exception_handler_escapes():
    loop = new_event_loop()

    def fail():
        raise ValueError("callback")

    def handler(loop, context):
        raise SystemExit(4)

    loop.set_exception_handler(handler)
    loop.call_soon(fail)
    loop.call_soon(lambda: trace("left over"))
    attempt("run_forever", loop.run_forever)
    loop.set_exception_handler(None)
    run_once(loop)


@scenario
def default_handler_sorts_what_it_shows():
    loop = new_event_loop()
    future = loop.create_future()
    loop.call_exception_handler(
        {"message": "with a future", "future": future, "exception": RuntimeError("failed")}
    )
    handle = loop.call_soon(lambda: None)
    handle.cancel()
    loop.call_exception_handler({"message": "sorted", "handle": handle, "future": future})


# Reprs and the current loop.


@scenario
def reprs_of_handles():
    loop = new_event_loop()

    def callback():
        pass

    soon = loop.call_soon(callback)
    show("handle", soon)
    later = loop.call_later(1.5, callback)
    show("timer handle", later)
    soon.cancel()
    later.cancel()
    show("cancelled", soon)
    show("cancelled", later)
    ran = loop.call_soon(callback)
    run_once(loop)
    show("ran", ran)


@scenario
def reprs_of_handles_in_debug_mode():
    loop = new_event_loop()
    loop.set_debug(True)

    def callback():
        pass

    soon = loop.call_soon(callback)
    show("handle", soon)
    later = loop.call_later(1.5, callback)
    show("timer handle", later)
    soon.cancel()
    later.cancel()
    # Debug mode keeps the callback of a cancelled handle for its repr.
    show("cancelled", soon)
    show("cancelled", later)


@scenario
def repr_of_a_loop():
    loop = new_event_loop()
    show("new", loop)
    loop.call_soon(lambda: show("running", loop))
    run_once(loop)
    loop.set_debug(True)
    show("debug", loop)
    loop.close()
    show("closed", loop)


@scenario
def the_running_loop_is_known_only_while_it_runs():
    loop = new_event_loop()
    attempt("get_running_loop", asyncio.get_running_loop)
    show("_get_running_loop", asyncio._get_running_loop() is None)

    def callback():
        show("running", asyncio.get_running_loop() is loop)
        show("current", asyncio.get_event_loop() is loop)

    loop.call_soon(callback)
    run_once(loop)
    show("_get_running_loop", asyncio._get_running_loop() is None)
    asyncio.set_event_loop(loop)
    show("set", asyncio.get_event_loop() is loop)
    asyncio.set_event_loop(None)


@scenario
def what_needs_a_running_loop_says_so():
    new_event_loop()

    async def noop():
        pass

    coroutine = noop()
    attempt("create_task", asyncio.create_task, coroutine)
    coroutine.close()
    attempt("current_task", asyncio.current_task)
    attempt("all_tasks", asyncio.all_tasks)


@scenario
def coroutines_of_another_loop_are_not_mixed_up():
    first = new_event_loop()
    second = new_event_loop()

    async def running_on(loop):
        return asyncio.get_running_loop() is loop

    attempt("second", second.run_until_complete, running_on(second))
    attempt("first", first.run_until_complete, running_on(first))
    first.run_until_complete(outcome("awaited", running_on(first)))
