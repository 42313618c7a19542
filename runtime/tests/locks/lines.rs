//! The futures in a line, which those who come later get again.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use asyncio::{EventLoop, Result, Semaphore, create_task, get_running_loop, sleep, wait_for};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::shows;

/// Numbers that are the same in each run.
struct Dice(Cell<u32>);

impl Dice {
    fn roll(&self, sides: u32) -> u32 {
        let mut last = self.0.get();
        last ^= last << 13;
        last ^= last >> 17;
        last ^= last << 5;
        self.0.set(last);
        last % sides
    }
}

/// Gives up after so many polls.
async fn patiently<F: Future>(future: F, polls: u32) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        left -= 1;
        if left == 0 {
            return Poll::Ready(None);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Waits for one permit in any way there is; whether it was got.
async fn acquire(semaphore: &Semaphore, dice: &Dice) -> Result<bool> {
    let delay = f64::from(dice.roll(4)) / 2.0;
    match dice.roll(6) {
        0 => semaphore.acquire().await,
        1 => wait_for(semaphore.acquire(), delay).await.or(Ok(false)),
        2 => patiently(semaphore.acquire(), 1 + dice.roll(3)).await.unwrap_or(Ok(false)),
        3 => {
            let task = create_task(semaphore.acquire());
            sleep(delay).await?;
            task.cancel();
            task.await.or(Ok(false))
        }
        4 => {
            let mut several: FuturesUnordered<_> = (0..2).map(|_| semaphore.acquire()).collect();
            several.next().await.unwrap_or(Ok(false))
        }
        _ => {
            let permit = patiently(semaphore.acquire(), 1 + dice.roll(3));
            let mut several: FuturesUnordered<_> = [permit].into_iter().collect();
            several.next().await.flatten().unwrap_or(Ok(false))
        }
    }
}

async fn work(semaphore: Semaphore, inside: Rc<Cell<u32>>, dice: Rc<Dice>) -> Result<()> {
    for _ in 0..100 {
        if acquire(&semaphore, &dice).await? {
            inside.set(inside.get() + 1);
            assert!(inside.get() <= 2);
            sleep(f64::from(dice.roll(3)) / 2.0).await?;
            inside.set(inside.get() - 1);
            semaphore.release();
        }
    }
    Ok(())
}

#[test]
fn no_permit_is_lost_however_it_is_waited_for() -> Result<()> {
    for seed in 1..=20 {
        let loop_ = EventLoop::with_virtual_clock();
        loop_.run_until_complete(async move {
            let (semaphore, inside) = (Semaphore::new(2), Rc::new(Cell::new(0)));
            let dice = Rc::new(Dice(Cell::new(seed)));
            let workers = (0..8).map(|_| work(semaphore.clone(), inside.clone(), dice.clone()));
            asyncio::gather_all(workers).await?;
            assert!(shows(&semaphore, "unlocked, value:2"));
            asyncio::Ok(())
        })?;
        loop_.close()?;
    }
    Ok(())
}

/// The repr of a task that waits for a turn.
async fn waiting(semaphore: &Semaphore) -> Result<String> {
    let task = create_task(semaphore.acquire());
    sleep(0).await?;
    let repr = format!("{task:?}");
    semaphore.release();
    task.await?;
    Ok(repr)
}

#[asyncio::test]
async fn debug_mode_sees_futures_of_its_own() -> Result<()> {
    let (loop_, semaphore) = (get_running_loop(), Semaphore::new(0));
    for debug in [false, true, false, true] {
        loop_.set_debug(debug);
        let repr = waiting(&semaphore).await?;
        let (_, rest) = repr.split_once("wait_for=<Future pending cb=").expect("it waits");
        let (future, _) = rest.split_once('>').expect("the repr has an end");
        assert_eq!(future.contains(" created at "), debug, "{repr}");
    }
    Ok(())
}
