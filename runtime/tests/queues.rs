//! What only Rust can ask of the queues: dropped futures, items that are given back, comparisons
//! that panic. What CPython asks stands in `tests/cpython/test_queues.rs`.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio::{
    CancelledError, PriorityQueue, Queue, QueueShutDown, Result, RuntimeError, create_task, sleep,
};
use futures::StreamExt;

#[asyncio::test]
async fn an_item_comes_back_from_a_cancelled_put() -> Result<()> {
    let queue = Queue::new(1);
    queue.put_nowait("first".to_owned())?;
    let target = queue.clone();
    let task = create_task(async move {
        let error = target.put("second".to_owned()).await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::Ok(error.into_item())
    });
    sleep(0).await?;
    task.cancel();
    assert_eq!(task.await?, "second");
    queue.shutdown(false);
    let error = queue.put("third".to_owned()).await.unwrap_err();
    assert_eq!(format!("{error:?}"), "QueueShutDown()");
    assert_eq!(error.into_item(), "third");
    Ok(())
}

/// Polls a future once, as somebody who then loses interest.
async fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx))).await
}

#[asyncio::test]
async fn a_dropped_get_gives_its_turn_to_the_next() -> Result<()> {
    let queue = Queue::new(0);
    let mut first = queue.get();
    assert!(poll_once(&mut first).await.is_pending());
    let second = create_task(queue.get());
    sleep(0).await?;
    assert!(queue.to_string().contains("_getters[2]"));
    queue.put_nowait(1)?;
    drop(first);
    assert_eq!(second.await?, 1);
    assert_eq!(queue.to_string(), "<Queue maxsize=0 tasks=1>");
    Ok(())
}

#[asyncio::test]
async fn a_dropped_put_gives_its_place_to_the_next() -> Result<()> {
    let queue = Queue::new(1);
    queue.put_nowait(0)?;
    let mut first = queue.put(1);
    assert!(poll_once(&mut first).await.is_pending());
    let second = create_task(queue.put(2));
    sleep(0).await?;
    assert_eq!(queue.get_nowait()?, 0);
    drop(first);
    second.await?;
    assert_eq!(queue.get_nowait()?, 2);
    Ok(())
}

#[asyncio::test]
async fn a_select_that_drops_a_get_loses_no_item() -> Result<()> {
    let queue = Queue::new(0);
    for _ in 0..100 {
        let source = queue.clone();
        let task = create_task(async move {
            let yielded = pin!(sleep(0));
            match futures::future::select(source.get(), yielded).await {
                futures::future::Either::Left((item, _)) => item.map(Some),
                futures::future::Either::Right(_) => Ok(None),
            }
        });
        sleep(0).await?;
        queue.put_nowait(1)?;
        let items = task.await?.into_iter().count() + queue.qsize();
        assert_eq!(items, 1);
        while !queue.empty() {
            queue.get_nowait()?;
        }
    }
    Ok(())
}

#[asyncio::test]
async fn a_stream_ends_with_its_queue() -> Result<()> {
    let queue = Queue::new(0);
    let source = queue.clone();
    let task = create_task(async move {
        let items: Vec<Result<i32>> = source.stream().collect().await;
        items.into_iter().collect::<Result<Vec<i32>>>()
    });
    for number in 0..3 {
        queue.put_nowait(number)?;
        sleep(0).await?;
    }
    queue.shutdown(false);
    assert_eq!(task.await?, [0, 1, 2]);
    Ok(())
}

/// An item whose comparison panics when it is told to, and looks at its queue.
struct Fragile {
    number: i32,
    queue: Rc<RefCell<Option<PriorityQueue<Fragile>>>>,
    panics: Rc<Cell<bool>>,
}

impl PartialEq for Fragile {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl PartialOrd for Fragile {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let queue = self.queue.borrow().clone();
        queue.inspect(|queue| assert!(!queue.full() && format!("{queue:?}").len() > 1));
        assert!(!self.panics.get(), "a comparison panics");
        self.number.partial_cmp(&other.number)
    }
}

#[test]
fn a_comparison_may_look_at_the_queue_and_panic() {
    let (shared, panics) = (Rc::default(), Rc::new(Cell::new(false)));
    let item = |number| Fragile { number, queue: Rc::clone(&shared), panics: Rc::clone(&panics) };
    let queue = PriorityQueue::new(0);
    shared.replace(Some(queue.clone()));
    for number in [3, 1, 2] {
        assert!(queue.put_nowait(item(number)).is_ok());
    }
    panics.set(true);
    let put = catch_unwind(AssertUnwindSafe(|| queue.put_nowait(item(0))));
    assert!(put.is_err());
    panics.set(false);
    // As in CPython, it is in the heap, and counts as no task.
    assert_eq!(queue.qsize(), 4);
    assert!(queue.to_string().contains("tasks=3"));
    shared.replace(None);
}

/// An item that puts another one into its queue when it is dropped.
struct Stubborn(Queue<Stubborn>, u32);

impl Drop for Stubborn {
    fn drop(&mut self) {
        if self.1 > 0 {
            let again = self.0.put_nowait(Self(self.0.clone(), self.1 - 1));
            assert!(again.is_err_and(|error| error.is::<QueueShutDown>()));
        }
    }
}

#[test]
fn an_item_may_use_the_queue_when_it_is_dropped() {
    let queue = Queue::new(0);
    assert!(queue.put_nowait(Stubborn(queue.clone(), 2)).is_ok());
    queue.shutdown(true);
    assert!(queue.empty());
}

#[test]
fn a_get_that_is_over_cannot_be_polled_again() {
    let queue = Queue::new(0);
    queue.put_nowait(1).unwrap();
    let mut get = queue.get();
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut get).poll(&mut cx).is_ready());
    let again = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut get).poll(&mut cx).is_ready()));
    let text = again.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*text, RuntimeError("cannot reuse already awaited coroutine").to_string());
}
