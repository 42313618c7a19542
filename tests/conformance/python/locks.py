"""Locks, events, conditions, semaphores and barriers: who gets what, and in which iteration."""

import asyncio

from trace import (
    attempt,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)


async def job(label, coroutine):
    return await watch(label, coroutine)


def start(label, coroutine):
    return asyncio.create_task(job(label, coroutine), name=label)


async def hold(thing, delay=0):
    await thing.acquire()
    trace("held")
    await asyncio.sleep(delay)
    thing.release()


async def settle():
    for _ in range(4):
        await asyncio.sleep(0)


# Lock.


@scenario
def a_free_lock_is_taken_without_a_yield():
    async def main():
        lock = asyncio.Lock()
        show("lock", lock)
        await outcome("acquire", lock.acquire())
        show("lock", lock)
        attempt("release", lock.release)
        attempt("release", lock.release)
        show("lock", lock)

    run(main())


@scenario
def a_lock_is_not_handed_over_and_nobody_barges():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = start("first", hold(lock))
        second = start("second", hold(lock))
        await asyncio.sleep(0)
        show("lock", lock)
        lock.release()
        show("lock", lock)
        await outcome("main", lock.acquire())
        show("lock", lock)
        lock.release()
        await asyncio.gather(first, second)

    run(main())


@scenario
def a_newcomer_passes_those_who_are_cancelled():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = start("first", lock.acquire())
        second = start("second", lock.acquire())
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        lock.release()
        show("lock", lock)
        await outcome("main", lock.acquire())
        show("lock", lock)
        await settle()
        show("lock", lock)

    run(main())


@scenario
def the_next_is_woken_when_the_woken_one_is_cancelled():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = start("first", lock.acquire())
        second = start("second", lock.acquire())
        await asyncio.sleep(0)
        lock.release()
        first.cancel("too late")
        show("lock", lock)
        await settle()
        show("lock", lock)
        state("second", second)

    run(main())


