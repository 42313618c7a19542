//! Things dropped in every order, and everywhere: nothing leaks, nothing crashes.
//!
//! What is dropped is a loop, a task, the future that it awaits, a gather of the two, a timer with a
//! waker of the task; where, a callback, a task, a destructor, the end of the thread…
#![forbid(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::Poll;
use std::thread;

use asyncio::{EventLoop, Future, Task};

/// Counts the guards that are alive, on whichever thread.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicI32>);

impl Alive {
    fn guard(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }

    fn count(&self) -> i32 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Guard(Alive);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How many things there are, and so how many orders.
const THINGS: usize = 5;
const ORDERS: usize = 120;

/// Things that drop one another's last references.
type Things = Vec<Box<dyn Any>>;

/// What has happened before the things are dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// No task has begun.
    New,
    /// The task waits, and its waker was cloned.
    Waiting,
    /// The task was cancelled, and has not heard of it.
    Cancelled,
    /// The future is done, and nobody has heard of it.
    Set,
    /// All is over.
    Done,
}

const STAGES: [Stage; 5] = [Stage::New, Stage::Waiting, Stage::Cancelled, Stage::Set, Stage::Done];

/// A loop that says nothing of pending tasks and lost failures.
fn new_loop() -> EventLoop {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_exception_handler(|_, _| ());
    loop_
}

fn run_briefly(loop_: &EventLoop) {
    let stopper = loop_.clone();
    loop_.call_soon(move || stopper.stop());
    loop_.run_forever().unwrap();
}

/// Makes everything, each with guards of its own.
fn make(loop_: &EventLoop, alive: &Alive, stage: Stage) -> Things {
    let future: Future<Rc<Guard>> = loop_.create_future();
    let called = alive.guard();
    future.add_done_callback(move |_| drop(called));

    let waker = Rc::new(Cell::new(None));
    let (cloned, awaited, held) = (Rc::clone(&waker), future.clone(), alive.guard());
    let task = loop_.create_task(async move {
        let _held = held;
        poll_fn(|cx| {
            cloned.set(Some(cx.waker().clone()));
            Poll::Ready(())
        })
        .await;
        (&awaited).await
    });
    let called = alive.guard();
    task.add_done_callback(move |_| drop(called));

    let held = alive.guard();
    let child = async move {
        let _held = held;
        asyncio::sleep(3600).await
    };
    let outer = asyncio::gather((&task, &future, child));
    let called = alive.guard();
    let timer = loop_.call_later(3600, move || drop(called));
    let guard = Rc::new(alive.guard());

    if stage != Stage::New {
        run_briefly(loop_);
    }
    match stage {
        Stage::New | Stage::Waiting => {}
        Stage::Cancelled => assert!(outer.cancel()),
        Stage::Set => future.set_result(guard).unwrap(),
        Stage::Done => {
            future.set_result(guard).unwrap();
            loop_.run_until_complete(asyncio::sleep(7200)).unwrap();
            assert!(outer.done());
        }
    }
    let waker = waker.take();
    vec![
        Box::new(loop_.clone()),
        Box::new(task),
        Box::new(future),
        Box::new(outer),
        Box::new((timer, waker)),
    ]
}

/// Puts things into one of all orders, by the digits of `order` in the factorial system.
fn arrange(mut things: Things, mut order: usize) -> Things {
    let mut arranged = Vec::with_capacity(things.len());
    while !things.is_empty() {
        arranged.push(things.remove(order % things.len()));
        order /= things.len() + 1;
    }
    arranged
}

/// Drops things one by one, the first one first.
fn drop_all(things: Things) {
    things.into_iter().for_each(drop);
}

/// The one thing of a type.
fn find<T: Clone + 'static>(things: &Things) -> T {
    things.iter().find_map(|thing| thing.downcast_ref::<T>()).expect("it is there").clone()
}

type TheFuture = Future<Rc<Guard>>;
type TheTask = Task<Rc<Guard>>;
type TheGather = Future<(Rc<Guard>, Rc<Guard>, ())>;

/// Calls a function when it is dropped.
struct Finally<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Finally<F> {
    fn new(function: F) -> Self {
        Self(Some(function))
    }
}

impl<F: FnOnce()> Drop for Finally<F> {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|function| function());
    }
}

/// Makes everything at every stage and in every order, and has `play` drop it somewhere.
fn in_every_order(play: impl Fn(EventLoop, Things)) {
    for stage in STAGES {
        for order in 0..ORDERS {
            let alive = Alive::default();
            let loop_ = new_loop();
            let things = arrange(make(&loop_, &alive, stage), order);
            play(loop_, things);
            assert_eq!(alive.count(), 0, "{stage:?}, order {order}");
        }
    }
}

