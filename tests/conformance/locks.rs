//! Locks, events, conditions, semaphores and barriers: who gets what, and in which iteration.

use std::cell::Cell;

use asyncio::{
    Awaitable, Barrier, BoundedSemaphore, Condition, Error, Event, Lock, Queue, Result, Semaphore,
    Task, TaskOptions,
};

use crate::repr::Repr;
use crate::trace::{attempt, outcome, run, show, state, trace, watch};

crate::scenarios! { locks:
    a_free_lock_is_taken_without_a_yield,
    a_lock_is_not_handed_over_and_nobody_barges,
    a_newcomer_passes_those_who_are_cancelled,
    the_next_is_woken_when_the_woken_one_is_cancelled,
    a_cancelled_waiter_in_the_middle_wakes_nobody,
    a_release_between_the_cancellation_and_its_delivery,
    a_lock_belongs_to_the_loop_of_its_first_wait,
    coroutines_have_their_names,
    an_event_wakes_all_and_forgets_none,
    a_condition_needs_its_lock,
    the_notified_get_the_lock_one_after_the_other,
    a_notification_of_somebody_cancelled_goes_to_the_next,
    a_cancelled_wait_notifies_another_in_vain,
    a_wait_acquires_its_lock_through_many_cancellations,
    a_notified_wait_is_cancelled_while_it_acquires_the_lock,
    a_predicate_is_asked_after_every_wake_up,
    two_conditions_share_a_lock,
    a_semaphore_counts_and_keeps_its_order,
    a_newcomer_waits_behind_those_who_are_woken,
    a_permit_of_somebody_cancelled_goes_to_the_next,
    a_cancelled_waiter_leaves_the_permit_where_it_is,
    a_bounded_semaphore_has_an_end,
    a_barrier_opens_for_all_and_fills_again,
    cancelling_one_does_not_break_a_barrier,
    a_reset_breaks_the_waits_and_keeps_the_barrier,
    a_reset_while_the_barrier_drains,
    an_aborted_barrier_stays_broken_until_it_is_reset,
    a_barrier_is_cancelled_while_it_drains,
}

async fn job<A>(label: String, awaitable: A) -> Result<A::Value>
where
    A: Awaitable<Failure = Error>,
    A::Value: Repr + Clone,
{
    watch(&label, awaitable).await
}

pub(crate) fn start<A>(label: impl Into<String>, awaitable: A) -> Task<A::Value>
where
    A: Awaitable<Failure = Error> + 'static,
    A::Value: Repr + Clone + 'static,
{
    let label = label.into();
    let options = TaskOptions::new().name(label.clone());
    asyncio::create_task_with(job(label, awaitable), options)
}

pub(crate) async fn settle() -> Result<()> {
    for _ in 0..4 {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn hold_lock(lock: Lock, delay: i32) -> Result<()> {
    lock.acquire().await?;
    trace!("held");
    asyncio::sleep(delay).await?;
    lock.release()
}

async fn hold_semaphore(semaphore: Semaphore, delay: i32) -> Result<()> {
    semaphore.acquire().await?;
    trace!("held");
    asyncio::sleep(delay).await?;
    semaphore.release();
    Ok(())
}

// Lock.

fn a_free_lock_is_taken_without_a_yield() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        show("lock", &lock);
        outcome("acquire", lock.acquire()).await?;
        show("lock", &lock);
        attempt("release", || lock.release());
        attempt("release", || lock.release());
        show("lock", &lock);
        Ok(())
    }

    run(main());
}

fn a_lock_is_not_handed_over_and_nobody_barges() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let first = start("first", hold_lock(lock.clone(), 0));
        let second = start("second", hold_lock(lock.clone(), 0));
        asyncio::sleep(0).await?;
        show("lock", &lock);
        lock.release()?;
        show("lock", &lock);
        outcome("main", lock.acquire()).await?;
        show("lock", &lock);
        lock.release()?;
        asyncio::gather((first, second)).await?;
        Ok(())
    }

    run(main());
}

fn a_newcomer_passes_those_who_are_cancelled() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let first = start("first", lock.acquire());
        let second = start("second", lock.acquire());
        asyncio::sleep(0).await?;
        first.cancel();
        second.cancel();
        lock.release()?;
        show("lock", &lock);
        outcome("main", lock.acquire()).await?;
        show("lock", &lock);
        settle().await?;
        show("lock", &lock);
        Ok(())
    }

    run(main());
}

