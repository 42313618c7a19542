"""Functions and futures of other threads, and threads that have the loop work for them.

A thread is heard of in whichever iteration comes next, so most of these scenarios run on a
loop that the trace does not know. Where the loop's thread waits for the other one at once,
even the iterations are certain.
"""

import asyncio
import concurrent.futures
import contextvars
import threading
import warnings

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
    trace_log,
    watch,
)

variable = contextvars.ContextVar("variable", default="default")


class Gate:
    """A function that says when it begins, and ends when it is told to."""

    def __init__(self):
        self.began = threading.Event()
        self.may_end = threading.Event()

    def __call__(self):
        self.began.set()
        self.may_end.wait()
        return "through"

    def wait(self):
        self.began.wait()

    def open(self):
        self.may_end.set()


def single():
    return concurrent.futures.ThreadPoolExecutor(1, "single")


def failing():
    raise ValueError("there")


def thread_name():
    return threading.current_thread().name


def on_another_thread(function):
    """Call a function on another thread, and wait for it."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


async def value(result, delay=0):
    await watch(f"sleep of {result}", asyncio.sleep(delay))
    return result


# Functions of other threads.


@scenario
def functions_return_and_fail():
    async def main():
        await outcome("value", asyncio.to_thread(lambda: 42))
        await outcome("failure", asyncio.to_thread(failing))
        loop = asyncio.get_running_loop()
        await outcome("value", loop.run_in_executor(None, lambda: 43))
        await outcome("failure", loop.run_in_executor(None, failing))

    asyncio.run(main())


@scenario
def to_thread_calls_when_it_is_awaited():
    async def main():
        calls = []
        coroutine = asyncio.to_thread(lambda: calls.append("never"))
        await asyncio.sleep(0)
        coroutine.close()
        await asyncio.to_thread(lambda: calls.append("once"))
        show("calls", calls)

    asyncio.run(main())


@scenario
def only_to_thread_carries_the_context():
    def function():
        seen = variable.get()
        variable.set("by the thread")
        return seen

    async def main():
        variable.set("by main")
        show("to_thread", await asyncio.to_thread(function))
        show("main", variable.get())
        show("executor", await asyncio.get_running_loop().run_in_executor(None, variable.get))

    asyncio.run(main())


@scenario
def several_threads_at_once():
    async def main():
        functions = [asyncio.to_thread(lambda n=n: n * 2) for n in range(4)]
        await outcome("gather", asyncio.gather(*functions))
        failures = asyncio.to_thread(failing), asyncio.to_thread(lambda: 1)
        await outcome("all", asyncio.gather(*failures, return_exceptions=True))

    asyncio.run(main())


@scenario
def the_loop_goes_on_meanwhile():
    async def main():
        gate = Gate()
        task = asyncio.create_task(asyncio.to_thread(gate))
        await asyncio.sleep(0)
        gate.wait()
        trace("it runs")
        for _ in range(3):
            await watch("sleep", asyncio.sleep(0))
        state("task", task)
        gate.open()
        await outcome("task", task)

    asyncio.run(main())


@scenario
def an_executor_may_be_given_or_set():
    async def main():
        loop = asyncio.get_running_loop()
        show("default", await loop.run_in_executor(None, thread_name))
        pool = single()
        show("given", await loop.run_in_executor(pool, thread_name))
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1, "set"))
        show("set", await loop.run_in_executor(None, thread_name))
        pool.shutdown()
        attempt("shut down", loop.run_in_executor, pool, thread_name)

    asyncio.run(main())


@scenario
def a_failure_that_nobody_asks_for_is_logged():
    async def main():
        pool = single()
        future = asyncio.get_running_loop().run_in_executor(pool, failing)
        pool.shutdown()
        await asyncio.wait([future])
        state("future", future)
        del future
        collect()
        trace("end")

    asyncio.run(main())


# Cancellation.


@scenario
def a_function_that_did_not_begin_is_not_called():
    async def main():
        loop = asyncio.get_running_loop()
        pool, gate, calls = single(), Gate(), []
        running = loop.run_in_executor(pool, gate)
        gate.wait()
        queued = loop.run_in_executor(pool, lambda: calls.append("called"))
        show("cancel", queued.cancel())
        await outcome("queued", queued)
        # The thread's side is cancelled in the next iteration.
        await asyncio.sleep(0)
        gate.open()
        await outcome("running", running)
        pool.shutdown()
        show("calls", calls)

    asyncio.run(main())


@scenario
def a_function_that_runs_goes_on():
    async def main():
        pool, gate, calls = single(), Gate(), []

        def function():
            gate()
            calls.append("called")

        running = asyncio.get_running_loop().run_in_executor(pool, function)
        gate.wait()
        show("cancel", running.cancel("too late"))
        await outcome("running", running)
        gate.open()
        pool.shutdown()
        await asyncio.sleep(0)
        show("calls", calls)
        show("running", running)

    asyncio.run(main())


@scenario
def cancelling_the_task_that_waits_for_a_thread():
    async def main():
        gate = Gate()
        task = asyncio.create_task(asyncio.to_thread(gate))
        await asyncio.sleep(0)
        gate.wait()
        task.cancel("why")
        await outcome("task", task)
        state("task", task)
        gate.open()

    asyncio.run(main())


@scenario
def a_thread_that_takes_too_long():
    async def main():
        gate = Gate()
        task = asyncio.create_task(asyncio.to_thread(gate))
        await asyncio.sleep(0)
        gate.wait()
        await outcome("wait_for", asyncio.wait_for(task, 0.01))
        gate.open()

    asyncio.run(main())


# The end of the default executor.


@scenario
def after_the_shutdown_there_is_no_default_executor():
    async def main():
        loop = asyncio.get_running_loop()
        await outcome("there is none", loop.shutdown_default_executor())
        await outcome("to_thread", asyncio.to_thread(thread_name))
        attempt("run_in_executor", loop.run_in_executor, None, thread_name)
        pool = single()
        await outcome("another one", loop.run_in_executor(pool, thread_name))
        loop.set_default_executor(pool)
        attempt("run_in_executor", loop.run_in_executor, None, thread_name)
        await outcome("again", loop.shutdown_default_executor())
        attempt("another one", loop.run_in_executor, pool, thread_name)

    asyncio.run(main())


@scenario
def the_shutdown_waits_for_its_threads():
    async def open_later(gate):
        await watch("sleep", asyncio.sleep(0))
        gate.open()

    async def main():
        loop, gate = asyncio.get_running_loop(), Gate()
        future = loop.run_in_executor(None, gate)
        gate.wait()
        task = asyncio.create_task(open_later(gate))
        await outcome("shutdown", loop.shutdown_default_executor(5))
        await outcome("task", task)
        await outcome("future", future)

    asyncio.run(main())


@scenario
def the_shutdown_does_not_wait_for_ever():
    def show_warning(message, category, *rest):
        trace_log(f"{category.__name__}: {message}")

    async def main():
        loop, gate = asyncio.get_running_loop(), Gate()
        future = loop.run_in_executor(None, gate)
        gate.wait()
        for timeout in 0.01, 0:
            await outcome("shutdown", loop.shutdown_default_executor(timeout))
        gate.open()
        await outcome("future", future)

    warnings.simplefilter("always")
    warnings.showwarning = show_warning
    asyncio.run(main())


@scenario
def run_waits_for_the_threads_of_the_default_executor():
    calls, gate = [], Gate()

    def function():
        gate()
        calls.append("called")

    async def main():
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, function)
        gate.wait()
        # Nothing but the shutdown is left by then.
        loop.call_later(0.01, gate.open)
        return "main"

    show("run", asyncio.run(main()))
    show("calls", calls)


@scenario
def a_closed_loop_runs_nothing():
    loop = asyncio.new_event_loop()
    loop.close()
    attempt("run_in_executor", loop.run_in_executor, None, thread_name)


# Futures of threads.


@scenario
def a_wrapped_future_ends_with_the_other():
    async def main():
        good, bad, given_up = (concurrent.futures.Future() for _ in range(3))
        futures = [asyncio.wrap_future(future) for future in (good, bad, given_up)]
        show("pending", futures[0])
        good.set_result(1)
        bad.set_exception(ValueError("bad"))
        given_up.cancel()
        for future in futures:
            show("done", future)
            await outcome("future", future)

    run(main())


@scenario
def a_future_that_was_done_before():
    async def main():
        done = concurrent.futures.Future()
        done.set_result(1)
        future = asyncio.wrap_future(done)
        state("future", future)
        await outcome("future", future)

    run(main())


@scenario
def a_future_that_another_thread_ends():
    async def main():
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        on_another_thread(lambda: source.set_result("from there"))
        state("future", future)
        await outcome("future", future)

    run(main())


@scenario
def a_loop_that_does_not_run_hears_of_it_later():
    loop = new_event_loop()
    source = concurrent.futures.Future()
    future = asyncio.wrap_future(source, loop=loop)
    source.set_result(1)
    state("future", future)
    run_once(loop)
    state("future", future)


@scenario
def a_cancelled_future_cancels_the_other_in_the_next_iteration():
    async def main():
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        show("cancel", future.cancel("why"))
        show("source", source)
        await asyncio.sleep(0)
        show("source", source)
        await outcome("future", future)

    run(main())


@scenario
def a_future_that_runs_cannot_be_cancelled():
    async def main():
        source = concurrent.futures.Future()
        source.set_running_or_notify_cancel()
        future = asyncio.wrap_future(source)
        future.cancel()
        await asyncio.sleep(0)
        show("source", source)
        source.set_result("unheard")
        show("source", source)
        await outcome("future", future)

    run(main())


@scenario
def exceptions_change_sides():
    async def main():
        for error in (
            concurrent.futures.CancelledError(),
            concurrent.futures.InvalidStateError("state"),
            TimeoutError("time"),
        ):
            source = concurrent.futures.Future()
            source.set_exception(error)
            future = asyncio.wrap_future(source)
            state("future", future)
            await outcome("future", future)

    run(main())


@scenario
def nothing_is_told_to_a_closed_loop():
    loop = new_event_loop()
    source = concurrent.futures.Future()
    future = asyncio.wrap_future(source, loop=loop)
    loop.close()
    source.set_result(1)
    state("future", future)


# Coroutines for threads.


@scenario
def a_thread_waits_for_a_coroutine():
    async def failing():
        await asyncio.sleep(0)
        raise ValueError("here")

    async def main():
        loop = asyncio.get_running_loop()

        def waiting(make):
            return asyncio.run_coroutine_threadsafe(make(), loop).result()

        await outcome("value", asyncio.to_thread(waiting, lambda: value("here")))
        await outcome("failure", asyncio.to_thread(waiting, failing))

    asyncio.run(main())


@scenario
def the_task_of_a_coroutine_for_a_thread():
    async def child():
        task = asyncio.current_task()
        await asyncio.sleep(0)
        show("task", task)

    async def main():
        loop = asyncio.get_running_loop()
        on_another_thread(lambda: asyncio.run_coroutine_threadsafe(child(), loop))
        show("tasks", len(asyncio.all_tasks()))
        for _ in range(3):
            await asyncio.sleep(0)

    run(main())


@scenario
def a_thread_gives_a_coroutine_up():
    async def main():
        loop = asyncio.get_running_loop()
        future = asyncio.run_coroutine_threadsafe(value(1, 10), loop)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        on_another_thread(future.cancel)
        show("future", future)
        await asyncio.sleep(1)
        show("tasks", len(asyncio.all_tasks()))

    run(main())


@scenario
def a_coroutine_that_is_given_up_before_it_began():
    async def main():
        loop = asyncio.get_running_loop()
        future = asyncio.run_coroutine_threadsafe(value(1), loop)
        show("cancel", future.cancel())
        for _ in range(3):
            await watch("main", asyncio.sleep(0))
            show("tasks", len(asyncio.all_tasks()))

    run(main())


@scenario
def a_cancelled_coroutine_cancels_the_future_of_the_thread():
    async def child():
        asyncio.current_task().cancel("why")
        await asyncio.sleep(0)

    async def main():
        loop = asyncio.get_running_loop()
        future = asyncio.run_coroutine_threadsafe(child(), loop)
        for _ in range(3):
            await asyncio.sleep(0)
        show("future", future)
        attempt("result", future.result, 0)
        await asyncio.sleep(0)
        show("future", future)
        attempt("result", future.result, 0)

    run(main())


@scenario
def a_thread_that_does_not_wait_long():
    async def main():
        loop = asyncio.get_running_loop()
        future = asyncio.run_coroutine_threadsafe(value(1, 1), loop)
        attempt("result", future.result, 0)
        attempt("exception", future.exception, 0)
        await asyncio.sleep(2)
        attempt("result", future.result, 0)
        attempt("exception", future.exception, 0)

    run(main())


@scenario
def a_coroutine_has_the_context_of_the_thread():
    async def child():
        show("child", variable.get())

    async def main():
        loop = asyncio.get_running_loop()

        def thread():
            variable.set("by the thread")
            asyncio.run_coroutine_threadsafe(child(), loop)

        variable.set("by main")
        on_another_thread(thread)
        await asyncio.sleep(1)
        show("main", variable.get())

    run(main())


# Calls from threads.


@scenario
def calls_of_a_thread_come_in_order():
    async def main():
        loop = asyncio.get_running_loop()

        def thread():
            for number in range(3):
                loop.call_soon_threadsafe(trace, f"call {number}")

        on_another_thread(thread)
        trace("the thread is over")
        await asyncio.sleep(1)
        trace("end")

    run(main())


@scenario
def calls_of_a_thread_and_of_the_loop_come_in_order():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(trace, "before the thread")
        on_another_thread(lambda: loop.call_soon_threadsafe(trace, "by the thread"))
        loop.call_soon(trace, "after the thread")
        await asyncio.sleep(0)
        trace("the next iteration")

    run(main())


@scenario
def a_thread_takes_its_call_back():
    async def main():
        loop = asyncio.get_running_loop()

        def thread():
            loop.call_soon_threadsafe(trace, "kept")
            loop.call_soon_threadsafe(trace, "taken back").cancel()

        on_another_thread(thread)
        await asyncio.sleep(1)
        trace("end")

    run(main())


@scenario
def a_thread_wakes_a_loop_that_sleeps():
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        setter = lambda: loop.call_soon_threadsafe(future.set_result, "woken")
        threading.Thread(target=setter).start()
        await outcome("future", future)

    asyncio.run(main())


@scenario
def a_thread_stops_the_loop():
    loop = new_event_loop()
    loop.call_soon(trace, "first iteration")
    on_another_thread(lambda: loop.call_soon_threadsafe(loop.stop))
    loop.run_forever()
    trace("stopped")


@scenario
def calls_to_a_closed_loop_fail():
    async def main():
        pass

    loop = run(main())
    loop.close()
    attempt("call", loop.call_soon_threadsafe, trace, "never")


@scenario
def a_call_from_the_own_thread_costs_no_iteration():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(trace, "called")
        await asyncio.sleep(1)
        trace("end")

    run(main())
