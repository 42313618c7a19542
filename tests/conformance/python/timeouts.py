"""`timeout`: deadlines, and what becomes of results and exceptions."""

import asyncio

from blocks import (
    ancestors,
    ancestry,
    briefly,
    cancelling,
    first_step,
    oversleep,
    within,
)
from trace import (
    attempt,
    iteration,
    new_event_loop,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)


def create_future():
    return asyncio.get_running_loop().create_future()


# In time and too late.


@scenario
def a_block_in_time():
    async def main():
        async def body(timeout):
            show("when", timeout.when())
            await asyncio.sleep(1)
            show("expired", timeout.expired())
            return "in time"

        timeout = asyncio.timeout(2)
        await outcome("block", within(timeout, body))
        show("when", timeout.when())
        show("expired", timeout.expired())

    run(main())


@scenario
def a_block_too_late():
    async def main():
        timeout = asyncio.timeout(2)
        await outcome("block", within(timeout, oversleep))
        show("expired", timeout.expired())
        show("cancelling", cancelling())
        await asyncio.sleep(0)
        trace("end")

    run(main())


@scenario
def the_timer_is_cancelled_at_the_end_of_the_block():
    async def main():
        async def body(timeout):
            await asyncio.sleep(1)

        await within(asyncio.timeout(5), body)
        # Were the timer left, the loop would wake at 5.
        await asyncio.sleep(10)
        trace("end")

    run(main())


@scenario
def a_deadline_on_the_clock_of_the_loop():
    async def main():
        await asyncio.sleep(1)
        for when in 2.5, 3.5:
            timeout = asyncio.timeout_at(when)
            await outcome("block", within(timeout, oversleep))
            show("when", timeout.when())

    run(main())


@scenario
def no_deadline():
    async def main():
        async def body(timeout):
            show("timeout", timeout)
            show("when", timeout.when())
            await watch("sleep", asyncio.sleep(1000))

        for timeout in asyncio.timeout(None), asyncio.timeout_at(None):
            await outcome("block", within(timeout, body))
            show("when", timeout.when())
            show("expired", timeout.expired())

    run(main())


@scenario
def the_delay_counts_from_the_making_not_from_the_entry():
    async def main():
        timeout = asyncio.timeout(3)
        await asyncio.sleep(2)
        await outcome("block", within(timeout, oversleep))
        late = asyncio.timeout(1)
        await asyncio.sleep(2)
        before = iteration()
        await outcome("late", within(late, oversleep))
        show("iterations", iteration() - before)

    run(main())


@scenario
def a_failure_before_the_deadline_is_a_failure():
    async def main():
        for error in ValueError("early"), TimeoutError("its own"):
            async def body(timeout):
                raise error

            timeout = asyncio.timeout(1)
            await ancestry("block", within(timeout, body))
            show("timeout", timeout)

    run(main())


# No time at all.


@scenario
def zero_seconds_run_to_the_first_suspension():
    async def main():
        async def body(timeout):
            trace("started")
            await watch("sleep", asyncio.sleep(0))

        for delay in 0, -1:
            timeout = asyncio.timeout(delay)
            before = iteration()
            await outcome("block", within(timeout, body))
            show("iterations", iteration() - before)
            show("expired", timeout.expired())

    run(main())


@scenario
def zero_seconds_are_enough_without_a_suspension():
    async def main():
        async def body(timeout):
            future = create_future()
            future.set_result("done")
            await outcome("future", future)
            return "in time"

        timeout = asyncio.timeout(0)
        before = iteration()
        await outcome("block", within(timeout, body))
        show("iterations", iteration() - before)
        show("expired", timeout.expired())
        await asyncio.sleep(0)
        show("cancelling", cancelling())

    run(main())


@scenario
def a_deadline_that_passes_without_a_suspension():
    async def main():
        async def body(timeout):
            await asyncio.sleep(1)
            timeout.reschedule(0.5)
            show("timeout", timeout)
            return "not noticed"

        timeout = asyncio.timeout(5)
        await outcome("block", within(timeout, body))
        show("expired", timeout.expired())
        await asyncio.sleep(0)
        show("cancelling", cancelling())

    run(main())