fn the_next_is_woken_when_the_woken_one_is_cancelled() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let first = start("first", lock.acquire());
        let second = start("second", lock.acquire());
        asyncio::sleep(0).await?;
        lock.release()?;
        first.cancel_with("too late");
        show("lock", &lock);
        settle().await?;
        show("lock", &lock);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn a_cancelled_waiter_in_the_middle_wakes_nobody() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let tasks =
            [0, 1, 2].map(|number| start(format!("task {number}"), hold_lock(lock.clone(), 1)));
        asyncio::sleep(0).await?;
        tasks[1].cancel();
        settle().await?;
        show("lock", &lock);
        lock.release()?;
        outcome("all", asyncio::gather_all_return_exceptions(tasks)).await
    }

    run(main());
}

fn a_release_between_the_cancellation_and_its_delivery() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let first = start("first", lock.acquire());
        let second = start("second", lock.acquire());
        asyncio::sleep(0).await?;
        first.cancel();
        lock.release()?;
        show("lock", &lock);
        settle().await?;
        state("second", &second);
        show("lock", &lock);
        Ok(())
    }

    run(main());
}

fn a_lock_belongs_to_the_loop_of_its_first_wait() {
    async fn contend(lock: Lock) -> Result<()> {
        if !lock.locked() {
            lock.acquire().await?;
        }
        let task = start("task", lock.acquire());
        asyncio::sleep(0).await?;
        task.cancel();
        outcome("task", task).await
    }

    let lock = Lock::new();
    run(contend(lock.clone()));
    run(contend(lock));
}

fn coroutines_have_their_names() {
    async fn main() -> Result<()> {
        let (lock, event, barrier) = (Lock::new(), Event::new(), Barrier::new(2));
        let (condition, semaphore) = (Condition::new(), Semaphore::new(0));
        let queue = Queue::new(1);
        lock.acquire().await?;
        condition.acquire().await?;
        let tasks = [
            asyncio::create_task(lock.acquire()),
            asyncio::create_task(event.wait()),
            asyncio::create_task(semaphore.acquire()),
        ];
        asyncio::sleep(0).await?;
        for task in &tasks {
            show("task", task);
        }
        let task = asyncio::create_task(barrier.wait());
        show("barrier", &task);
        asyncio::sleep(0).await?;
        barrier.wait().await?;
        outcome("barrier", task).await?;
        let task = asyncio::create_task(queue.get());
        asyncio::sleep(0).await?;
        show("queue", &task);
        queue.put_nowait(1)?;
        show("queue", &task);
        outcome("queue", task).await?;
        lock.release()?;
        event.set();
        semaphore.release();
        for task in tasks {
            show("task", &task);
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

// Event.

fn an_event_wakes_all_and_forgets_none() {
    async fn main() -> Result<()> {
        let event = Event::new();
        show("event", &event);
        let tasks = [0, 1, 2].map(|number| start(format!("task {number}"), event.wait()));
        asyncio::sleep(0).await?;
        show("event", &event);
        tasks[1].cancel();
        event.set();
        show("event", &event);
        event.clear();
        show("event", &event);
        let late = start("late", event.wait());
        settle().await?;
        show("event", &event);
        event.set();
        event.set();
        outcome("late", late).await?;
        show("event", &event);
        outcome("set", event.wait()).await
    }

    run(main());
}

// Condition.

fn a_condition_needs_its_lock() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        show("condition", &condition);
        outcome("wait", condition.wait()).await?;
        attempt("notify", || condition.notify(1));
        attempt("notify_all", || condition.notify_all());
        condition.acquire().await?;
        show("condition", &condition);
        attempt("notify", || condition.notify(1));
        condition.release()
    }

    run(main());
}

async fn wait_with(condition: Condition) -> Result<bool> {
    let guard = condition.lock().await?;
    watch("wait", guard.wait()).await
}

async fn notify(condition: &Condition, count: usize) -> Result<()> {
    let guard = condition.lock().await?;
    guard.notify(count)?;
    show("condition", condition);
    Ok(())
}

fn the_notified_get_the_lock_one_after_the_other() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        let [.., last] = [0, 1, 2, 3]
            .map(|number| start(format!("task {number}"), wait_with(condition.clone())));
        settle().await?;
        show("condition", &condition);
        notify(&condition, 1).await?;
        settle().await?;
        show("condition", &condition);
        notify(&condition, 2).await?;
        settle().await?;
        show("condition", &condition);
        condition.lock().await?.notify_all()?;
        outcome("last", last).await?;
        show("condition", &condition);
        Ok(())
    }

    run(main());
}

