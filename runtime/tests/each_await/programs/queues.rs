//! Queues.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    CancelledError, LifoQueue, PriorityQueue, Queue, QueueShutDown, Result, sleep, wait_for,
};

use super::{finish, later};

/// Items in the order in which somebody got them.
type Got = Rc<RefCell<Vec<u32>>>;

/// Gets one item.
async fn get_one(queue: Queue<u32>, got: Got) -> Result<()> {
    let item = queue.get().await?;
    got.borrow_mut().push(item);
    Ok(())
}

/// Gets items until the queue is shut down.
async fn get_all(queue: Queue<u32>, got: Got) -> Result<()> {
    loop {
        match queue.get().await {
            Ok(item) => got.borrow_mut().push(item),
            Err(error) if error.is::<QueueShutDown>() => return Ok(()),
            Err(error) => return Err(error),
        }
        queue.task_done()?;
    }
}

/// Puts an item; one that could not be put is in `back` then.
async fn put(queue: &Queue<u32>, item: u32, back: &Got) -> Result<()> {
    queue.put(item).await.map_err(|error| {
        let outcome = error.error().clone();
        back.borrow_mut().push(error.into_item());
        outcome
    })
}

/// All of the lists, in order.
fn sorted(lists: &[&Got]) -> Vec<u32> {
    let mut all: Vec<u32> = lists.iter().flat_map(|list| list.borrow().clone()).collect();
    all.sort_unstable();
    all
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn an_item_goes_to_the_next_who_waits() -> Result<()> {
    let (queue, got) = (Queue::new(0), Got::default());
    let putter = queue.clone();
    let others = [
        later(1.0, get_one(queue.clone(), Rc::clone(&got))),
        later(2.0, async move { Ok(putter.put_nowait(1)?) }),
    ];
    let outcome = get_one(queue.clone(), Rc::clone(&got)).await;
    if outcome.is_ok() {
        queue.put_nowait(2)?;
    }
    let ended = finish(&others).await;
    assert_eq!(got.borrow().len(), if outcome.is_ok() { 2 } else { 1 });
    assert!(queue.empty(), "{queue}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn items_are_neither_lost_nor_doubled() -> Result<()> {
    let (queue, mine, theirs) = (Queue::new(1), Got::default(), Got::default());
    let putter = queue.clone();
    let others = [
        later(0.0, async move {
            for item in 1..=6 {
                putter.put(item).await?;
                sleep(0.25).await?;
            }
            putter.shutdown(false);
            Ok(())
        }),
        later(0.3, get_all(queue.clone(), Rc::clone(&theirs))),
    ];
    let outcome = async {
        for _ in 0..3 {
            let item = queue.get().await?;
            mine.borrow_mut().push(item);
            queue.task_done()?;
        }
        Ok(())
    }
    .await;
    let ended = finish(&others).await;
    assert_eq!(sorted(&[&mine, &theirs]), [1, 2, 3, 4, 5, 6]);
    assert!(mine.borrow().is_sorted() && theirs.borrow().is_sorted());
    let joined = later(0.0, async move { queue.join().await });
    let ended = ended.and(finish(&[joined]).await);
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn an_item_that_could_not_be_put_comes_back() -> Result<()> {
    let (queue, got, back) = (Queue::new(1), Got::default(), Got::default());
    let others = [later(1.0, get_all(queue.clone(), Rc::clone(&got)))];
    let mut next = 1;
    let outcome = async {
        while next <= 4 {
            next += 1;
            put(&queue, next - 1, &back).await?;
        }
        sleep(1).await
    }
    .await;
    queue.shutdown(false);
    let ended = finish(&others).await;
    assert_eq!(sorted(&[&got, &back]), Vec::from_iter(1..next));
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_place_goes_to_the_next_who_puts() -> Result<()> {
    let (queue, got, back) = (Queue::new(1), Got::default(), Got::default());
    queue.put_nowait(1)?;
    let putter = queue.clone();
    let others = [
        later(1.0, async move { Ok(putter.put(3).await?) }),
        later(2.0, get_one(queue.clone(), Rc::clone(&got))),
    ];
    let outcome = put(&queue, 2, &back).await;
    if outcome.is_ok() {
        // Ours lies in the place, and the other one waits on.
        get_one(queue.clone(), Rc::clone(&got)).await?;
    }
    let ended = finish(&others).await;
    assert_eq!(queue.get_nowait()?, 3);
    assert!(queue.empty(), "{queue}");
    assert_eq!(sorted(&[&got, &back]), [1, 2]);
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn whoever_joins_may_join_again() -> Result<()> {
    let (queue, got) = (Queue::new(2), Got::default());
    let others = [0.0, 0.1].map(|delay| later(delay, get_all(queue.clone(), Rc::clone(&got))));
    let back = Got::default();
    let mut next = 1;
    let outcome = async {
        while next <= 5 {
            next += 1;
            put(&queue, next - 1, &back).await?;
        }
        queue.join().await
    }
    .await;
    let joining = queue.clone();
    let joined = later(0.0, async move { joining.join().await });
    let ended = finish(&[joined]).await;
    queue.shutdown(false);
    let ended = ended.and(finish(&others).await);
    assert_eq!(sorted(&[&got, &back]), Vec::from_iter(1..next));
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_shutdown_reaches_everybody() -> Result<()> {
    let (queue, back) = (Queue::new(1), Got::default());
    queue.put_nowait(1)?;
    let put_too_late = |item: u32| {
        let queue = queue.clone();
        async move {
            let error = queue.put(item).await.expect_err("the queue is full until its end");
            assert!(error.is::<QueueShutDown>() && error.into_item() == item);
            Ok(())
        }
    };
    let (joining, closing) = (queue.clone(), queue.clone());
    let others = [
        later(0.5, put_too_late(2)),
        later(1.5, put_too_late(4)),
        later(1.5, async move { joining.join().await }),
        later(2.0, async move {
            closing.shutdown(true);
            Ok(())
        }),
    ];
    let outcome = async {
        sleep(1).await?;
        match put(&queue, 3, &back).await {
            Err(error) if error.is::<QueueShutDown>() => Ok(()),
            outcome => outcome,
        }
    }
    .await;
    let ended = finish(&others).await;
    assert!(queue.empty() && queue.get_nowait().is_err_and(|error| error.is::<QueueShutDown>()));
    assert!(back.borrow().iter().all(|item| *item == 3));
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_limited_wait_for_the_first_item_loses_none() -> Result<()> {
    let (queue, mine, theirs) = (PriorityQueue::new(0), Got::default(), Got::default());
    let putter = Queue::clone(&queue);
    let others = [
        later(1.0, async move {
            for item in [3, 1, 2] {
                putter.put_nowait(item)?;
                sleep(0.5).await?;
            }
            putter.shutdown(false);
            Ok(())
        }),
        later(2.5, get_all(Queue::clone(&queue), Rc::clone(&theirs))),
    ];
    let outcome = async {
        // The limit, and the first item, come at the same time.
        for limit in [1.0, 0.5, 0.25] {
            match wait_for(queue.get(), limit).await {
                Ok(item) => {
                    mine.borrow_mut().push(item);
                    queue.task_done()?;
                }
                Err(error) if error.is::<CancelledError>() => return Err(error),
                Err(_late) => {}
            }
        }
        Ok(())
    }
    .await;
    let ended = finish(&others).await;
    assert_eq!(sorted(&[&mine, &theirs]), [1, 2, 3]);
    assert!(theirs.borrow().is_sorted());
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_stream_of_a_lifo_queue_may_be_cut_off() -> Result<()> {
    use futures::StreamExt;

    let (queue, got) = (LifoQueue::new(0), Got::default());
    let putter = Queue::clone(&queue);
    let others = [later(0.0, async move {
        for item in 1..=3 {
            putter.put_nowait(item)?;
            sleep(1).await?;
        }
        putter.put_nowait(4)?;
        putter.put_nowait(5)?;
        putter.shutdown(false);
        Ok(())
    })];
    let outcome = async {
        let mut items = queue.stream();
        while let Some(item) = items.next().await {
            got.borrow_mut().push(item?);
        }
        Ok(())
    }
    .await;
    let ended = finish(&others).await;
    // What nobody got lies there still, the last one on top.
    while let Ok(item) = queue.get_nowait() {
        got.borrow_mut().push(item);
    }
    assert_eq!(sorted(&[&got]), [1, 2, 3, 4, 5]);
    assert_eq!(queue.qsize(), 0);
    outcome.and(ended)
}
