//! The macros of blocks, and generators: however they are left, each exit runs once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use asyncio::{
    AsyncContextManager, AsyncExitStack, AsyncGenerator, CancelledError, Condition, Error, Lock,
    Queue, Result, Semaphore, TimeoutError, ValueError, aclosing, async_for, async_with,
    create_task, current_task, raise, shield, sleep, task_group, timeout, try_except, wait_for,
    yield_,
};

use super::{Room, finish, later};

/// How often each thing was entered, and how often it was left.
#[derive(Clone, Default)]
struct Exits(Rc<RefCell<BTreeMap<&'static str, (u32, u32)>>>);

impl Exits {
    fn enter(&self, name: &'static str) {
        self.0.borrow_mut().entry(name).or_default().0 += 1;
    }

    fn leave(&self, name: &'static str) {
        self.0.borrow_mut().entry(name).or_default().1 += 1;
    }

    /// A manager whose entry and exit await.
    fn watch(&self, name: &'static str) -> Watched {
        Watched { exits: self.clone(), name }
    }

    /// Each exit has run once for each entry, and the task counts no request but the one from
    /// outside, if that is what it ends with.
    #[track_caller]
    fn check<T>(&self, outcome: &Result<T>) {
        for (name, (entered, left)) in &*self.0.borrow() {
            assert_eq!(entered, left, "{name} was entered and left");
        }
        let task = current_task().expect("the test is a task");
        assert_eq!(task.cancelling(), outcome.is_err().into(), "{task:?}");
    }
}

struct Watched {
    exits: Exits,
    name: &'static str,
}

impl AsyncContextManager for Watched {
    type Value = ();

    async fn aenter(&self) -> Result<()> {
        sleep(0).await?;
        self.exits.enter(self.name);
        Ok(())
    }

    async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
        self.exits.leave(self.name);
        sleep(0).await?;
        Ok(false)
    }
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_timeout_in_a_timeout_tells_its_cancellation_from_others() -> Result<()> {
    let exits = Exits::default();
    let inner_expired = Cell::new(false);
    let outcome = timeout!(100, |outer| {
        try_except!(
            {
                timeout!(2, {
                    async_with!(exits.watch("inner"), {
                        sleep(1).await?;
                        sleep(5).await?;
                    })?;
                })?;
            },
            |_: TimeoutError| {
                inner_expired.set(true);
                sleep(1).await?;
            }
        )?;
        assert!(!outer.expired());
        sleep(1).await?;
    });
    exits.check(&outcome);
    assert!(outcome.is_err() || inner_expired.get());
    outcome
}

/// The request and the end of the time may come together: the request wins.
#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_cleanup_outlasts_its_timeout() -> Result<()> {
    let exits = Exits::default();
    let outcome = try_except!(
        {
            timeout!(1, {
                exits.enter("tried");
                try_except!(
                    { sleep(9).await? },
                    finally = {
                        exits.leave("tried");
                        sleep(3).await?;
                    }
                )?;
            })?;
        },
        |_: TimeoutError| {
            sleep(1).await?;
        }
    );
    exits.check(&outcome);
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_group_waits_for_the_exits_of_its_tasks() -> Result<()> {
    let (exits, room) = (Exits::default(), Room::new(3));
    let outcome = task_group!(|group| {
        for delay in 1..=3 {
            let (exits_of_task, room) = (exits.clone(), room.clone());
            group.create_task(async move {
                let _inside = room.enter();
                async_with!(exits_of_task.watch("task"), {
                    try_except!(
                        {
                            exits_of_task.enter("tried");
                            sleep(delay).await?;
                        },
                        finally = {
                            exits_of_task.leave("tried");
                            sleep(1).await?;
                        }
                    )?;
                })
            })?;
            async_with!(exits.watch("body"), { sleep(0.5).await? })?;
        }
    });
    assert!(room.is_empty());
    exits.check(&outcome);
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_group_that_fails_leaves_no_request_behind() -> Result<()> {
    let exits = Exits::default();
    let failed = Cell::new(false);
    let outcome = try_except!(
        {
            task_group!(|group| {
                group.create_task(async {
                    sleep(1).await?;
                    Result::<()>::Err(ValueError("broken"))
                })?;
                let exits = exits.clone();
                group.create_task(async move {
                    async_with!(exits.watch("sibling"), { sleep(9).await? })
                })?;
                sleep(5).await?;
            })?;
        },
        *|group: ValueError| {
            assert_eq!(group.exceptions().len(), 1);
            failed.set(true);
        }
    );
    // The request came together with the failure: it is known to both.
    let is_first = outcome.is_ok();
    if is_first {
        assert!(failed.get());
        let task = current_task().expect("the test is a task");
        if task.cancelling() == 1 {
            task.uncancel();
        }
    }
    exits.check(&outcome);
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_lock_is_free_whichever_way_its_block_is_left() -> Result<()> {
    #[asyncio::coroutine]
    async fn leaves(lock: &Lock, exits: &Exits) -> Result<u32> {
        let mut turns = 0;
        let broken = 'turns: loop {
            turns += 1;
            async_with!(lock, {
                async_with!(exits.watch("turn"), {
                    sleep(1).await?;
                    if turns < 3 {
                        continue;
                    }
                    if turns == 3 {
                        break 'turns 7;
                    }
                })?;
            })?;
        };
        async_with!(lock, {
            async_with!(exits.watch("last"), {
                sleep(1).await?;
                return Ok(broken + turns);
            })?;
        })?;
        Ok(0)
    }
    let (lock, exits) = (Lock::new(), Exits::default());
    let other = lock.clone();
    let others = [later(0.5, async move { async_with!(other, { sleep(1).await? }) })];
    let outcome = leaves(&lock, &exits).await;
    assert!(outcome.as_ref().is_ok_and(|value| *value == 10) || outcome.is_err());
    exits.check(&outcome);
    let ended = finish(&others).await;
    assert!(!lock.locked());
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn finally_runs_once_behind_each_way_out() -> Result<()> {
    #[asyncio::coroutine]
    async fn attempts(exits: &Exits) -> Result<u32> {
        for attempt in 0..4 {
            try_except!(
                {
                    exits.enter("attempt");
                    sleep(1).await?;
                    match attempt {
                        0 => raise!(ValueError("again")),
                        1 => continue,
                        2 => {}
                        _ => return Ok(attempt),
                    }
                },
                |_: ValueError| {
                    exits.enter("arm");
                    exits.leave("arm");
                    sleep(1).await?;
                },
                else_ = {
                    sleep(1).await?;
                },
                finally = {
                    exits.leave("attempt");
                    sleep(1).await?;
                }
            )?;
        }
        Ok(100)
    }
    let exits = Exits::default();
    let outcome = attempts(&exits).await;
    exits.check(&outcome);
    assert!(outcome.as_ref().is_ok_and(|attempt| *attempt == 3) || outcome.is_err());
    outcome.map(drop)
}

/// A generator that holds a lock, and has something to do at its end.
#[asyncio::generator]
async fn locked_numbers(lock: Lock, exits: Exits) -> AsyncGenerator<u32> {
    async_with!(lock, {
        try_except!(
            {
                exits.enter("generator");
                for number in 0..3 {
                    sleep(1).await?;
                    yield_!(number)?;
                }
            },
            finally = {
                exits.leave("generator");
                sleep(1).await?;
            }
        )?;
    })?;
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_generator_that_is_left_is_closed() -> Result<()> {
    let (lock, exits) = (Lock::new(), Exits::default());
    let outcome = async {
        for last in [1, 9] {
            async_with!(aclosing(locked_numbers(lock.clone(), exits.clone())), |numbers| {
                async_for!(numbers, |number| {
                    sleep(1).await?;
                    if number == last {
                        break;
                    }
                })?;
            })?;
        }
        asyncio::Ok(())
    }
    .await;
    exits.check(&outcome);
    assert!(!lock.locked(), "{lock:?}");
    outcome
}

/// Nobody closes it here but the loop, when it is over.
#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_generator_that_is_dropped_is_closed_by_the_loop() -> Result<()> {
    let (lock, exits) = (Lock::new(), Exits::default());
    let outcome = async_for!(locked_numbers(lock.clone(), exits.clone()), |number| {
        sleep(1).await?;
        if number == 1 {
            break;
        }
    });
    // The lock comes back as soon as the generator is closed.
    let others = [later(0.0, {
        let lock = lock.clone();
        async move { async_with!(lock, { sleep(1).await? }) }
    })];
    let ended = finish(&others).await;
    exits.check(&outcome.clone().and(ended.clone()));
    assert!(!lock.locked(), "{lock:?}");
    outcome.and(ended)
}

/// Gives the numbers of another generator in pairs.
#[asyncio::generator]
async fn pairs(numbers: AsyncGenerator<u32>, exits: Exits) -> AsyncGenerator<(u32, u32)> {
    async_with!(aclosing(numbers), |numbers| {
        try_except!(
            {
                exits.enter("pairs");
                let mut first = None;
                async_for!(numbers, |number| {
                    match first.take() {
                        None => first = Some(number),
                        Some(first) => {
                            yield_!((first, number))?;
                        }
                    }
                })?;
            },
            finally = {
                exits.leave("pairs");
                sleep(1).await?;
            }
        )?;
    })?;
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_generator_of_a_generator_closes_both() -> Result<()> {
    let (lock, exits) = (Lock::new(), Exits::default());
    let outcome = async {
        let numbers = locked_numbers(lock.clone(), exits.clone());
        async_with!(aclosing(pairs(numbers, exits.clone())), |pairs| {
            async_for!(pairs, |pair| {
                assert_eq!(pair, (0, 1));
                async_with!(exits.watch("pair"), { sleep(1).await? })?;
            })?;
        })
    }
    .await;
    exits.check(&outcome);
    assert!(!lock.locked(), "{lock:?}");
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn no_item_of_a_queue_is_lost() -> Result<()> {
    let (queue, exits) = (Queue::<u32>::new(2), Exits::default());
    let seen = RefCell::new(Vec::new());
    let maker = queue.clone();
    let others = [later(0.5, async move {
        for number in 0..4 {
            maker.put(number).await?;
            sleep(0.5).await?;
        }
        maker.shutdown(false);
        Ok(())
    })];
    let outcome = async {
        async_for!(queue.stream(), |number| {
            seen.borrow_mut().push(number);
            async_with!(exits.watch("item"), { sleep(1).await? })?;
        })
    }
    .await;
    exits.check(&outcome);
    // Whoever goes on finds what is left.
    let (rest, left) = (queue.clone(), Rc::new(RefCell::new(Vec::new())));
    let drain = later(0.0, {
        let left = Rc::clone(&left);
        async move { async_for!(rest.stream(), |number| { left.borrow_mut().push(number) }) }
    });
    let [maker] = others;
    let ended = finish(&[maker, drain]).await;
    let mut all = seen.take();
    all.extend(left.take());
    assert_eq!(all, [0, 1, 2, 3]);
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn permits_come_back_from_blocks_with_a_limit() -> Result<()> {
    let (semaphore, room, exits) = (Semaphore::new(2), Room::new(2), Exits::default());
    let outcome = task_group!(|group| {
        for limit in [0.5, 1.5, 2.5, 9.0] {
            let (semaphore, room, exits) = (semaphore.clone(), room.clone(), exits.clone());
            group.create_task(async move {
                try_except!(
                    {
                        timeout!(limit, {
                            async_with!(semaphore, {
                                let _inside = room.enter();
                                async_with!(exits.watch("permit"), { sleep(1).await? })?;
                            })?;
                        })?;
                    },
                    |_: TimeoutError| {}
                )
            })?;
        }
        async_with!(semaphore, { sleep(1).await? })?;
    });
    exits.check(&outcome);
    assert!(room.is_empty());
    for _ in 0..2 {
        assert!(!semaphore.locked(), "{semaphore:?}");
        semaphore.acquire().await?;
    }
    assert!(semaphore.locked(), "{semaphore:?}");
    outcome
}

/// A request that is taken leaves a task that can be cancelled again, and waits as before.
#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_request_that_is_taken_is_counted_back() -> Result<()> {
    let exits = Exits::default();
    let taken = Cell::new(false);
    let outcome = try_except!(
        {
            async_with!(exits.watch("work"), { sleep(1).await? })?;
            sleep(1).await?;
        },
        |_: CancelledError| {
            let task = current_task().expect("the test is a task");
            assert_eq!(task.cancelling(), 1);
            assert_eq!(task.uncancel(), 0);
            taken.set(true);
        }
    );
    exits.check(&outcome);
    outcome?;
    if taken.get() {
        let late = timeout!(1, { sleep(9).await? });
        assert!(late.unwrap_err().is::<TimeoutError>());
        let nobody = create_task(async { asyncio::Ok(()) });
        wait_for(nobody, 1).await?;
        exits.check(&Result::Ok(()));
    }
    Ok(())
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_stack_of_exits_in_a_block_runs_them_all() -> Result<()> {
    let exits = Exits::default();
    let stack = AsyncExitStack::new();
    let outcome = timeout!(100, {
        async_with!(stack, |stack| {
            for name in ["first", "second"] {
                stack.enter_async_context(exits.watch(name)).await?;
                sleep(1).await?;
            }
            exits.enter("callback");
            let exits = exits.clone();
            stack.push_async_callback(async move || {
                exits.leave("callback");
                sleep(1).await
            });
            sleep(1).await?;
        })?;
    });
    exits.check(&outcome);
    outcome
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_condition_with_a_limit_gives_its_lock_back() -> Result<()> {
    let (condition, things) = (Condition::new(), Rc::new(Cell::new(0)));
    let exits = Exits::default();
    let maker = {
        let (condition, things) = (condition.clone(), Rc::clone(&things));
        later(2.0, async move {
            async_with!(condition, {
                things.set(1);
                condition.notify(1)?;
            })
        })
    };
    let outcome = async {
        let late = timeout!(1, {
            async_with!(condition, {
                try_except!(
                    {
                        exits.enter("wait");
                        condition.wait().await?;
                    },
                    finally = {
                        assert!(condition.locked(), "nobody holds the lock behind a wait");
                        exits.leave("wait");
                    }
                )?;
            })?;
        });
        match late {
            Err(error) if error.is::<TimeoutError>() => {}
            other => return other,
        }
        async_with!(condition, {
            condition.wait_for(|| things.get() > 0).await?;
        })
    }
    .await;
    exits.check(&outcome);
    let ended = finish(&[maker]).await;
    assert!(!condition.locked());
    outcome.and(ended)
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_shielded_finally_is_done_whatever_happens() -> Result<()> {
    let commits = Rc::new(Cell::new(0));
    let begun = Cell::new(0);
    let commit = async |commits: Rc<Cell<u32>>| {
        sleep(1).await?;
        commits.set(commits.get() + 1);
        asyncio::Ok(())
    };
    let made = RefCell::new(Vec::new());
    let outcome = try_except!(
        {
            begun.set(1);
            sleep(1).await?;
            timeout!(1, { sleep(9).await? })?;
        },
        |_: TimeoutError| {
            sleep(1).await?;
        },
        finally = {
            let commits = Rc::clone(&commits);
            let task = create_task(async move { commit(commits).await });
            made.borrow_mut().push(task.clone());
            shield(&task).await?;
        }
    );
    let ended = finish(&made.take()).await;
    assert_eq!(commits.get(), begun.get());
    Exits::default().check(&outcome.clone().and(ended.clone()));
    outcome.and(ended)
}

/// A coroutine over all of it: the place where it is cancelled does not matter.
#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn all_blocks_in_each_other() -> Result<()> {
    let (lock, exits) = (Lock::new(), Exits::default());
    let sum = Rc::new(Cell::new(0));
    let outcome = timeout!(100, {
        task_group!(|group| {
            let (total, exits_of_task, lock_of_task) =
                (Rc::clone(&sum), exits.clone(), lock.clone());
            group.create_task(async move {
                let numbers = locked_numbers(lock_of_task, exits_of_task.clone());
                async_with!(aclosing(numbers), |numbers| {
                    async_for!(numbers, |number| {
                        try_except!(
                            {
                                exits_of_task.enter("item");
                                timeout!(0.5, { sleep(number).await? })?;
                                total.set(total.get() + 1);
                            },
                            |_: TimeoutError| {
                                total.set(total.get() + 10);
                            },
                            finally = {
                                exits_of_task.leave("item");
                            }
                        )?;
                    })?;
                })
            })?;
            async_with!(exits.watch("body"), { sleep(2).await? })?;
        })?;
        async_with!(lock, { sleep(1).await? })?;
    });
    exits.check(&outcome);
    assert!(!lock.locked(), "{lock:?}");
    assert!(outcome.is_err() || sum.get() == 21, "{}", sum.get());
    outcome
}