fn a_notification_of_somebody_cancelled_goes_to_the_next() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        let first = start("first", wait_with(condition.clone()));
        let second = start("second", wait_with(condition.clone()));
        settle().await?;
        notify(&condition, 1).await?;
        first.cancel_with("too late");
        settle().await?;
        state("first", &first);
        state("second", &second);
        show("condition", &condition);
        Ok(())
    }

    run(main());
}

fn a_cancelled_wait_notifies_another_in_vain() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        let first = start("first", wait_with(condition.clone()));
        let second = start("second", wait_with(condition.clone()));
        settle().await?;
        first.cancel();
        settle().await?;
        state("second", &second);
        show("condition", &condition);
        Ok(())
    }

    run(main());
}

fn a_wait_acquires_its_lock_through_many_cancellations() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        let task = start("task", wait_with(condition.clone()));
        settle().await?;
        condition.acquire().await?;
        for number in 0..3 {
            show("cancel", task.cancel_with(format!("reason {number}")));
            settle().await?;
            show("condition", &condition);
            state("task", &task);
        }
        condition.notify(1)?;
        condition.release()?;
        outcome("task", &task).await?;
        state("task", &task);
        show("condition", &condition);
        Ok(())
    }

    run(main());
}

fn a_notified_wait_is_cancelled_while_it_acquires_the_lock() {
    async fn main() -> Result<()> {
        let condition = Condition::new();
        let first = start("first", wait_with(condition.clone()));
        let second = start("second", wait_with(condition.clone()));
        settle().await?;
        condition.acquire().await?;
        condition.notify(1)?;
        settle().await?;
        first.cancel_with("while acquiring");
        settle().await?;
        state("first", &first);
        show("condition", &condition);
        condition.release()?;
        settle().await?;
        state("first", &first);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn a_predicate_is_asked_after_every_wake_up() {
    async fn wait(condition: Condition) -> Result<bool> {
        let guard = condition.lock().await?;
        let asked = Cell::new(0);
        let predicate = || {
            asked.set(asked.get() + 1);
            show("predicate", asked.get() == 3);
            asked.get() == 3
        };
        guard.wait_for(predicate).await
    }

    async fn main() -> Result<()> {
        let condition = Condition::new();
        let task = start("task", wait(condition.clone()));
        for _ in 0..2 {
            settle().await?;
            notify(&condition, 1).await?;
        }
        outcome("task", task).await
    }

    run(main());
}

fn two_conditions_share_a_lock() {
    async fn main() -> Result<()> {
        let lock = Lock::new();
        let (first, second) = (Condition::with_lock(&lock), Condition::with_lock(&lock));
        let task = start("task", wait_with(first.clone()));
        settle().await?;
        second.acquire().await?;
        show("first", &first);
        first.notify(1)?;
        second.notify(1)?;
        lock.release()?;
        outcome("task", task).await?;
        show("lock", &lock);
        Ok(())
    }

    run(main());
}

// Semaphore.

fn a_semaphore_counts_and_keeps_its_order() {
    async fn main() -> Result<()> {
        let semaphore = Semaphore::new(2);
        show("semaphore", &semaphore);
        let tasks = [0, 1, 2, 3, 4].map(|number| {
            start(format!("task {number}"), hold_semaphore(semaphore.clone(), number % 2))
        });
        asyncio::sleep(0).await?;
        show("semaphore", &semaphore);
        asyncio::gather_all(tasks).await?;
        show("semaphore", &semaphore);
        semaphore.release();
        show("semaphore", &semaphore);
        Ok(())
    }

    run(main());
}

fn a_newcomer_waits_behind_those_who_are_woken() {
    async fn main() -> Result<()> {
        let semaphore = Semaphore::new(0);
        let first = start("first", semaphore.acquire());
        asyncio::sleep(0).await?;
        semaphore.release();
        semaphore.release();
        show("semaphore", &semaphore);
        show("locked", semaphore.locked());
        outcome("main", semaphore.acquire()).await?;
        show("semaphore", &semaphore);
        outcome("first", first).await
    }

    run(main());
}

fn a_permit_of_somebody_cancelled_goes_to_the_next() {
    async fn main() -> Result<()> {
        let semaphore = Semaphore::new(0);
        let tasks = [0, 1, 2, 3].map(|number| start(format!("task {number}"), semaphore.acquire()));
        asyncio::sleep(0).await?;
        semaphore.release();
        semaphore.release();
        tasks[0].cancel();
        tasks[1].cancel();
        show("semaphore", &semaphore);
        settle().await?;
        show("semaphore", &semaphore);
        for (number, task) in tasks.iter().enumerate() {
            state(&format!("task {number}"), task);
        }
        Ok(())
    }

    run(main());
}

fn a_cancelled_waiter_leaves_the_permit_where_it_is() {
    async fn main() -> Result<()> {
        let semaphore = Semaphore::new(0);
        let first = start("first", semaphore.acquire());
        let second = start("second", semaphore.acquire());
        asyncio::sleep(0).await?;
        first.cancel();
        semaphore.release();
        second.cancel();
        show("semaphore", &semaphore);
        settle().await?;
        show("semaphore", &semaphore);
        outcome("main", semaphore.acquire()).await
    }

    run(main());
}

fn a_bounded_semaphore_has_an_end() {
    async fn main() -> Result<()> {
        let semaphore = BoundedSemaphore::new(1);
        attempt("release", || semaphore.release());
        outcome("acquire", semaphore.acquire()).await?;
        show("semaphore", &semaphore);
        attempt("release", || semaphore.release());
        attempt("release", || semaphore.release());
        show("semaphore", &semaphore);
        Ok(())
    }

    run(main());
}

// Barrier.

fn a_barrier_opens_for_all_and_fills_again() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(3);
        show("barrier", &barrier);
        let tasks =
            [0, 1, 2, 3, 4, 5, 6].map(|number| start(format!("task {number}"), barrier.wait()));
        for _ in 0..5 {
            asyncio::sleep(0).await?;
            show("barrier", &barrier);
        }
        show("waiting", barrier.n_waiting());
        show("parties", barrier.parties());
        tasks[6].cancel();
        settle().await?;
        show("barrier", &barrier);
        Ok(())
    }

    run(main());
}

