//! Locks, events, conditions, semaphores and barriers.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    Barrier, BoundedSemaphore, BrokenBarrierError, Condition, Event, Lock, Result, Semaphore, sleep,
};

use super::{Room, finish, later};

/// Enters the room with the lock, and stays for a second.
async fn visit(lock: Lock, room: Room) -> Result<()> {
    let _guard = lock.lock().await?;
    let _inside = room.enter();
    sleep(1).await
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_lock_goes_to_the_next_in_line() -> Result<()> {
    let (lock, room) = (Lock::new(), Room::new(1));
    let others = [0.0, 0.5].map(|delay| later(delay, visit(lock.clone(), room.clone())));
    let outcome = async {
        sleep(0.25).await?;
        visit(lock.clone(), room.clone()).await
    }
    .await;
    let ended = finish(&others).await;
    assert!(room.is_empty() && !lock.locked(), "{lock:?}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_lock_that_was_handed_over_goes_on_to_the_next() -> Result<()> {
    let lock = Lock::new();
    lock.acquire().await?;
    // Everybody is in line already when the lock is released.
    let room = Room::new(1);
    let others = [1.0, 1.0].map(|delay| later(delay, visit(lock.clone(), room.clone())));
    let holder = later(2.0, {
        let lock = lock.clone();
        async move { lock.release() }
    });
    let outcome = visit(lock.clone(), room.clone()).await;
    let [one, another] = others;
    let ended = finish(&[one, another, holder]).await;
    assert!(room.is_empty() && !lock.locked(), "{lock:?}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn an_event_wakes_all_who_wait() -> Result<()> {
    let event = Event::new();
    let woken = Rc::new(Cell::new(0));
    let waits = |event: &Event| {
        let (event, woken) = (event.clone(), Rc::clone(&woken));
        async move {
            event.wait().await?;
            woken.update(|woken| woken + 1);
            Ok(())
        }
    };
    let setter = event.clone();
    let others = [
        later(0.0, waits(&event)),
        later(1.0, waits(&event)),
        later(2.0, async move {
            setter.set();
            Ok(())
        }),
    ];
    let outcome = async {
        sleep(0.5).await?;
        event.wait().await
    }
    .await;
    let ended = finish(&others).await;
    assert_eq!(woken.get(), 2);
    // What the event says can be asked again.
    assert!(event.is_set() && event.wait().await?);
    outcome.map(drop).and(ended)
}

/// Things that are made and used up under the lock of a condition.
#[derive(Clone, Default)]
struct Stock {
    condition: Condition,
    things: Rc<Cell<usize>>,
}

impl Stock {
    /// Puts one there, and tells one who waits.
    async fn put(&self) -> Result<()> {
        let guard = self.condition.lock().await?;
        self.things.update(|things| things + 1);
        guard.notify(1)
    }

    async fn take(&self) -> Result<()> {
        let guard = self.condition.lock().await?;
        guard.wait_for(|| self.things.get() > 0).await?;
        assert!(self.condition.locked(), "nobody holds the lock behind a wait");
        self.things.update(|things| things - 1);
        Ok(())
    }
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_notification_is_passed_on() -> Result<()> {
    let stock = Stock::default();
    let (another, maker) = (stock.clone(), stock.clone());
    let others = [
        later(1.0, async move { another.take().await }),
        later(2.0, async move { maker.put().await }),
    ];
    // The first in line gets the thing; who is behind gets it if we do not.
    let outcome = stock.take().await;
    let mine = later(0.0, {
        let (stock, taken) = (stock.clone(), outcome.is_ok());
        async move { if taken { stock.put().await } else { Ok(()) } }
    });
    let [one, another] = others;
    let ended = finish(&[one, another, mine]).await;
    assert_eq!(stock.things.get(), 0);
    assert!(!stock.condition.locked(), "{:?}", stock.condition);
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_wait_has_the_lock_again_whatever_ends_it() -> Result<()> {
    let lock = Lock::new();
    let condition = Condition::with_lock(&lock);
    let room = Room::new(1);
    let notifier = condition.clone();
    let others = [
        later(1.0, async move { notifier.lock().await?.notify_all() }),
        // Both hold the lock while we want it back.
        later(1.0, visit(lock.clone(), room.clone())),
        later(1.5, visit(lock.clone(), room.clone())),
    ];
    let outcome = async {
        condition.acquire().await?;
        let outcome = {
            let outcome = condition.wait().await;
            assert!(lock.locked(), "the wait came back without the lock");
            let _inside = room.enter();
            outcome
        };
        condition.release()?;
        outcome
    }
    .await;
    let ended = finish(&others).await;
    assert!(room.is_empty() && !lock.locked(), "{lock:?}");
    outcome.map(drop).and(ended)
}

/// Holds a permit for a second.
async fn work(semaphore: Semaphore, room: Room) -> Result<()> {
    let _permit = semaphore.permit().await?;
    let _inside = room.enter();
    sleep(1).await
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn all_permits_come_back() -> Result<()> {
    let (semaphore, room) = (Semaphore::new(2), Room::new(2));
    let others =
        [0.0, 0.0, 0.1, 0.3, 0.4].map(|delay| later(delay, work(semaphore.clone(), room.clone())));
    let outcome = async {
        sleep(0.2).await?;
        work(semaphore.clone(), room.clone()).await
    }
    .await;
    let ended = finish(&others).await;
    assert!(room.is_empty());
    for _ in 0..2 {
        assert!(!semaphore.locked(), "{semaphore:?}");
        semaphore.acquire().await?;
    }
    assert!(semaphore.locked(), "{semaphore:?} has more than it began with");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_permit_that_was_promised_goes_on_to_the_next() -> Result<()> {
    let (semaphore, room) = (Semaphore::new(0), Room::new(1));
    let releaser = semaphore.clone();
    let others = [
        later(1.0, work(semaphore.clone(), room.clone())),
        later(1.5, work(semaphore.clone(), room.clone())),
        later(2.0, async move {
            releaser.release();
            Ok(())
        }),
    ];
    let outcome = work(semaphore.clone(), room.clone()).await;
    let ended = finish(&others).await;
    assert!(room.is_empty() && !semaphore.locked(), "{semaphore:?}");
    semaphore.acquire().await?;
    assert!(semaphore.locked(), "{semaphore:?}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_bounded_semaphore_is_released_as_often_as_acquired() -> Result<()> {
    let semaphore = BoundedSemaphore::new(1);
    let hold = |seconds: f64| {
        let semaphore = semaphore.clone();
        async move {
            semaphore.acquire().await?;
            let outcome = sleep(seconds).await;
            // One too many is a ValueError.
            semaphore.release()?;
            outcome
        }
    };
    let others = [later(0.0, hold(1.0)), later(0.5, hold(1.0)), later(0.7, hold(0.0))];
    let outcome = async {
        sleep(0.6).await?;
        hold(1.0).await
    }
    .await;
    let ended = finish(&others).await;
    assert!(!semaphore.locked(), "{semaphore:?}");
    assert!(semaphore.release().is_err(), "{semaphore:?} has less than it began with");
    outcome.and(ended)
}

/// Waits at a barrier for three, and sees to it that three have come.
async fn meet(barrier: Barrier, came: Rc<Cell<usize>>) -> Result<()> {
    came.update(|came| came + 1);
    let outcome = barrier.wait().await;
    match &outcome {
        Ok(_) => assert!(came.get() >= 3, "a barrier for three let {} through", came.get()),
        // Nor does a cancelled one count who was the third.
        Err(_) if came.get() < 3 => came.update(|came| came - 1),
        Err(_) => {}
    }
    outcome.map(drop)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_barrier_waits_for_another_one_instead() -> Result<()> {
    let (barrier, came) = (Barrier::new(3), Rc::new(Cell::new(0)));
    let met = || meet(barrier.clone(), Rc::clone(&came));
    let (missing, meeting) = (barrier.clone(), met());
    let others = [
        later(0.0, met()),
        later(2.0, met()),
        // Whoever was let through already is not missed.
        later(3.0, async move { if missing.n_waiting() == 2 { meeting.await } else { Ok(()) } }),
    ];
    let outcome = async {
        sleep(1).await?;
        met().await
    }
    .await;
    let ended = finish(&others).await;
    assert!(!barrier.broken() && barrier.n_waiting() == 0, "{barrier:?}");
    came.set(0);
    let ended = ended.and(finish(&[met(), met(), met()].map(|met| later(0.0, met))).await);
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_barrier_is_broken_by_whoever_cannot_come() -> Result<()> {
    let barrier = Barrier::new(3);
    let wait = |delay: f64| {
        let barrier = barrier.clone();
        later(delay, async move {
            match barrier.wait().await {
                Err(error) if error.is::<BrokenBarrierError>() => Ok(()),
                outcome => outcome.map(drop),
            }
        })
    };
    let others = [wait(0.0), wait(1.5)];
    let outcome = async {
        sleep(1).await?;
        barrier.wait().await
    }
    .await;
    let aborting = later(0.0, {
        let (barrier, came) = (barrier.clone(), outcome.is_ok());
        async move { if came { Ok(()) } else { barrier.abort().await } }
    });
    let [one, another] = others;
    let ended = finish(&[one, another, aborting]).await;
    assert_eq!(barrier.broken(), outcome.is_err(), "{barrier:?}");
    let reset = later(0.0, {
        let barrier = barrier.clone();
        async move { barrier.reset().await }
    });
    let ended = ended.and(finish(&[reset]).await);
    assert!(!barrier.broken() && barrier.n_waiting() == 0, "{barrier:?}");
    outcome.map(drop).and(ended)
}
