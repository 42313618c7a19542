//! A wake-up is a `call_soon`: what other crates wake runs at its place among the callbacks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use asyncio::__private::iteration;
use asyncio::{CancelledError, EventLoop, Result};
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use tokio::sync;

/// What happened, each with the loop's iteration counted from the first.
#[derive(Clone)]
struct Trace {
    loop_: EventLoop,
    start: u64,
    lines: Rc<RefCell<Vec<(u64, String)>>>,
}

impl Trace {
    fn start(loop_: &EventLoop) -> Self {
        Self { loop_: loop_.clone(), start: iteration(loop_), lines: Rc::default() }
    }

    fn note(&self, line: impl Into<String>) {
        self.lines.borrow_mut().push((iteration(&self.loop_) - self.start, line.into()));
    }

    fn noting(&self, line: &'static str) -> impl FnOnce() + 'static {
        let this = self.clone();
        move || this.note(line)
    }

    #[track_caller]
    fn expect<const N: usize>(&self, lines: [(u64, &str); N]) {
        let seen = self.lines.take();
        let seen: Vec<_> = seen.iter().map(|(at, line)| (*at, line.as_str())).collect();
        assert_eq!(seen, lines);
    }
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.run_until_complete(asyncio::sleep(1))
}

#[test]
fn a_task_that_is_woken_twice_runs_once_at_the_first_place() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (sender, mut receiver) = sync::mpsc::unbounded_channel();
    let trace = Trace::start(&loop_);
    let noting = trace.clone();
    let task = loop_.create_task(async move {
        while let Some(number) = receiver.recv().await {
            noting.note(format!("received {number}"));
        }
        asyncio::Ok(())
    });
    loop_.call_soon({
        let (trace, loop_) = (trace.clone(), loop_.clone());
        move || {
            loop_.call_soon(trace.noting("before"));
            sender.send(1).unwrap();
            loop_.call_soon(trace.noting("between"));
            sender.send(2).unwrap();
            loop_.call_soon(trace.noting("after"));
        }
    });
    loop_.run_until_complete(task)?;
    let received = [(2, "received 1"), (2, "received 2")];
    trace.expect([(2, "before"), received[0], received[1], (2, "between"), (2, "after")]);
    loop_.close()
}

#[test]
fn a_woken_task_runs_between_what_was_scheduled_before_and_after() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let notify = Rc::new(sync::Notify::new());
    let trace = Trace::start(&loop_);
    let (waiting, noting) = (Rc::clone(&notify), trace.clone());
    let task = loop_.create_task(async move {
        waiting.notified().await;
        noting.note("task");
        asyncio::Ok(())
    });
    loop_.call_soon({
        let (trace, loop_) = (trace.clone(), loop_.clone());
        move || {
            loop_.call_soon(trace.noting("before"));
            notify.notify_one();
            loop_.call_soon(trace.noting("after"));
            trace.note("notified");
        }
    });
    loop_.run_until_complete(task)?;
    trace.expect([(1, "notified"), (2, "before"), (2, "task"), (2, "after")]);
    loop_.close()
}

#[test]
fn waiters_are_woken_in_the_order_of_their_waiting() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let notify = Rc::new(sync::Notify::new());
    let trace = Trace::start(&loop_);
    let tasks: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|name| {
            let (notify, trace) = (Rc::clone(&notify), trace.clone());
            loop_.create_task(async move {
                notify.notified().await;
                trace.note(name);
                asyncio::Ok(())
            })
        })
        .collect();
    loop_.call_soon(move || notify.notify_waiters());
    loop_.run_until_complete(asyncio::gather_all(tasks))?;
    trace.expect([(2, "a"), (2, "b"), (2, "c")]);
    loop_.close()
}

#[test]
fn a_lock_goes_past_a_waiter_that_was_cancelled() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let mutex = Rc::new(sync::Mutex::new(()));
    let held = mutex.try_lock().unwrap();
    let trace = Trace::start(&loop_);
    let lock = |name: &'static str| {
        let (mutex, trace) = (Rc::clone(&mutex), trace.clone());
        loop_.create_task(async move {
            let _guard = mutex.lock().await;
            trace.note(name);
            asyncio::sleep(1).await
        })
    };
    let (first, second, third) = (lock("first"), lock("second"), lock("third"));
    run_briefly(&loop_)?;
    second.cancel();
    run_briefly(&loop_)?;
    drop(held);
    // Woken and cancelled before it runs: it has the lock, and leaves it at the next await.
    assert!(loop_.run_until_complete(second).unwrap_err().is::<CancelledError>());
    loop_.run_until_complete(asyncio::gather((first, third)))?;
    let names: Vec<_> = trace.lines.take().into_iter().map(|line| line.1).collect();
    assert_eq!(names, ["first", "third"]);
    assert_eq!(loop_.time(), 4.0);
    assert!(mutex.try_lock().is_ok());
    loop_.close()
}

