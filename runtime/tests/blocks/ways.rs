//! The ways out of blocks: exits and `finally` come first, in Python's order.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    AsyncContextManager, BaseException, Error, Exception, Lock, Queue, Result, RuntimeError,
    TimeoutError, TypeError, ValueError, async_for, async_with, create_task, current_task, raise,
    sleep, sleep_with, task_group, timeout, try_except,
};

/// A manager that writes down how it is used.
struct Logged<'a> {
    log: &'a RefCell<Vec<String>>,
    name: &'static str,
    fails: bool,
    swallows: bool,
}

impl<'a> Logged<'a> {
    fn new(log: &'a RefCell<Vec<String>>, name: &'static str) -> Self {
        Self { log, name, fails: false, swallows: false }
    }

    fn write(&self, text: &str) {
        self.log.borrow_mut().push(format!("{} {text}", self.name));
    }
}

impl AsyncContextManager for Logged<'_> {
    type Value = &'static str;

    async fn aenter(&self) -> Result<&'static str> {
        sleep(0).await?;
        self.write("enter");
        Ok(self.name)
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        sleep(0).await?;
        self.write(&error.map_or("exit".to_owned(), |error| format!("exit {error:?}")));
        if self.fails {
            raise!(TypeError("the exit"));
        }
        Ok(self.swallows)
    }
}

#[asyncio::test]
async fn each_way_out_runs_all_exits() -> Result<()> {
    async fn leave(way: u32, log: &RefCell<Vec<String>>) -> Result<u32> {
        let (a, b) = (Logged::new(log, "a"), Logged::new(log, "b"));
        let mut rounds = 0;
        let value = 'outer: loop {
            rounds += 1;
            for round in 0..2 {
                async_with!(a, |name| {
                    assert_eq!(name, "a");
                    async_with!(b, {
                        try_except!(
                            {
                                sleep(0).await?;
                                match way {
                                    0 => return Ok(10),
                                    1 => break,
                                    2 => continue,
                                    3 => break 'outer 13,
                                    4 if rounds == 1 => continue 'outer,
                                    5 => raise!(ValueError("five")),
                                    6 => Err(ValueError("six"))?,
                                    _ => {}
                                }
                            },
                            finally = {
                                sleep(0).await?;
                                log.borrow_mut().push(format!("finally {round}"));
                            },
                        )?;
                    })?;
                })?;
            }
            break 20 + rounds;
        };
        Ok(value)
    }
    for (way, rounds, expected) in [
        (0, 1, "Ok(10)"),
        (1, 1, "Ok(21)"),
        (2, 2, "Ok(21)"),
        (3, 1, "Ok(13)"),
        (4, 3, "Ok(22)"),
        (5, 1, "Err(ValueError('five'))"),
        (6, 1, "Err(ValueError('six'))"),
        (7, 2, "Ok(21)"),
    ] {
        let log = RefCell::default();
        let outcome = leave(way, &log).await;
        assert_eq!(format!("{outcome:?}"), expected, "way {way}");
        let suffix = outcome.err().map_or(String::new(), |error| format!(" {error:?}"));
        let log = log.into_inner();
        assert_eq!(log.len(), 5 * rounds, "way {way}: {log:?}");
        for round in log.chunks(5) {
            let finally = round[2].starts_with("finally");
            assert!(finally, "{round:?}");
            let ends = [format!("b exit{suffix}"), format!("a exit{suffix}")];
            assert_eq!(
                (&round[..2], &round[3..]),
                (&["a enter".into(), "b enter".into()][..], &ends[..])
            );
        }
    }
    Ok(())
}

#[asyncio::test]
async fn an_exit_that_fails_takes_over() -> Result<()> {
    let log = RefCell::default();
    let failing = Logged { fails: true, ..Logged::new(&log, "a") };
    let error = async_with!(failing, { raise!(ValueError("the block")) }).unwrap_err();
    assert!(error.is::<TypeError>());
    assert_eq!(error.context().unwrap().to_string(), "the block");

    async fn returns(failing: &Logged<'_>) -> Result<u32> {
        try_except!(
            {
                async_with!(failing, { return Ok(1) })?;
            },
            |e: TypeError| {
                assert_eq!(e.message(), "the exit");
                return Ok(2);
            },
        )?;
        Ok(3)
    }
    assert_eq!(returns(&failing).await?, 2);

    async fn plain(failing: &Logged<'_>) -> Result<u32> {
        async_with!(failing, { return Ok(1) })?
    }
    assert!(plain(&failing).await.unwrap_err().is::<TypeError>());
    Ok(())
}