#[test]
fn the_orders_are_all_there() {
    let numbers = || (0..THINGS).map(|number| Box::new(number) as Box<dyn Any>).collect();
    let mut orders: Vec<Vec<usize>> = (0..ORDERS)
        .map(|order| arrange(numbers(), order))
        .map(|things| things.iter().map(|thing| *thing.downcast_ref().unwrap()).collect())
        .collect();
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(orders.len(), ORDERS);
}

#[test]
fn outside_of_the_loop() {
    in_every_order(|loop_, things| {
        drop(loop_);
        drop_all(things);
    });
}

#[test]
fn after_the_loop_was_closed() {
    in_every_order(|loop_, things| {
        loop_.close().unwrap();
        drop(loop_);
        drop_all(things);
    });
}

#[test]
fn in_a_callback() {
    in_every_order(|loop_, things| {
        loop_.call_soon(move || drop_all(things));
        run_briefly(&loop_);
    });
}

#[test]
fn in_a_timer() {
    in_every_order(|loop_, things| {
        loop_.call_later(1, move || drop_all(things));
        loop_.run_until_complete(asyncio::sleep(2)).unwrap();
    });
}

/// A callback that has its loop keeps it alive: somebody has to close it.
#[test]
fn in_callbacks_that_never_run() {
    in_every_order(|loop_, things| {
        loop_.call_soon(move || drop_all(things));
        loop_.close().unwrap();
    });
    in_every_order(|loop_, things| {
        loop_.call_later(1, move || drop_all(things));
        loop_.close().unwrap();
    });
    in_every_order(|loop_, things| {
        let handle = loop_.call_soon(move || drop_all(things));
        handle.cancel();
    });
}

#[test]
fn in_their_own_callbacks() {
    in_every_order(|loop_, things| {
        let future: TheFuture = find(&things);
        future.add_done_callback(move |_| drop_all(things));
        future.cancel();
        drop(future);
        run_briefly(&loop_);
    });
    in_every_order(|loop_, things| {
        let task: TheTask = find(&things);
        task.add_done_callback(move |_| drop_all(things));
        task.cancel();
        drop(task);
        (0..3).for_each(|_| run_briefly(&loop_));
    });
    in_every_order(|loop_, things| {
        let outer: TheGather = find(&things);
        outer.add_done_callback(move |_| drop_all(things));
        outer.cancel();
        drop(outer);
        (0..4).for_each(|_| run_briefly(&loop_));
    });
}

#[test]
fn in_a_task_that_drops_its_own_handle() {
    in_every_order(|loop_, mut things| {
        let own = Rc::new(Cell::new(None));
        let handle = Rc::clone(&own);
        let task = loop_.create_task(async move {
            things.push(Box::new(handle.take()));
            drop_all(things);
            asyncio::sleep(0).await
        });
        own.set(Some(task));
        (0..3).for_each(|_| run_briefly(&loop_));
    });
}

#[test]
fn in_the_destructor_of_a_coroutine() {
    // The task is cancelled before it begins, while it waits, and dropped with its loop.
    for (steps, close) in [(0, false), (1, false), (1, true)] {
        in_every_order(|loop_, things| {
            let finally = Finally::new(move || drop_all(things));
            let task = loop_.create_task(async move {
                let _finally = finally;
                asyncio::sleep(3600).await
            });
            (0..steps).for_each(|_| run_briefly(&loop_));
            if close {
                return loop_.close().unwrap();
            }
            task.cancel();
            (0..2).for_each(|_| run_briefly(&loop_));
        });
    }
}

#[test]
fn in_the_destructor_of_a_result() {
    in_every_order(|loop_, things| {
        let finally = Finally::new(move || drop_all(things));
        let future = loop_.create_future();
        future.set_result(Rc::new(finally)).unwrap();
        drop(future);
        run_briefly(&loop_);
    });
}

thread_local! {
    /// What a thread leaves to its end.
    static LEFT: RefCell<Things> = const { RefCell::new(Vec::new()) };
}

/// A thread's variables go in the order in which the platform likes, asyncio's among them: those
/// that leave `LEFT` untouched until the end have it go first, the others last.
#[test]
fn at_the_end_of_a_thread() {
    for touched_first in [false, true] {
        for stage in STAGES {
            for order in 0..ORDERS {
                let alive = Alive::default();
                let counted = alive.clone();
                let thread = thread::spawn(move || {
                    if touched_first {
                        LEFT.with(|_| ());
                    }
                    let loop_ = new_loop();
                    asyncio::set_event_loop(Some(&loop_));
                    let things = arrange(make(&loop_, &counted, stage), order);
                    LEFT.set(things);
                });
                thread.join().unwrap();
                assert_eq!(alive.count(), 0, "{stage:?}, order {order}");
            }
        }
    }
}
