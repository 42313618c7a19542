//! Every source, waited for in every way, through every fate.

use std::cell::{Cell, RefCell};
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;

use asyncio::{CancelledError, EventLoop, Result, TaskGroup, TimeoutError, ValueError};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::alive::{Alive, Guard};
use crate::sources::{Make, SOURCES, Source, VALUE, Wait};

type Coroutine = Pin<Box<dyn StdFuture<Output = Result<u32>>>>;

/// A way to wait for a future of another crate.
struct Way {
    name: &'static str,
    wait: fn(Wait) -> Coroutine,
    /// How often the future is polled until it is dropped, if it is pending when the task is
    /// cancelled: the step that a cancellation schedules polls once, unless a combinator that
    /// polls only what was woken stands between.
    polls_if_cancelled: u32,
}

const fn way(name: &'static str, wait: fn(Wait) -> Coroutine) -> Way {
    Way { name, wait, polls_if_cancelled: 2 }
}

const WAYS: [Way; 14] = [
    way("bare", |wait| Box::pin(async { Ok(wait.await) })),
    way("wrap", |wait| Box::pin(asyncio::wrap(wait))),
    way("nested", |wait| {
        Box::pin(async {
            async fn inner(wait: Wait) -> Result<u32> {
                Ok(wait.await)
            }
            let value = inner(wait).await?;
            Ok(value)
        })
    }),
    way("task", |wait| Box::pin(async { asyncio::create_task(asyncio::wrap(wait)).await })),
    way("wait_for", |wait| {
        Box::pin(async { asyncio::wait_for(async { asyncio::Ok(wait.await) }, 100).await })
    }),
    way("wait_for without time limit", |wait| {
        Box::pin(async { asyncio::wait_for(asyncio::wrap(wait), None).await })
    }),
    way("timeout", |wait| {
        Box::pin(async { asyncio::timeout(100).run(async move |_| asyncio::Ok(wait.await)).await })
    }),
    way("body of a TaskGroup", |wait| {
        Box::pin(async {
            let value = Cell::new(0);
            TaskGroup::new()
                .run(async |_| {
                    value.set(wait.await);
                    asyncio::Ok(())
                })
                .await?;
            Ok(value.get())
        })
    }),
    way("child of a TaskGroup", |wait| {
        Box::pin(async {
            let child = RefCell::new(None);
            TaskGroup::new()
                .run(async |group| {
                    child.replace(Some(group.create_task(asyncio::wrap(wait))?));
                    asyncio::Ok(())
                })
                .await?;
            child.take().unwrap().take_result()
        })
    }),
    way("gather", |wait| Box::pin(async { Ok(asyncio::gather((asyncio::wrap(wait),)).await?.0) })),
    way("join!", |wait| Box::pin(async { futures::join!(asyncio::wrap(wait), async {}).0 })),
    way("join_all", |wait| {
        Box::pin(async { futures::future::join_all([asyncio::wrap(wait)]).await.remove(0) })
    }),
    way("eager", |wait| {
        Box::pin(async {
            let options = asyncio::TaskOptions::new().eager_start(true);
            asyncio::create_task_with(asyncio::wrap(wait), options).await
        })
    }),
    Way {
        name: "FuturesUnordered",
        wait: |wait| {
            Box::pin(async {
                let mut set = FuturesUnordered::from_iter([asyncio::wrap(wait)]);
                set.next().await.unwrap()
            })
        },
        polls_if_cancelled: 1,
    },
];

/// A wait that is watched: how often it was polled, when it was pending first, until when it
/// was alive.
struct Watched {
    wait: Wait,
    polls: Rc<Cell<u32>>,
    pending: Option<mpsc::Sender<()>>,
    _guard: Guard,
}

impl StdFuture for Watched {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        self.polls.update(|polls| polls + 1);
        let polled = self.wait.as_mut().poll(cx);
        if polled.is_pending()
            && let Some(pending) = self.pending.take()
        {
            pending.send(()).unwrap();
        }
        polled
    }
}

/// One cell of the matrix.
struct Case {
    label: String,
    source: Source,
    polls: Rc<Cell<u32>>,
    alive: Alive,
    polls_if_cancelled: u32,
    pending: mpsc::Receiver<()>,
    coroutine: Coroutine,
}

fn case(make: Make, way: &Way) -> Case {
    let (alive, polls) = (Alive::default(), Rc::new(Cell::new(0)));
    let (sender, pending) = mpsc::channel();
    let mut source = make();
    let watched = Watched {
        wait: std::mem::replace(&mut source.wait, Box::pin(async { 0 })),
        polls: Rc::clone(&polls),
        pending: Some(sender),
        _guard: alive.guard(),
    };
    Case {
        label: format!("{} in {}", source.name, way.name),
        source,
        polls,
        alive,
        polls_if_cancelled: way.polls_if_cancelled,
        pending,
        coroutine: (way.wait)(Box::pin(watched)),
    }
}

fn for_each_case(mut test: impl FnMut(Case) -> Result<()>) -> Result<()> {
    for make in SOURCES {
        for way in &WAYS {
            test(case(make, way))?;
        }
    }
    Ok(())
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.run_until_complete(asyncio::sleep(1))
}