#[asyncio::test]
async fn a_manager_may_swallow() -> Result<()> {
    let log = RefCell::default();
    let kind = Logged { swallows: true, ..Logged::new(&log, "a") };
    async_with!(kind, {
        if log.borrow().len() == 1 {
            raise!(ValueError("swallowed"));
        }
        sleep(0).await?
    })?;
    let outcome = async_with!(kind, {
        if log.borrow().len() == 3 {
            raise!(ValueError("swallowed"));
        }
        7
    });
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.to_string(), error.cause().unwrap().to_string()),
        (
            "the error of a block with a value was swallowed: nothing is left to return".to_owned(),
            "swallowed".to_owned(),
        )
    );
    // Of which type its value would be the block does not say.
    let outcome: Result<u32> = async_with!(kind, { raise!(ValueError("swallowed")) });
    assert!(outcome.unwrap_err().is::<RuntimeError>());
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn the_inner_of_two_timeouts_expires() -> Result<()> {
    let mut reached = 0;
    timeout!(5, |outer| {
        let outcome: Result<()> = timeout!(1, {
            reached += 1;
            sleep(3600).await?;
            reached += 1;
        });
        assert!(outcome.unwrap_err().is::<TimeoutError>());
        assert!(!outer.expired());
        sleep(1).await?;
    })?;
    assert_eq!((reached, current_task().unwrap().cancelling()), (1, 0));

    let error = timeout!(1, { timeout!(5, { sleep(3600).await? })? }).unwrap_err();
    assert!(error.is::<TimeoutError>());
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn a_foreign_future_is_dropped_when_the_time_is_over() -> Result<()> {
    for depth in 0..2 {
        let error = timeout!(1, {
            match depth {
                0 => std::future::pending::<()>().await,
                _ => timeout!(5, { std::future::pending::<()>().await })?,
            }
        })
        .unwrap_err();
        assert!(error.is::<TimeoutError>());
    }
    Ok(())
}

/// In a `join!` a task is in two blocks at once, and the end of one is none of the other.
#[asyncio::test(virtual_time = true)]
async fn one_block_of_a_join_ends_alone() -> Result<()> {
    async fn limited(delay: f64, nested: bool) -> Result<f64> {
        let loop_ = asyncio::get_running_loop();
        let outcome = timeout!(delay, {
            match nested {
                true => timeout!(60, { std::future::pending::<()>().await })?,
                false => sleep(60).await?,
            }
        });
        assert!(outcome.unwrap_err().is::<TimeoutError>());
        Ok(loop_.time())
    }
    for nested in [false, true] {
        let start = asyncio::get_running_loop().time();
        let (one, two) = futures::join!(limited(1.0, nested), limited(2.0, nested));
        assert_eq!((one? - start, two? - start), (1.0, 2.0));
        assert_eq!(current_task().unwrap().cancelling(), 0);
    }
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn finally_runs_to_its_end_when_the_time_is_over() -> Result<()> {
    let log = RefCell::new(Vec::new());
    let error = timeout!(1, {
        try_except!(
            { sleep(3600).await? },
            finally = {
                sleep(10).await?;
                log.borrow_mut().push("cleaned up");
            },
        )?;
    })
    .unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(*log.borrow(), ["cleaned up"]);
    Ok(())
}

#[asyncio::test]
async fn a_group_waits_on_each_way_out() -> Result<()> {
    async fn starts(done: &'static std::thread::LocalKey<RefCell<u32>>) -> Result<()> {
        sleep(0).await?;
        done.with_borrow_mut(|done| *done += 1);
        Ok(())
    }
    thread_local! {
        static DONE: RefCell<u32> = const { RefCell::new(0) };
    }
    async fn leave(way: u32) -> Result<u32> {
        for _ in 0..1 {
            task_group!(|g| {
                g.create_task(starts(&DONE))?;
                match way {
                    0 => return Ok(0),
                    1 => break,
                    2 => continue,
                    _ => {}
                }
            })?;
            return Ok(3);
        }
        Ok(way)
    }
    for way in 0..4 {
        assert_eq!(leave(way).await?, way);
        assert_eq!(DONE.take(), 1, "way {way}");
    }
    Ok(())
}

#[asyncio::test]
async fn a_group_has_the_value_of_its_block() -> Result<()> {
    async fn endless() -> Result<()> {
        task_group!(|group| {
            group.cancel();
            loop {
                sleep(0).await?;
            }
        })
    }
    let (one, two) = task_group!(|group| {
        (group.create_task(sleep_with(0, 1))?, group.create_task(sleep_with(0, "two"))?)
    })?;
    assert_eq!((one.result()?, two.result()?), (1, "two"));
    endless().await?;
    task_group!(|group| {
        group.cancel();
        sleep(0).await?;
    })?;
    let lost: Result<u32> = task_group!(|group| {
        group.cancel();
        sleep(0).await?;
        1
    });
    assert!(lost.unwrap_err().is::<RuntimeError>());
    Ok(())
}

#[asyncio::test]
async fn a_group_fails_with_all() -> Result<()> {
    async fn fails() -> Result<()> {
        raise!(ValueError("a task"))
    }
    let mut seen = String::new();
    try_except!(
        {
            task_group!(|g| {
                g.create_task(fails())?;
                sleep(3600).await?;
            })?;
        },
        *|e: ValueError| seen = format!("{e:?}"),
    )?;
    assert_eq!(seen, "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('a task')])");
    assert_eq!(current_task().unwrap().cancelling(), 0);
    Ok(())
}

#[asyncio::test]
async fn a_stream_is_gone_through() -> Result<()> {
    async fn sum(skip: u32, stop: u32, queue: &Queue<u32>) -> Result<(u32, bool)> {
        let (mut sum, mut ended) = (0, false);
        async_for!(
            queue.stream(),
            |number| {
                try_except!(
                    {
                        match number {
                            _ if number == skip => continue,
                            _ if number == stop => break,
                            99 => return Ok((99, false)),
                            _ => sum += number,
                        }
                    },
                    finally = { sleep(0).await? },
                )?;
            },
            else_ = { ended = true },
        )?;
        Ok((sum, ended))
    }
    let filled = |extra: &[u32]| -> Result<Queue<u32>> {
        let queue = Queue::new(0);
        for number in (1..5).chain(extra.iter().copied()) {
            queue.put_nowait(number)?;
        }
        queue.shutdown(false);
        Ok(queue)
    };
    assert_eq!(sum(0, 0, &filled(&[])?).await?, (10, true));
    assert_eq!(sum(2, 4, &filled(&[])?).await?, (4, false));
    assert_eq!(sum(0, 0, &filled(&[99])?).await?, (99, false));
    Ok(())
}

#[asyncio::test]
async fn a_stream_may_fail() -> Result<()> {
    let items = futures::stream::iter([Ok(1), Err(ValueError("no more"))]);
    let mut seen = Vec::new();
    let error = async_for!(items, |number| seen.push(number)).unwrap_err();
    assert_eq!((seen, error.to_string()), (vec![1], "no more".to_owned()));
    Ok(())
}

#[asyncio::test]
async fn jumps_of_else_go_further_out() -> Result<()> {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let items = futures::stream::iter([asyncio::Ok(1)]);
        async_for!(
            items,
            |_number| {},
            else_ = {
                if rounds < 3 {
                    continue;
                }
                break;
            }
        )?;
    }
    assert_eq!(rounds, 3);
    Ok(())
}

#[asyncio::test]
async fn a_lock_can_be_entered_again() -> Result<()> {
    let lock = Lock::new();
    for _ in 0..2 {
        async_with!(lock, { assert!(lock.locked()) })?;
        async_with!(&lock, { assert!(lock.locked()) })?;
    }
    assert!(!lock.locked());
    Ok(())
}

#[asyncio::test]
async fn pointers_to_managers_are_managers() -> Result<()> {
    let (mut lock, boxed, shared) = (Lock::new(), Box::new(Lock::new()), Rc::new(Lock::new()));
    let lent = &mut lock;
    async_with!(lent, { async_with!(boxed, { async_with!(shared, { sleep(0).await? })? })? })?;
    assert!(!lent.locked() && !boxed.locked() && !shared.locked());
    Ok(())
}

#[asyncio::test]
async fn a_cancellation_passes_all_blocks() -> Result<()> {
    thread_local! {
        static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }
    async fn work() -> Result<()> {
        let lock = Lock::new();
        let outcome: Result<()> = try_except!(
            {
                async_with!(lock, {
                    timeout!(60, {
                        try_except!(
                            { std::future::pending::<()>().await },
                            |_: Exception| LOG.with_borrow_mut(|log| log.push("Exception")),
                            |_: BaseException| {
                                LOG.with_borrow_mut(|log| log.push("BaseException"));
                                raise!();
                            },
                            finally = {
                                sleep(0).await?;
                                LOG.with_borrow_mut(|log| log.push("finally"));
                            },
                        )?;
                    })?;
                })?;
            },
            finally = {
                assert!(!lock.locked());
                LOG.with_borrow_mut(|log| log.push("outer finally"));
            },
        );
        outcome
    }
    let task = create_task(work());
    sleep(0).await?;
    task.cancel();
    assert!(task.await.unwrap_err().is::<asyncio::CancelledError>());
    assert_eq!(LOG.take(), ["BaseException", "finally", "outer finally"]);
    Ok(())
}

#[asyncio::test]
async fn an_error_that_is_returned_is_not_raised() -> Result<()> {
    async fn returns(log: &RefCell<Vec<String>>) -> Result<u32> {
        let manager = Logged::new(log, "a");
        try_except!(
            { async_with!(manager, { return Err(ValueError("returned")) })? },
            |_: ValueError| 1,
        )
    }
    let log = RefCell::default();
    assert_eq!(returns(&log).await.unwrap_err().to_string(), "returned");
    assert_eq!(log.into_inner(), ["a enter", "a exit"]);
    Ok(())
}

#[asyncio::test]
async fn a_panic_of_the_block_itself_runs_destructors() -> Result<()> {
    async fn panics(lock: Lock) -> Result<()> {
        async_with!(lock, {
            assert!(!lock.locked(), "on purpose");
        })
    }
    let lock = Lock::new();
    let error = create_task(panics(lock.clone())).await.unwrap_err();
    assert!(error.is::<asyncio::PanicError>() && !lock.locked());
    Ok(())
}