@scenario
def the_value_is_ready_when_the_deadline_comes():
    async def main():
        async def body(timeout):
            return await watch("future", future)

        loop = asyncio.get_running_loop()
        future = create_future()
        loop.call_later(1, future.set_result, "lost")
        timeout = asyncio.timeout(1)
        await outcome("block", within(timeout, body))
        show("expired", timeout.expired())
        await outcome("future", future)

    run(main())


# A body that does not obey.


@scenario
def a_swallowed_cancellation():
    async def main():
        async def body(timeout):
            await outcome("sleep", asyncio.sleep(10))
            show("timeout", timeout)
            show("cancelling", cancelling())
            await outcome("second sleep", asyncio.sleep(5))
            return "in spite of it"

        timeout = asyncio.timeout(1)
        await outcome("block", within(timeout, body))
        show("expired", timeout.expired())
        show("cancelling", cancelling())
        await outcome("third sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_cleanup_takes_its_time():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            finally:
                await asyncio.sleep(2)
                trace("clean")

        await outcome("block", within(asyncio.timeout(1), body))

    run(main())


@scenario
def a_task_that_swallows_the_cancellation_returns_its_value():
    async def stubborn():
        await outcome("sleep", asyncio.sleep(10))
        return "stubborn"

    async def main():
        async def body(timeout):
            return await watch("task", asyncio.create_task(stubborn()))

        timeout = asyncio.timeout(1)
        await outcome("block", within(timeout, body))
        show("expired", timeout.expired())

    run(main())


@scenario
def an_uncancelled_body_hides_the_next_request():
    async def main():
        async def body(timeout):
            await outcome("sleep", asyncio.sleep(10))
            show("uncancel", asyncio.current_task().uncancel())
            asyncio.current_task().cancel("own")
            await watch("second sleep", asyncio.sleep(10))

        await outcome("block", within(asyncio.timeout(1), body))
        show("cancelling", cancelling())

    run(main())


# Exceptions and their contexts.


@scenario
def the_timeout_comes_from_the_cancellation():
    async def main():
        await ancestry("block", within(asyncio.timeout(1), oversleep))

    run(main())


@scenario
def a_failure_while_handling_the_cancellation():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                raise ValueError("in the cleanup")

        timeout = asyncio.timeout(1)
        await ancestry("block", within(timeout, body))
        show("expired", timeout.expired())
        show("cancelling", cancelling())

    run(main())


@scenario
def a_failure_while_handling_a_failure_while_handling_the_cancellation():
    async def main():
        async def body(timeout):
            try:
                try:
                    await asyncio.sleep(10)
                except asyncio.CancelledError:
                    raise ValueError("first")
            except ValueError:
                raise RuntimeError("second")

        await ancestry("block", within(asyncio.timeout(1), body))

    run(main())


@scenario
def a_failure_after_the_cancellation_was_handled():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                pass
            raise ValueError("unrelated")

        timeout = asyncio.timeout(1)
        await ancestry("block", within(timeout, body))
        show("expired", timeout.expired())

    run(main())


@scenario
def a_failure_while_handling_somebody_elses_cancellation():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                asyncio.current_task().cancel()
                raise ValueError("in the cleanup")

        timeout = asyncio.timeout(1)
        await ancestry("block", within(timeout, body))
        show("expired", timeout.expired())
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_group_of_failures_while_handling_the_cancellation():
    async def main():
        async def body(timeout):
            errors = []
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                try:
                    raise ValueError("first")
                except ValueError as error:
                    errors.append(error)
            errors.append(ValueError("second"))
            raise ExceptionGroup("several", errors)

        try:
            await within(asyncio.timeout(1), body)
        except ExceptionGroup as group:
            trace(f"group: {ancestors(group)}")
            for error in group.exceptions:
                trace(f"member: {ancestors(error)}")

    run(main())


@scenario
def a_group_within_a_group_is_not_looked_into():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                try:
                    raise ValueError("deep")
                except ValueError as error:
                    deep = error
            raise ExceptionGroup("outer", [ExceptionGroup("inner", [deep])])

        try:
            await within(asyncio.timeout(1), body)
        except ExceptionGroup as group:
            trace(f"group: {ancestors(group)}")
            trace(f"deep: {ancestors(group.exceptions[0].exceptions[0])}")

    run(main())


# Other deadlines.


@scenario
def a_deadline_moves():
    async def moved(delay, when, seconds):
        """Move the deadline of a block, and sleep that long in it."""

        async def body(timeout):
            timeout.reschedule(when)
            show("timeout", timeout)
            await watch("sleep", asyncio.sleep(seconds))

        timeout = asyncio.timeout(delay)
        await outcome("block", within(timeout, body))
        show("timeout", timeout)

    async def main():
        await moved(1, 5.0, 3)
        await moved(10, 4.0, 10)
        await moved(1, None, 10)
        await moved(None, 15.0, 10)

    run(main())


@scenario
def a_deadline_moves_into_the_past():
    async def main():
        async def body(timeout):
            await asyncio.sleep(1)
            timeout.reschedule(0.5)
            before = iteration()
            await outcome("sleep", asyncio.sleep(10))
            show("iterations", iteration() - before)

        await outcome("block", within(asyncio.timeout(5), body))

    run(main())


@scenario
def a_deadline_moves_many_times():
    async def main():
        async def body(timeout):
            for when in 8, 0, 3, None, 2.5, 2:
                timeout.reschedule(when)
            await watch("sleep", asyncio.sleep(10))

        await outcome("block", within(asyncio.timeout(1), body))

    run(main())


@scenario
def somebody_else_moves_the_deadline():
    async def main():
        timeout = asyncio.timeout(2)
        task = asyncio.create_task(within(timeout, oversleep))
        await asyncio.sleep(1)
        timeout.reschedule(3.0)
        show("timeout", timeout)
        await asyncio.sleep(1.5)
        state("task", task)
        timeout.reschedule(0)
        await outcome("task", task)

    run(main())


@scenario
def a_deadline_that_moves_when_it_has_come():
    async def main():
        async def body(timeout):
            await asyncio.sleep(10)

        timeout = asyncio.timeout(1)
        # The callback comes first in the iteration in which the deadline comes, or last.
        loop = asyncio.get_running_loop()
        loop.call_later(1, lambda: attempt("before", timeout.reschedule, 2))
        task = asyncio.create_task(within(timeout, body))
        await asyncio.sleep(0)
        loop.call_at(2, lambda: attempt("after", timeout.reschedule, 3))
        await outcome("task", task)

    run(main())


@scenario
def what_cannot_be_rescheduled():
    async def main():
        async def body(timeout):
            attempt("active", timeout.reschedule, 1.5)
            await outcome("sleep", asyncio.sleep(10))
            attempt("expiring", timeout.reschedule, 5)

        timeout = asyncio.timeout(1)
        attempt("created", timeout.reschedule, 5)
        await outcome("block", within(timeout, body))
        attempt("expired", timeout.reschedule, 5)
        show("when", timeout.when())

        finished = asyncio.timeout(1)
        await within(finished, briefly)
        attempt("finished", finished.reschedule, None)

    run(main())


# Entering.


@scenario
def a_timeout_is_entered_once():
    async def main():
        async def again(timeout):
            await outcome("inside", within(timeout, oversleep))
            await asyncio.sleep(1)
            return "still active"

        timeout = asyncio.timeout(2)
        await outcome("block", within(timeout, again))
        await outcome("afterwards", within(timeout, oversleep))
        expired = asyncio.timeout(0)
        await outcome("expired", within(expired, oversleep))
        await outcome("afterwards", within(expired, oversleep))

    run(main())


@scenario
def a_timeout_needs_a_task():
    loop = new_event_loop()

    def callback():
        timeout = asyncio.timeout(1)
        attempt("callback", first_step, within(timeout, oversleep))
        attempt("reschedule", timeout.reschedule, 1)
        show("timeout", timeout)

    loop.call_soon(callback)
    loop.call_later(5, loop.stop)
    loop.run_forever()
    trace("end")


@scenario
def a_delay_needs_a_loop():
    attempt("timeout", asyncio.timeout, 1)
    show("timeout_at", asyncio.timeout_at(1.5))


@scenario
def reprs_of_timeouts():
    async def main():
        async def body(timeout):
            show("active", timeout)
            await outcome("sleep", asyncio.sleep(10))
            show("expiring", timeout)

        for delay in 1, 0.1234567, 1e-05, 2.5:
            timeout = asyncio.timeout(delay)
            show("created", timeout)
            await outcome("block", within(timeout, body))
            show("expired", timeout)

    run(main())
