"""Timers: the order of equal deadlines, purges of cancelled ones, rounding."""

from trace import (
    new_event_loop,
    run_once,
    run_until,
    scenario,
    show,
    trace,
)


@scenario
def equal_deadlines_run_in_heap_order():
    loop = new_event_loop()
    for n in range(8):
        loop.call_at(1.0, lambda n=n: trace(f"timer {n}"))
    run_until(loop, 2)


@scenario
def equal_deadlines_run_in_heap_order_after_cancellations():
    loop = new_event_loop()
    handles = [loop.call_at(1.0, lambda n=n: trace(f"timer {n}")) for n in range(12)]
    for n in [0, 3, 7]:
        handles[n].cancel()
    loop.call_at(0.5, lambda: handles[5].cancel())
    run_until(loop, 2)


@scenario
def mixed_deadlines_run_by_time_then_in_heap_order():
    loop = new_event_loop()
    for n in range(20):
        loop.call_at(n * 7 % 5, lambda n=n: trace(f"timer {n}"))
    run_until(loop, 6)


@scenario
def timers_added_while_equal_ones_run():
    loop = new_event_loop()

    def add(n):
        trace(f"timer {n}")
        loop.call_at(1.0, lambda: trace(f"timer {n + 10}"))

    for n in range(4):
        loop.call_at(1.0, lambda n=n: add(n))
    run_until(loop, 2)


@scenario
def cancelled_timers_are_purged_only_beyond_both_thresholds():
    # A purge rebuilds the heap, which shows in the order of equal deadlines.
    for timers, cancelled in [(100, 51), (101, 50), (101, 51), (102, 51), (120, 90)]:
        run_timers_of_which_some_are_cancelled(timers, cancelled)


def run_timers_of_which_some_are_cancelled(timers, cancelled):
    loop = new_event_loop()
    order = []
    handles = [loop.call_at(1.0, lambda n=n: order.append(n)) for n in range(timers)]
    for n in range(cancelled):
        handles[(n * 37 + 1) % timers].cancel()
    run_once(loop)
    for n in range(6):
        loop.call_at(1.0, lambda n=n: order.append(timers + n))
    run_until(loop, 2)
    show(f"{timers} timers, {cancelled} cancelled", order)


@scenario
def a_timer_cancelled_twice_counts_once():
    loop = new_event_loop()
    order = []
    handles = [loop.call_at(1.0, lambda n=n: order.append(n)) for n in range(101)]
    for n in range(40):
        handles[2 * n + 1].cancel()
        handles[2 * n + 1].cancel()
    # Had the 40 counted twice, this would be enough for a purge, which changes the order.
    run_until(loop, 2)
    show("order", order)


@scenario
def timers_cancelled_when_already_ready_do_not_count():
    loop = new_event_loop()
    order = []
    early = [loop.call_at(1.0, lambda: None) for _ in range(60)]
    for n in range(101):
        loop.call_at(2.0, lambda n=n: order.append(n))
    for handle in early:
        loop.call_at(1.0, handle.cancel)
    run_until(loop, 3)
    show("order", order)


@scenario
def timers_of_many_rounds():
    loop = new_event_loop()
    order = []
    handles = []
    state = 12345

    def random(limit):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return state // 65536 % limit

    for n in range(40):
        for timer in range(20):
            when = loop.time() + random(4)
            handles.append(loop.call_at(when, lambda label=20 * n + timer: order.append(label)))
        for _ in range(random(40)):
            handles[random(len(handles))].cancel()
        run_until(loop, loop.time() + random(2))
    run_until(loop, loop.time() + 10)
    show("order", order)


@scenario
def a_timer_cancelled_when_already_ready_does_not_run():
    loop = new_event_loop()
    loop.call_at(1.0, lambda: second.cancel())
    second = loop.call_at(1.0, lambda: trace("never"))
    third = loop.call_at(1.5, lambda: trace("never"))
    loop.call_at(1.25, lambda: third.cancel())
    run_until(loop, 2)
    show("second", second.cancelled())
    show("third", third.cancelled())


@scenario
def delays_of_zero_and_less_run_in_the_next_iteration():
    loop = new_event_loop()
    run_until(loop, 3)
    loop.call_later(0, lambda: trace("zero"))
    loop.call_later(-1, lambda: trace("negative"))
    loop.call_at(1.0, lambda: trace("past"))
    loop.call_soon(lambda: trace("soon"))
    run_once(loop)


@scenario
def ready_handles_run_before_due_timers():
    loop = new_event_loop()

    def from_timer(n):
        trace(f"timer {n}")
        loop.call_soon(lambda: trace(f"soon {n}"))
        loop.call_later(0, lambda: trace(f"later {n}"))

    loop.call_later(1, lambda: from_timer(1))
    loop.call_later(1, lambda: from_timer(2))
    loop.call_soon(lambda: trace("soon"))
    run_until(loop, 2)


@scenario
def a_wait_is_never_longer_than_a_day():
    loop = new_event_loop()
    day = 24 * 3600
    loop.call_at(3 * day, lambda: trace("after three days"))
    run_until(loop, 3.5 * day)


@scenario
def time_adds_up_as_floats_do():
    loop = new_event_loop()

    def tick(left):
        trace(f"{left} left")
        if left:
            loop.call_later(0.1, lambda: tick(left - 1))

    tick(10)
    run_until(loop, 2)


@scenario
def a_timer_fires_up_to_one_clock_tick_early():
    loop = new_event_loop()
    loop.call_at(1.0, lambda: trace("first"))
    loop.call_at(1 + 5e-10, lambda: trace("half a nanosecond later"))
    loop.call_at(1 + 5e-9, lambda: trace("five nanoseconds later"))
    run_until(loop, 2)


@scenario
def a_due_timer_fires_even_where_a_clock_tick_is_less_than_a_float_step():
    loop = new_event_loop()
    far = 2.0**24
    step = 2.0**-28
    run_until(loop, far)
    trace("far")
    loop.call_at(far, lambda: trace("due"))
    loop.call_at(far + step, lambda: trace("a step later"))
    run_until(loop, far + 1)


@scenario
def when_and_the_handles_of_timers():
    loop = new_event_loop()
    show("call_at", loop.call_at(1.5, lambda: None).when())
    show("call_later", loop.call_later(0.25, lambda: None).when())
    run_until(loop, 0.5)
    show("call_later at 0.5", loop.call_later(0.25, lambda: None).when())