@scenario
def a_cancelled_waiter_in_the_middle_wakes_nobody():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        tasks = [start(f"task {number}", hold(lock, 1)) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await settle()
        show("lock", lock)
        lock.release()
        await outcome("all", asyncio.gather(*tasks, return_exceptions=True))

    run(main())


@scenario
def a_release_between_the_cancellation_and_its_delivery():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = start("first", lock.acquire())
        second = start("second", lock.acquire())
        await asyncio.sleep(0)
        first.cancel()
        lock.release()
        show("lock", lock)
        await settle()
        state("second", second)
        show("lock", lock)

    run(main())


@scenario
def a_lock_belongs_to_the_loop_of_its_first_wait():
    lock = asyncio.Lock()

    async def contend():
        if not lock.locked():
            await lock.acquire()
        task = start("task", lock.acquire())
        await asyncio.sleep(0)
        task.cancel()
        await outcome("task", task)

    run(contend())
    run(contend())


@scenario
def coroutines_have_their_names():
    async def main():
        lock, event, barrier = asyncio.Lock(), asyncio.Event(), asyncio.Barrier(2)
        condition, semaphore = asyncio.Condition(), asyncio.Semaphore(0)
        queue = asyncio.Queue(1)
        await lock.acquire()
        await condition.acquire()
        coroutines = [lock.acquire(), event.wait(), semaphore.acquire()]
        tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
        await asyncio.sleep(0)
        for task in tasks:
            show("task", task)
        task = asyncio.create_task(barrier.wait())
        show("barrier", task)
        await asyncio.sleep(0)
        await barrier.wait()
        await outcome("barrier", task)
        task = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        show("queue", task)
        queue.put_nowait(1)
        show("queue", task)
        await outcome("queue", task)
        lock.release()
        event.set()
        semaphore.release()
        for task in tasks:
            show("task", task)
            await outcome("task", task)

    run(main())


# Event.


@scenario
def an_event_wakes_all_and_forgets_none():
    async def main():
        event = asyncio.Event()
        show("event", event)
        tasks = [start(f"task {number}", event.wait()) for number in range(3)]
        await asyncio.sleep(0)
        show("event", event)
        tasks[1].cancel()
        event.set()
        show("event", event)
        event.clear()
        show("event", event)
        late = start("late", event.wait())
        await settle()
        show("event", event)
        event.set()
        event.set()
        await outcome("late", late)
        show("event", event)
        await outcome("set", event.wait())

    run(main())


# Condition.


@scenario
def a_condition_needs_its_lock():
    async def main():
        condition = asyncio.Condition()
        show("condition", condition)
        await outcome("wait", condition.wait())
        attempt("notify", condition.notify, 1)
        attempt("notify_all", condition.notify_all)
        await condition.acquire()
        show("condition", condition)
        attempt("notify", condition.notify, 1)
        condition.release()

    run(main())


async def wait_with(condition):
    async with condition:
        return await watch("wait", condition.wait())


async def notify(condition, count):
    async with condition:
        condition.notify(count)
        show("condition", condition)


@scenario
def the_notified_get_the_lock_one_after_the_other():
    async def main():
        condition = asyncio.Condition()
        tasks = [start(f"task {number}", wait_with(condition)) for number in range(4)]
        await settle()
        show("condition", condition)
        await notify(condition, 1)
        await settle()
        show("condition", condition)
        await notify(condition, 2)
        await settle()
        show("condition", condition)
        async with condition:
            condition.notify_all()
        await outcome("last", tasks[3])
        show("condition", condition)

    run(main())


@scenario
def a_notification_of_somebody_cancelled_goes_to_the_next():
    async def main():
        condition = asyncio.Condition()
        first = start("first", wait_with(condition))
        second = start("second", wait_with(condition))
        await settle()
        await notify(condition, 1)
        first.cancel("too late")
        await settle()
        state("first", first)
        state("second", second)
        show("condition", condition)

    run(main())


@scenario
def a_cancelled_wait_notifies_another_in_vain():
    async def main():
        condition = asyncio.Condition()
        first = start("first", wait_with(condition))
        second = start("second", wait_with(condition))
        await settle()
        first.cancel()
        await settle()
        state("second", second)
        show("condition", condition)

    run(main())


@scenario
def a_wait_acquires_its_lock_through_many_cancellations():
    async def main():
        condition = asyncio.Condition()
        task = start("task", wait_with(condition))
        await settle()
        await condition.acquire()
        for number in range(3):
            show("cancel", task.cancel(f"reason {number}"))
            await settle()
            show("condition", condition)
            state("task", task)
        condition.notify(1)
        condition.release()
        await outcome("task", task)
        state("task", task)
        show("condition", condition)

    run(main())


@scenario
def a_notified_wait_is_cancelled_while_it_acquires_the_lock():
    async def main():
        condition = asyncio.Condition()
        first = start("first", wait_with(condition))
        second = start("second", wait_with(condition))
        await settle()
        await condition.acquire()
        condition.notify(1)
        await settle()
        first.cancel("while acquiring")
        await settle()
        state("first", first)
        show("condition", condition)
        condition.release()
        await settle()
        state("first", first)
        state("second", second)

    run(main())


@scenario
def a_predicate_is_asked_after_every_wake_up():
    numbers = iter([False, False, True])

    def predicate():
        answer = next(numbers)
        show("predicate", answer)
        return answer

    async def wait(condition):
        async with condition:
            return await condition.wait_for(predicate)

    async def main():
        condition = asyncio.Condition()
        task = start("task", wait(condition))
        for _ in range(2):
            await settle()
            await notify(condition, 1)
        await outcome("task", task)

    run(main())


@scenario
def two_conditions_share_a_lock():
    async def main():
        lock = asyncio.Lock()
        first, second = asyncio.Condition(lock), asyncio.Condition(lock)
        task = start("task", wait_with(first))
        await settle()
        await second.acquire()
        show("first", first)
        first.notify(1)
        second.notify(1)
        lock.release()
        await outcome("task", task)
        show("lock", lock)

    run(main())


# Semaphore.


@scenario
def a_semaphore_counts_and_keeps_its_order():
    async def main():
        semaphore = asyncio.Semaphore(2)
        show("semaphore", semaphore)
        tasks = [start(f"task {number}", hold(semaphore, number % 2)) for number in range(5)]
        await asyncio.sleep(0)
        show("semaphore", semaphore)
        await asyncio.gather(*tasks)
        show("semaphore", semaphore)
        semaphore.release()
        show("semaphore", semaphore)

    run(main())


@scenario
def a_newcomer_waits_behind_those_who_are_woken():
    async def main():
        semaphore = asyncio.Semaphore(0)
        first = start("first", semaphore.acquire())
        await asyncio.sleep(0)
        semaphore.release()
        semaphore.release()
        show("semaphore", semaphore)
        show("locked", semaphore.locked())
        await outcome("main", semaphore.acquire())
        show("semaphore", semaphore)
        await outcome("first", first)

    run(main())


@scenario
def a_permit_of_somebody_cancelled_goes_to_the_next():
    async def main():
        semaphore = asyncio.Semaphore(0)
        tasks = [start(f"task {number}", semaphore.acquire()) for number in range(4)]
        await asyncio.sleep(0)
        semaphore.release()
        semaphore.release()
        tasks[0].cancel()
        tasks[1].cancel()
        show("semaphore", semaphore)
        await settle()
        show("semaphore", semaphore)
        for number, task in enumerate(tasks):
            state(f"task {number}", task)

    run(main())


@scenario
def a_cancelled_waiter_leaves_the_permit_where_it_is():
    async def main():
        semaphore = asyncio.Semaphore(0)
        first = start("first", semaphore.acquire())
        second = start("second", semaphore.acquire())
        await asyncio.sleep(0)
        first.cancel()
        semaphore.release()
        second.cancel()
        show("semaphore", semaphore)
        await settle()
        show("semaphore", semaphore)
        await outcome("main", semaphore.acquire())

    run(main())


@scenario
def a_bounded_semaphore_has_an_end():
    async def main():
        semaphore = asyncio.BoundedSemaphore(1)
        attempt("release", semaphore.release)
        await outcome("acquire", semaphore.acquire())
        show("semaphore", semaphore)
        attempt("release", semaphore.release)
        attempt("release", semaphore.release)
        show("semaphore", semaphore)

    run(main())


# Barrier.


@scenario
def a_barrier_opens_for_all_and_fills_again():
    async def main():
        barrier = asyncio.Barrier(3)
        show("barrier", barrier)
        tasks = [start(f"task {number}", barrier.wait()) for number in range(7)]
        for _ in range(5):
            await asyncio.sleep(0)
            show("barrier", barrier)
        show("waiting", barrier.n_waiting)
        show("parties", barrier.parties)
        tasks[6].cancel()
        await settle()
        show("barrier", barrier)

    run(main())


@scenario
def cancelling_one_does_not_break_a_barrier():
    async def main():
        barrier = asyncio.Barrier(2)
        first = start("first", barrier.wait())
        await settle()
        first.cancel()
        await settle()
        show("barrier", barrier)
        second = start("second", barrier.wait())
        third = start("third", barrier.wait())
        await settle()
        state("second", second)
        show("broken", barrier.broken)

    run(main())


@scenario
def a_reset_breaks_the_waits_and_keeps_the_barrier():
    async def main():
        barrier = asyncio.Barrier(3)
        tasks = [start(f"task {number}", barrier.wait()) for number in range(2)]
        await settle()
        await barrier.reset()
        show("barrier", barrier)
        late = start("late", barrier.wait())
        await asyncio.sleep(0)
        show("barrier", barrier)
        await settle()
        show("barrier", barrier)
        await outcome("empty", asyncio.gather(late, barrier.wait(), barrier.wait()))
        for task in tasks:
            await outcome("broken", task)

    run(main())


@scenario
def a_reset_while_the_barrier_drains():
    async def main():
        barrier = asyncio.Barrier(2)
        tasks = [start(f"task {number}", barrier.wait()) for number in range(2)]
        await asyncio.sleep(0)
        show("barrier", barrier)
        reset = start("reset", barrier.reset())
        late = start("late", barrier.wait())
        await settle()
        show("barrier", barrier)
        await settle()
        await outcome("again", barrier.wait())
        show("barrier", barrier)

    run(main())


@scenario
def an_aborted_barrier_stays_broken_until_it_is_reset():
    async def main():
        barrier = asyncio.Barrier(2)
        first = start("first", barrier.wait())
        await settle()
        await barrier.abort()
        show("barrier", barrier)
        await outcome("broken", barrier.wait())
        await settle()
        await outcome("broken", barrier.wait())
        await barrier.reset()
        show("barrier", barrier)
        await outcome("again", asyncio.gather(barrier.wait(), barrier.wait()))

    run(main())


@scenario
def a_barrier_is_cancelled_while_it_drains():
    async def main():
        barrier = asyncio.Barrier(2)
        tasks = [start(f"task {number}", barrier.wait()) for number in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[2].cancel()
        show("barrier", barrier)
        await settle()
        show("barrier", barrier)
        await outcome("again", asyncio.gather(barrier.wait(), barrier.wait()))

    run(main())