#[test]
fn a_callback_makes_it_ready() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let task = loop_.create_task(case.coroutine);
        loop_.call_later(3, case.source.fire);
        assert_eq!(loop_.run_until_complete(task)?, VALUE, "{}", case.label);
        assert_eq!(loop_.time(), 3.0, "{}", case.label);
        assert_eq!(case.polls.get(), 2, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        assert_eq!(asyncio::all_tasks_of(&loop_), [], "{}", case.label);
        loop_.close()
    })
}

#[test]
fn another_thread_makes_it_ready() -> Result<()> {
    for_each_case(|case| {
        let loop_ = asyncio::new_event_loop();
        let (pending, fire) = (case.pending, case.source.fire);
        let thread = thread::spawn(move || {
            pending.recv().unwrap();
            fire();
        });
        assert_eq!(loop_.run_until_complete(case.coroutine)?, VALUE, "{}", case.label);
        thread.join().unwrap();
        assert_eq!(case.polls.get(), 2, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_cancelled_wait_ends_and_loses_nothing() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let task = loop_.create_task(case.coroutine);
        run_briefly(&loop_)?;
        assert!(task.cancel_with("enough"), "{}", case.label);
        let error = loop_.run_until_complete(&task).unwrap_err();
        assert_eq!(format!("{error:?}"), "CancelledError('enough')", "{}", case.label);
        assert!(task.cancelled(), "{}", case.label);
        assert_eq!(task.cancelling(), 1, "{}", case.label);
        assert_eq!(loop_.time(), 1.0, "{}", case.label);
        assert_eq!(case.polls.get(), case.polls_if_cancelled, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        assert_eq!(asyncio::all_tasks_of(&loop_), [], "{}", case.label);
        (case.source.fire)();
        assert_eq!((case.source.kept)(), Some(VALUE), "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_wait_that_was_cancelled_before_it_began_is_never_polled() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let task = loop_.create_task(case.coroutine);
        assert!(task.cancel(), "{}", case.label);
        assert!(loop_.run_until_complete(&task).unwrap_err().is::<CancelledError>());
        assert_eq!(case.polls.get(), 0, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_wait_that_takes_too_long_times_out_and_loses_nothing() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let outcome = loop_.run_until_complete(asyncio::wait_for(case.coroutine, 5));
        assert!(outcome.unwrap_err().is::<TimeoutError>(), "{}", case.label);
        assert_eq!(loop_.time(), 5.0, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        (case.source.fire)();
        assert_eq!((case.source.kept)(), Some(VALUE), "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_failing_sibling_ends_the_wait() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let coroutine = case.coroutine;
        let outcome = loop_.run_until_complete(async move {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(coroutine)?;
                    group.create_task(async {
                        asyncio::sleep(2).await?;
                        Err::<(), _>(ValueError("Oops!"))
                    })?;
                    asyncio::Ok(())
                })
                .await
        });
        let expected = "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('Oops!')])";
        assert_eq!(format!("{:?}", outcome.unwrap_err()), expected, "{}", case.label);
        assert_eq!(loop_.time(), 2.0, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        (case.source.fire)();
        assert_eq!((case.source.kept)(), Some(VALUE), "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_shielded_wait_goes_on() -> Result<()> {
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let inner = loop_.create_task(case.coroutine);
        let shielded = inner.clone();
        let outer = loop_.create_task(async move { asyncio::shield(&shielded).await });
        run_briefly(&loop_)?;
        outer.cancel();
        assert!(loop_.run_until_complete(outer).unwrap_err().is::<CancelledError>());
        assert_eq!(case.alive.count(), 1, "{}", case.label);
        (case.source.fire)();
        assert_eq!(loop_.run_until_complete(inner)?, VALUE, "{}", case.label);
        assert_eq!(case.polls.get(), 2, "{}", case.label);
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        loop_.close()
    })
}

#[test]
fn a_loop_closes_over_a_wait_that_others_end_later() -> Result<()> {
    asyncio::__private::set_log_sink(Some(Rc::new(|_| ())));
    for_each_case(|case| {
        let loop_ = EventLoop::with_virtual_clock();
        let task = loop_.create_task(case.coroutine);
        run_briefly(&loop_)?;
        loop_.close()?;
        assert_eq!(case.alive.count(), 0, "{}", case.label);
        assert!(!task.done(), "{}", case.label);
        thread::spawn(case.source.fire).join().unwrap();
        assert_eq!((case.source.kept)(), Some(VALUE), "{}", case.label);
        Ok(())
    })
}

/// Ready and cancelled in one iteration: the step gets past the wait, which has the value by
/// then, and the request is raised at the next await.
#[test]
fn what_was_ready_before_the_cancellation_arrived_is_not_lost() -> Result<()> {
    for fired_first in [true, false] {
        for make in SOURCES {
            let Source { name, wait, fire, kept: _receiver } = make();
            let loop_ = EventLoop::with_virtual_clock();
            let received = Rc::new(Cell::new(None));
            let note = Rc::clone(&received);
            let task = loop_.create_task(async move {
                note.set(Some(asyncio::wrap(wait).await?));
                asyncio::sleep(0).await
            });
            run_briefly(&loop_)?;
            if fired_first {
                fire();
                task.cancel();
            } else {
                task.cancel();
                fire();
            }
            assert!(loop_.run_until_complete(task).unwrap_err().is::<CancelledError>());
            assert_eq!(received.get(), Some(VALUE), "{name}");
            loop_.close()?;
        }
    }
    Ok(())
}
