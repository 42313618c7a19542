//! Locks and queues among task groups, timeouts, gathers and shields.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    AsyncExitStack, Condition, FIRST_COMPLETED, Lock, Queue, Result, Semaphore, Task, TaskGroup,
    TimeoutError, WaitOptions, as_completed, async_with, create_task, gather, shield, sleep,
    timeout, to_thread, wait_for, wait_with,
};

use super::{Room, finish, later};

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_group_of_workers_gives_all_permits_back() -> Result<()> {
    let (semaphore, room) = (Semaphore::new(2), Room::new(2));
    let outcome = TaskGroup::new()
        .run(async |group| {
            for _ in 0..5 {
                let (semaphore, room) = (semaphore.clone(), room.clone());
                group.create_task(async move {
                    let _permit = semaphore.permit().await?;
                    let _inside = room.enter();
                    sleep(1).await
                })?;
                sleep(0.3).await?;
            }
            let _permit = semaphore.permit().await?;
            sleep(1).await
        })
        .await;
    assert!(room.is_empty());
    for _ in 0..2 {
        assert!(!semaphore.locked(), "{semaphore:?}");
        semaphore.acquire().await?;
    }
    assert!(semaphore.locked(), "{semaphore:?}");
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_limit_on_a_lock_leaves_nobody_behind() -> Result<()> {
    let (lock, room) = (Lock::new(), Room::new(1));
    let visit = |limit: f64| {
        let (lock, room) = (lock.clone(), room.clone());
        async move {
            let limit = timeout(limit);
            let visit = limit.run(async |_| {
                let _guard = lock.lock().await?;
                let _inside = room.enter();
                sleep(1).await
            });
            match visit.await {
                Err(error) if error.is::<TimeoutError>() => Ok(()),
                outcome => outcome,
            }
        }
    };
    // The third one's time is over in the very moment in which it gets the lock.
    let outcome = gather((visit(1.5), visit(2.5), visit(2.0), visit(9.0))).await;
    assert!(room.is_empty() && !lock.locked(), "{lock:?}");
    outcome.map(drop)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn what_is_shielded_is_done_once() -> Result<()> {
    let lock = Lock::new();
    let commits = Rc::new(Cell::new(0));
    let others = [later(0.0, {
        let lock = lock.clone();
        async move {
            let _guard = lock.lock().await?;
            sleep(1).await
        }
    })];
    let commit: Task<()> = create_task({
        let (lock, commits) = (lock.clone(), Rc::clone(&commits));
        async move {
            sleep(0.5).await?;
            let _guard = lock.lock().await?;
            sleep(1).await?;
            commits.update(|commits| commits + 1);
            asyncio::Ok(())
        }
    });
    let outcome = shield(commit.clone()).await;
    let [other] = others;
    let ended = finish(&[other, commit]).await;
    assert_eq!(commits.get(), 1);
    assert!(!lock.locked(), "{lock:?}");
    outcome.and(ended)
}

/// Squares what comes, until it is cancelled.
async fn square(from: Queue<u32>, to: Queue<u32>) -> Result<()> {
    loop {
        let number = from.get().await?;
        to.put(number * number).await?;
        from.task_done()?;
    }
}

/// Looks at what comes, until it is cancelled.
async fn see(from: Queue<u32>, seen: Rc<RefCell<Vec<u32>>>) -> Result<()> {
    loop {
        let square = from.get().await?;
        sleep(0.5).await?;
        seen.borrow_mut().push(square);
        from.task_done()?;
    }
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_pipeline_of_bounded_queues_comes_to_its_end() -> Result<()> {
    let (raw, squares) = (Queue::<u32>::new(1), Queue::<u32>::new(1));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let put = Cell::new(0);
    let outcome = TaskGroup::new()
        .run(async |group| {
            group.create_task(square(raw.clone(), squares.clone()))?;
            group.create_task(see(squares.clone(), Rc::clone(&seen)))?;
            for number in 1..=4 {
                wait_for(raw.put(number), 5).await?;
                put.set(number);
            }
            raw.join().await?;
            squares.join().await?;
            group.cancel();
            asyncio::Ok(())
        })
        .await;
    let seen = seen.borrow();
    assert!([1, 4, 9, 16].starts_with(&seen), "{seen:?}");
    // Two are in a queue at most, and three in the hands of somebody who was cancelled.
    assert!(seen.len() + 5 >= put.get() as usize, "{seen:?} of {}", put.get());
    if outcome.is_ok() {
        assert_eq!(seen.len(), 4);
    }
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_stack_gives_back_all_that_it_got() -> Result<()> {
    let (lock, condition, semaphore) = (Lock::new(), Condition::new(), Semaphore::new(1));
    let (first, second, third) = (lock.clone(), condition.clone(), semaphore.clone());
    let others = [
        later(0.0, async move { async_with(&first, async |()| sleep(1).await).await }),
        later(0.5, async move { async_with(&second, async |()| sleep(1).await).await }),
        later(0.5, async move { async_with(&third, async |()| sleep(2).await).await }),
    ];
    let outcome = async_with(&AsyncExitStack::new(), async |stack| {
        sleep(0.7).await?;
        stack.enter_async_context(&lock).await?;
        stack.enter_async_context(&condition).await?;
        stack.enter_async_context(&semaphore).await?;
        stack.push_async_callback(async || sleep(1).await);
        sleep(1).await
    })
    .await;
    let ended = finish(&others).await;
    assert!(!lock.locked() && !condition.locked() && !semaphore.locked());
    semaphore.acquire().await?;
    assert!(semaphore.locked(), "{semaphore:?}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn the_first_of_several_takes_the_lock() -> Result<()> {
    let (lock, room) = (Lock::new(), Room::new(1));
    let visit = || {
        let (lock, room) = (lock.clone(), room.clone());
        async move {
            let _guard = lock.lock().await?;
            let _inside = room.enter();
            sleep(1).await
        }
    };
    let visits = [(); 3].map(|()| create_task(visit()));
    let outcome = async {
        let options = WaitOptions::new().return_when(FIRST_COMPLETED);
        let (done, pending) = wait_with(&visits, options).await?;
        assert_eq!((done.len(), pending.len()), (1, 2));
        // The one that has the lock now, or the one that would be next.
        pending[0].cancel();
        for next in as_completed(pending) {
            if let Err(error) = next.await
                && !visits[1].cancelled()
            {
                return Err(error);
            }
        }
        visit().await
    }
    .await;
    let cancelled = visits[1].cancelling() > 0;
    let [first, second, third] = visits;
    let mut ended = finish(&[first, third]).await;
    if !cancelled {
        ended = ended.and(finish(&[second]).await);
    }
    assert!(room.is_empty() && !lock.locked(), "{lock:?}");
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_thread_that_works_on_keeps_no_permit() -> Result<()> {
    let semaphore = Semaphore::new(1);
    let others = [later(0.0, {
        let semaphore = semaphore.clone();
        async move {
            let _permit = semaphore.permit().await?;
            to_thread(|| asyncio::Ok(1)).await.map(drop)
        }
    })];
    let outcome = async {
        let _permit = semaphore.permit().await?;
        to_thread(|| asyncio::Ok(2)).await
    }
    .await;
    let ended = finish(&others).await;
    assert!(!semaphore.locked(), "{semaphore:?}");
    outcome.map(drop).and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn groups_in_groups_end_from_the_inside() -> Result<()> {
    let (queue, room) = (Queue::<u32>::new(1), Room::new(4));
    let consume = |queue: Queue<u32>, room: Room| async move {
        let _inside = room.enter();
        while queue.get().await? < 3 {
            sleep(0.5).await?;
        }
        asyncio::Ok(())
    };
    let (its_queue, its_room) = (queue.clone(), room.clone());
    let outcome = TaskGroup::new()
        .run(async |outer| {
            outer.create_task(async move {
                let (queue, room) = (its_queue, its_room);
                let _inside = room.enter();
                let inner = TaskGroup::new();
                let run = inner.run(async |inner| {
                    inner.create_task(consume(queue.clone(), room.clone()))?;
                    inner.create_task(consume(queue.clone(), room.clone())).map(drop)
                });
                let outcome = run.await;
                assert_eq!(room.inside.get(), 1, "the inner tasks end before their group");
                outcome
            })?;
            for item in [1, 2, 3, 4] {
                queue.put(item).await?;
            }
            asyncio::Ok(())
        })
        .await;
    assert!(room.is_empty());
    outcome
}
