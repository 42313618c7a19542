//! What one call does to others that are on their way, in particular.

use std::cell::{Cell, RefCell};
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use asyncio::{CancelledError, EventLoop, ExceptionContext, Future, Result, ValueError};

use crate::world::{Alarm, Value, arm};

/// The lines that callbacks note, in their order.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<&'static str>>>);

impl Notes {
    fn add(&self, line: &'static str) {
        self.0.borrow_mut().push(line);
    }

    fn adding(&self, line: &'static str) -> impl FnOnce() + 'static {
        let notes = self.clone();
        move || notes.add(line)
    }

    #[track_caller]
    fn expect<const N: usize>(&self, lines: [&str; N]) {
        assert_eq!(self.0.take(), lines);
    }
}

/// A loop whose exception handler notes that it was called.
fn watched() -> (EventLoop, Notes) {
    let (loop_, notes) = (EventLoop::with_virtual_clock(), Notes::default());
    let noting = notes.clone();
    loop_.set_exception_handler(move |_, _| noting.add("reported"));
    (loop_, notes)
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.run_until_complete(asyncio::sleep(1))
}

/// A callback cancels one before it, itself, and one behind it in the same iteration.
#[test]
fn a_callback_cancels_its_neighbours() -> Result<()> {
    let (loop_, notes) = watched();
    let handles = Rc::new(RefCell::new(Vec::new()));
    let first = loop_.call_soon(notes.adding("first"));
    let canceller = loop_.call_soon({
        let (handles, notes) = (Rc::clone(&handles), notes.clone());
        move || {
            notes.add("canceller");
            handles.take().iter().for_each(asyncio::Handle::cancel);
        }
    });
    let behind = loop_.call_soon(notes.adding("behind"));
    loop_.call_soon(notes.adding("last"));
    handles.replace(vec![first.clone(), canceller.clone(), behind.clone()]);
    run_briefly(&loop_)?;
    notes.expect(["first", "canceller", "last"]);
    assert!(first.cancelled() && canceller.cancelled() && behind.cancelled());
    loop_.close()
}

/// Both are due and in the ready queue: the second is cancelled there.
#[test]
fn a_timer_cancels_another_that_is_due() -> Result<()> {
    let (loop_, notes) = watched();
    let second = Rc::new(RefCell::new(None));
    loop_.call_at(1.0, {
        let (second, notes) = (Rc::clone(&second), notes.clone());
        move || {
            notes.add("first");
            let second: Option<asyncio::TimerHandle> = second.take();
            second.unwrap().cancel();
        }
    });
    second.replace(Some(loop_.call_at(1.0, notes.adding("second"))));
    loop_.call_at(1.0, notes.adding("third"));
    loop_.run_until_complete(asyncio::sleep(2))?;
    notes.expect(["first", "third"]);
    loop_.close()
}

/// They are scheduled already, as in Python: nothing is left to remove.
#[test]
fn a_done_callback_cannot_remove_those_behind_it() -> Result<()> {
    let (loop_, notes) = watched();
    let future: Future<()> = loop_.create_future();
    let behind = Rc::new(Cell::new(None));
    let (known, noting) = (Rc::clone(&behind), notes.clone());
    future.add_done_callback(move |future| {
        noting.add("first");
        assert_eq!(future.remove_done_callback(known.get().unwrap()), 0);
        let noting = noting.clone();
        future.add_done_callback(move |_| noting.add("added"));
    });
    let noting = notes.clone();
    behind.set(Some(future.add_done_callback(move |_| noting.add("behind"))));
    future.set_result(())?;
    loop_.call_soon(notes.adding("scheduled before the added one"));
    run_briefly(&loop_)?;
    notes.expect(["first", "behind", "scheduled before the added one", "added"]);
    loop_.close()
}

/// A waker runs inside `set_result`: what it schedules stands between the callbacks that were
/// registered before and after it.
#[test]
fn what_a_waker_schedules_stands_at_its_place() -> Result<()> {
    let (loop_, notes) = watched();
    let future: Future<Value> = loop_.create_future();
    let noting = notes.clone();
    future.add_done_callback(move |_| noting.add("before"));
    let waker = Waker::from(Arc::new(Alarm));
    let mut handle = future.clone();
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    let noting = notes.clone();
    future.add_done_callback(move |_| noting.add("after"));
    arm(Box::new({
        let (loop_, notes, future) = (loop_.clone(), notes.clone(), future.clone());
        move || {
            assert!(future.done());
            assert!(future.set_result(Value::Plain).is_err() && !future.cancel());
            loop_.call_soon(notes.adding("by the waker"));
            let noting = notes.clone();
            future.add_done_callback(move |_| noting.add("added by the waker"));
        }
    }));
    assert!(future.set_result(Value::Plain).is_ok());
    run_briefly(&loop_)?;
    notes.expect(["before", "by the waker", "added by the waker", "after"]);
    loop_.close()
}

/// The gather reads its children when the last is done; whoever ends it meanwhile is first.
#[test]
fn a_gather_that_is_ended_while_it_reads_its_results_stays_so() -> Result<()> {
    for cancelled in [false, true] {
        let (loop_, notes) = watched();
        let child: Future<Value> = loop_.create_future();
        let outer = asyncio::gather((&child,));
        let noting = notes.clone();
        outer.add_done_callback(move |_| noting.add("done"));
        assert!(child.set_result(Value::OnClone).is_ok());
        let ending = outer.clone();
        arm(Box::new(move || {
            if cancelled {
                // Its child is done and refuses, and so does the gather.
                assert!(!ending.cancel());
            } else {
                ending.set_exception(ValueError("first")).unwrap();
            }
        }));
        let outcome = loop_.run_until_complete(outer).map(drop);
        assert_eq!(outcome.is_ok(), cancelled);
        run_briefly(&loop_)?;
        notes.expect(["done"]);
        loop_.close()?;
    }
    Ok(())
}

#[test]
fn a_shield_that_is_cancelled_while_it_reads_its_result_stays_so() -> Result<()> {
    let (loop_, notes) = watched();
    let inner: Future<Value> = loop_.create_future();
    let outer = asyncio::shield(&inner);
    let noting = notes.clone();
    outer.add_done_callback(move |_| noting.add("done"));
    assert!(inner.set_result(Value::OnClone).is_ok());
    let ending = outer.clone();
    arm(Box::new(move || assert!(ending.cancel())));
    let outcome = loop_.run_until_complete(outer).map(drop);
    assert!(outcome.unwrap_err().is::<CancelledError>());
    run_briefly(&loop_)?;
    notes.expect(["done"]);
    assert!(inner.result().is_ok());
    loop_.close()
}

/// Reading a result from within its own clone finds it lent out, and takes nothing away.
#[test]
fn a_result_is_there_again_after_its_clone() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<Value> = loop_.create_future();
    assert!(future.set_result(Value::OnClone).is_ok());
    let inner = future.clone();
    arm(Box::new(move || {
        let _ = (inner.result().is_ok(), inner.exception().is_ok(), inner.done());
        assert!(!inner.cancel());
    }));
    assert!(future.result().is_ok());
    assert!(future.result().is_ok());
    assert!(future.take_result().is_ok());
    loop_.close()
}