#[test]
fn a_waiter_that_was_cancelled_takes_no_permit() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let notify = Rc::new(sync::Notify::new());
    let wait = || {
        let notify = Rc::clone(&notify);
        loop_.create_task(async move {
            notify.notified().await;
            asyncio::Ok(())
        })
    };
    let (first, second) = (wait(), wait());
    run_briefly(&loop_)?;
    first.cancel();
    assert!(loop_.run_until_complete(&first).unwrap_err().is::<CancelledError>());
    notify.notify_one();
    loop_.run_until_complete(second)?;
    assert_eq!(loop_.time(), 1.0);
    loop_.close()
}

#[test]
fn a_semaphore_and_a_barrier_keep_count() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (semaphore, barrier) = (Rc::new(sync::Semaphore::new(2)), Rc::new(sync::Barrier::new(4)));
    let (inside, most, leaders) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)), Cell::new(0));
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (semaphore, barrier) = (Rc::clone(&semaphore), Rc::clone(&barrier));
            let (inside, most) = (Rc::clone(&inside), Rc::clone(&most));
            loop_.create_task(async move {
                let permit = semaphore.acquire().await?;
                inside.update(|inside| inside + 1);
                most.set(most.get().max(inside.get()));
                asyncio::sleep(1).await?;
                inside.update(|inside| inside - 1);
                drop(permit);
                asyncio::Ok(barrier.wait().await.is_leader())
            })
        })
        .collect();
    for is_leader in loop_.run_until_complete(asyncio::gather_all(tasks))? {
        leaders.update(|leaders| leaders + u32::from(is_leader));
    }
    assert_eq!((most.get(), leaders.get(), loop_.time()), (2, 1, 2.0));
    loop_.close()
}

#[test]
fn each_hop_over_a_channel_is_one_iteration() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (mut to_pong, mut at_pong) = mpsc::channel(1);
    let (mut to_ping, mut at_ping) = mpsc::channel(1);
    let trace = Trace::start(&loop_);
    let noting = trace.clone();
    let ping = loop_.create_task(async move {
        for number in 0..2 {
            to_pong.feed(number).await.unwrap();
            let back = at_ping.next().await;
            noting.note(format!("ping {back:?}"));
        }
        asyncio::Ok(())
    });
    let noting = trace.clone();
    let pong = loop_.create_task(async move {
        while let Some(number) = at_pong.next().await {
            noting.note(format!("pong {number}"));
            to_ping.feed(10 + number).await.unwrap();
        }
        asyncio::Ok(())
    });
    loop_.run_until_complete(asyncio::gather((ping, pong)))?;
    trace.expect([(1, "pong 0"), (2, "ping Some(10)"), (3, "pong 1"), (4, "ping Some(11)")]);
    loop_.close()
}

#[test]
fn what_a_thread_sends_runs_behind_what_is_ready() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (sender, receiver) = async_channel::bounded(1);
    let trace = Trace::start(&loop_);
    let noting = trace.clone();
    let task = loop_.create_task(async move {
        let number = receiver.recv().await.unwrap();
        noting.note(format!("received {number}"));
        asyncio::Ok(())
    });
    loop_.call_soon({
        let (trace, loop_) = (trace.clone(), loop_.clone());
        move || {
            thread::spawn(move || sender.send_blocking(1).unwrap()).join().unwrap();
            loop_.call_soon(trace.noting("scheduled later"));
        }
    });
    loop_.run_until_complete(task)?;
    trace.expect([(2, "scheduled later"), (2, "received 1")]);
    loop_.close()
}

#[test]
fn two_loops_talk_over_channels() -> Result<()> {
    let (sender, mut receiver) = sync::mpsc::channel(2);
    let (answers, mut answered) = sync::mpsc::unbounded_channel();
    let other = thread::spawn(move || {
        asyncio::run(async move {
            while let Some(number) = receiver.recv().await {
                asyncio::sleep(0).await?;
                answers.send(number * number).unwrap();
            }
            asyncio::Ok(())
        })
        .unwrap();
    });
    let squares = asyncio::run(async move {
        let sending = asyncio::create_task(async move {
            for number in 0..100_u32 {
                sender.send(number).await?;
            }
            asyncio::Ok(())
        });
        let mut squares = Vec::new();
        while let Some(square) = answered.recv().await {
            squares.push(square);
        }
        sending.await?;
        asyncio::Ok(squares)
    })?;
    other.join().unwrap();
    assert_eq!(squares, (0..100).map(|number| number * number).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn every_subscriber_hears_of_a_broadcast() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let sender = Arc::new(sync::broadcast::Sender::new(4));
    let listeners: Vec<_> = (0..3)
        .map(|_| {
            let mut receiver = sender.subscribe();
            loop_.create_task(async move { receiver.recv().await })
        })
        .collect();
    let sending = Arc::clone(&sender);
    loop_.call_later(1, move || {
        thread::spawn(move || sending.send(5).unwrap()).join().unwrap();
    });
    assert_eq!(loop_.run_until_complete(asyncio::gather_all(listeners))?, [5, 5, 5]);
    loop_.close()
}