fn cancelling_one_does_not_break_a_barrier() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(2);
        let first = start("first", barrier.wait());
        settle().await?;
        first.cancel();
        settle().await?;
        show("barrier", &barrier);
        let second = start("second", barrier.wait());
        start("third", barrier.wait());
        settle().await?;
        state("second", &second);
        show("broken", barrier.broken());
        Ok(())
    }

    run(main());
}

fn a_reset_breaks_the_waits_and_keeps_the_barrier() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(3);
        let tasks = [0, 1].map(|number| start(format!("task {number}"), barrier.wait()));
        settle().await?;
        barrier.reset().await?;
        show("barrier", &barrier);
        let late = start("late", barrier.wait());
        asyncio::sleep(0).await?;
        show("barrier", &barrier);
        settle().await?;
        show("barrier", &barrier);
        outcome("empty", asyncio::gather((late, barrier.wait(), barrier.wait()))).await?;
        for task in tasks {
            outcome("broken", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_reset_while_the_barrier_drains() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(2);
        for number in 0..2 {
            start(format!("task {number}"), barrier.wait());
        }
        asyncio::sleep(0).await?;
        show("barrier", &barrier);
        start("reset", barrier.reset());
        start("late", barrier.wait());
        settle().await?;
        show("barrier", &barrier);
        settle().await?;
        outcome("again", barrier.wait()).await?;
        show("barrier", &barrier);
        Ok(())
    }

    run(main());
}

fn an_aborted_barrier_stays_broken_until_it_is_reset() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(2);
        let _first = start("first", barrier.wait());
        settle().await?;
        barrier.abort().await?;
        show("barrier", &barrier);
        outcome("broken", barrier.wait()).await?;
        settle().await?;
        outcome("broken", barrier.wait()).await?;
        barrier.reset().await?;
        show("barrier", &barrier);
        outcome("again", asyncio::gather((barrier.wait(), barrier.wait()))).await
    }

    run(main());
}

fn a_barrier_is_cancelled_while_it_drains() {
    async fn main() -> Result<()> {
        let barrier = Barrier::new(2);
        let tasks = [0, 1, 2].map(|number| start(format!("task {number}"), barrier.wait()));
        asyncio::sleep(0).await?;
        tasks[0].cancel();
        tasks[2].cancel();
        show("barrier", &barrier);
        settle().await?;
        show("barrier", &barrier);
        outcome("again", asyncio::gather((barrier.wait(), barrier.wait()))).await
    }

    run(main());
}