#[test]
fn an_exception_handler_may_call_itself() -> Result<()> {
    let (loop_, notes) = watched();
    let noting = notes.clone();
    loop_.set_exception_handler(move |loop_, context| {
        if context.message == "outer" {
            noting.add("before");
            loop_.call_exception_handler(ExceptionContext::new("inner")).unwrap();
            noting.add("after");
            loop_.clear_exception_handler();
        } else {
            noting.add("inner");
        }
    });
    loop_.call_exception_handler(ExceptionContext::new("outer"))?;
    notes.expect(["before", "inner", "after"]);
    assert!(loop_.get_exception_handler().is_none());
    loop_.close()
}

/// A coroutine that is dropped by its cancellation cancels a task that waits in the same way.
#[test]
fn cancellations_may_nest() -> Result<()> {
    struct Canceller(Option<asyncio::AnyTask>, Notes);
    impl Drop for Canceller {
        fn drop(&mut self) {
            self.1.add("dropped");
            if let Some(task) = self.0.take() {
                assert!(task.cancel());
            }
        }
    }
    let (loop_, notes) = watched();
    let mut before = None;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let guard = Canceller(before.take(), notes.clone());
        let task = loop_.create_task(async move {
            let _guard = guard;
            std::future::pending::<()>().await;
            asyncio::Ok(())
        });
        before = Some(task.any());
        tasks.push(task);
    }
    run_briefly(&loop_)?;
    before.unwrap().cancel();
    run_briefly(&loop_)?;
    notes.expect(["dropped", "dropped", "dropped"]);
    assert!(tasks.iter().all(|task| task.cancelled()));
    loop_.close()
}
