//! Queues: an item is moved from hand to hand, and never lost.

use asyncio::{CancelledError, Queue, Result, create_task, sleep};

use crate::counters::Counters;

#[test]
fn an_item_for_who_waits() -> Result<()> {
    let counters = Counters::default();
    let (queue, item) = (Queue::new(0), counters.values.make());
    let taken = queue.clone();
    let getter = counters.children.of(async move { taken.get().await });
    counters.run(async move {
        let getter = create_task(getter);
        sleep(0).await?;
        queue.put_nowait(item)?;
        getter.await.map(drop)
    })?;
    counters.expect(3, 2, 0);
    Ok(())
}

#[test]
fn a_place_for_who_waits() -> Result<()> {
    let counters = Counters::default();
    let (queue, first, second) = (Queue::new(1), counters.values.make(), counters.values.make());
    let filled = queue.clone();
    let putter = counters.children.of(async move {
        filled.put(first).await?;
        filled.put(second).await?;
        asyncio::Ok(())
    });
    counters.run(async move {
        let putter = create_task(putter);
        sleep(0).await?;
        drop(queue.get_nowait()?);
        putter.await?;
        queue.get_nowait().map(drop)
    })?;
    counters.expect(3, 2, 0);
    Ok(())
}

#[test]
fn a_hundred_items_through_one_place() -> Result<()> {
    let counters = Counters::default();
    let queue = Queue::new(1);
    let (filled, values) = (queue.clone(), counters.values.clone());
    let producer = counters.children.of(async move {
        for _ in 0..100 {
            filled.put(values.make()).await?;
        }
        asyncio::Ok(())
    });
    let consumer = counters.children.of(async move {
        for _ in 0..100 {
            drop(queue.get().await?);
        }
        asyncio::Ok(())
    });
    counters.run(async move { asyncio::gather((producer, consumer)).await })?;
    // Each starts once and waits for all items but the first.
    counters.expect(2, 100 + 100, 0);
    Ok(())
}

#[test]
fn a_cancelled_put_drops_its_item() -> Result<()> {
    let counters = Counters::default();
    let (queue, item) = (Queue::new(1), counters.values.make());
    let filled = queue.clone();
    let putter = counters.children.of(async move { asyncio::Ok(filled.put(item).await?) });
    let values = counters.values.clone();
    counters.run(async move {
        queue.put_nowait(values.make())?;
        let putter = create_task(putter);
        sleep(0).await?;
        putter.cancel();
        assert!(putter.await.unwrap_err().is::<CancelledError>());
        assert_eq!(values.alive(), 1);
        queue.get_nowait().map(drop)
    })?;
    counters.expect(3, 2, 0);
    Ok(())
}

#[test]
fn a_getter_cancelled_too_late_loses_no_item() -> Result<()> {
    let counters = Counters::default();
    let (queue, item) = (Queue::new(0), counters.values.make());
    let getters: Vec<_> = (0..2)
        .map(|_| {
            let taken = queue.clone();
            counters.children.of(async move { taken.get().await })
        })
        .collect();
    let values = counters.values.clone();
    counters.run(async move {
        let [first, second] = <[_; 2]>::try_from(getters).ok().expect("two").map(create_task);
        sleep(0).await?;
        queue.put_nowait(item)?;
        first.cancel();
        drop(second.await?);
        assert!(first.cancelled());
        assert_eq!(values.alive(), 0);
        asyncio::Ok(())
    })?;
    counters.expect(3, 4, 0);
    Ok(())
}

#[test]
fn an_immediate_shutdown_drops_all_items() -> Result<()> {
    let counters = Counters::default();
    let (queue, values) = (Queue::new(0), counters.values.clone());
    counters.run(async move {
        for _ in 0..10 {
            queue.put_nowait(values.make())?;
        }
        queue.shutdown(true);
        assert_eq!(values.alive(), 0);
        let refused = queue.put_nowait(values.make()).unwrap_err();
        assert_eq!(values.alive(), 1);
        drop(refused.into_item());
        asyncio::Ok(())
    })?;
    counters.expect(1, 0, 0);
    Ok(())
}
