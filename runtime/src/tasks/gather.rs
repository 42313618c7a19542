//! `gather`: several awaitables as one future.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::future::IntoFuture;
use std::rc::Rc;

use super::{Child, caught, ensure_child};
use crate::base_events::EventLoop;
use crate::coroutines::Awaitable;
use crate::events;
use crate::exceptions::{CancelledError, Result, panic_with};
use crate::futures::{
    self, AnyFuture, CancelMessage, Core, Future, Rare, RawFuture, Twin, Typed, value_repr,
};

/// The future that `gather` returns: it cancels its children and waits for them.
struct GatheringFuture<T> {
    core: Core,
    value: Cell<Option<T>>,
    children: Vec<AnyFuture>,
    unfinished: Cell<usize>,
    return_exceptions: bool,
    cancel_requested: Cell<bool>,
    /// Reads the results, in the order of the arguments.
    collect: Cell<Option<Collect<T>>>,
}

type Collect<T> = Box<dyn FnOnce() -> Result<T>>;

impl<T: 'static> GatheringFuture<T> {
    fn erase(self: &Rc<Self>) -> Rc<dyn RawFuture> {
        self.clone()
    }

    /// A child is done: Python's `_done_callback`.
    fn child_done(self: &Rc<Self>, child: &AnyFuture) {
        self.unfinished.update(|unfinished| unfinished - 1);
        if self.core.done() {
            if !child.cancelled() {
                // Marked as seen: only the first failure is anybody's business.
                let _ = child.exception();
            }
            return;
        }
        if !self.return_exceptions
            && let Some(error) = child.0.core().read_error()
        {
            return self.end(Err(error));
        }
        if self.unfinished.get() > 0 {
            return;
        }
        // Whoever shares a result has it cloned, which may panic.
        let outcome = self.collect.take().map(caught);
        if self.cancel_requested.get() {
            let last = self.children.last();
            return self.end(Err(
                last.map_or_else(CancelledError, |last| last.0.core().make_cancelled_error())
            ));
        }
        if let Some(outcome) = outcome {
            self.end(outcome);
        }
    }

    fn end(self: &Rc<Self>, outcome: Result<T>) {
        // The clone of a result may have ended it.
        if self.core.done() {
            return;
        }
        let error = match outcome {
            Ok(value) => {
                self.value.set(Some(value));
                None
            }
            Err(error) => Some(error),
        };
        futures::finish(&self.core, error, || self.erase());
    }
}

impl<T: 'static> RawFuture for GatheringFuture<T> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        if self.core.done() {
            return false;
        }
        let mut accepted = false;
        for child in &self.children {
            accepted |= child.raw().cancel(message.clone());
        }
        if accepted {
            // The future itself is done when its children are.
            self.cancel_requested.set(true);
        }
        accepted
    }

    fn downcast(self: Rc<Self>, slot: &mut dyn Any) {
        futures::fill(slot, self);
    }

    fn class_name(&self) -> &'static str {
        "_GatheringFuture"
    }

    fn break_ring(&self) {
        self.children.iter().for_each(|child| child.0.core().callbacks.clear());
    }

    fn result_repr(&self) -> String {
        value_repr(&self.value)
    }
}

impl<T: 'static> Typed<T> for GatheringFuture<T> {
    fn value(&self) -> &Cell<Option<T>> {
        &self.value
    }
}

impl<T> Drop for GatheringFuture<T> {
    fn drop(&mut self) {
        if self.core.is_unretrieved() {
            futures::report_never_retrieved(&mut self.core, "_GatheringFuture", Twin::default());
        }
    }
}

/// What tells `outer` that a child is done; named as reprs show it.
fn _done_callback<T: 'static>(outer: Rc<GatheringFuture<T>>) -> impl FnOnce(&AnyFuture) {
    move |child| outer.child_done(child)
}

/// What is told that a child is done, whatever its results are.
trait Gathers {
    fn told(self: Rc<Self>, child: &AnyFuture);
}

impl<T: 'static> Gathers for GatheringFuture<T> {
    fn told(self: Rc<Self>, child: &AnyFuture) {
        self.child_done(child);
    }
}

/// What children tell before there is a future to tell: where a task factory makes the next
/// child, that may run at once, and end those before it.
#[derive(Default)]
struct Early {
    watched: RefCell<HashSet<AnyFuture>>,
    outer: OnceCell<Rc<dyn Gathers>>,
}

impl Early {
    fn watch(self: &Rc<Self>, child: AnyFuture) {
        if !child.done() && self.watched.borrow_mut().insert(child.clone()) {
            child.add_done_callback(early::_done_callback(Rc::clone(self)));
        }
    }
}

mod early {
    use super::{AnyFuture, Early, Rc};

    /// The callback of those that are watched early, by the same name.
    pub(super) fn _done_callback(early: Rc<Early>) -> impl FnOnce(&AnyFuture) {
        move |child| match early.outer.get() {
            Some(outer) => Rc::clone(outer).told(child),
            // Making another child has panicked.
            None if child.cancelled() => {}
            None => drop(child.exception()),
        }
    }
}

/// A child with its type forgotten; `is_new` as in [`Child`].
struct AnyChild {
    future: AnyFuture,
    is_new: bool,
}

impl<T: 'static> Child<T> {
    fn any(&self) -> AnyChild {
        AnyChild { future: self.future.any(), is_new: self.is_new() }
    }

    /// What stands in the list of a `gather` that returns exceptions.
    fn outcome(&self) -> Result<T> {
        if !self.future.cancelled() {
            return self.result();
        }
        let message = self.future.core().cancel_message();
        Err(CancelledError::with(message.as_deref().unwrap_or_default()))
    }
}

/// Gathers `children`, one for each position, into one future of what `collect` reads.
#[track_caller]
fn gather_children<T: 'static>(
    children: Vec<AnyChild>,
    early: Option<Rc<Early>>,
    return_exceptions: bool,
    collect: Collect<T>,
) -> Future<T> {
    let Some(first) = children.first() else {
        let future = events::get_event_loop().create_future();
        // A new future takes its result, and `collect` has nothing to read that could fail.
        let _ = collect().and_then(|nothing| future.set_result(nothing));
        return future;
    };
    let loop_ = first.future.get_loop();
    let mut seen = HashSet::new();
    let unique: Vec<AnyFuture> = children
        .iter()
        .filter(|child| child.is_new || seen.insert(child.future.clone()))
        .map(|child| child.future.clone())
        .collect();
    for child in children.iter().filter(|child| child.is_new) {
        child.future.log_destroy_pending(false);
    }
    let outer = Rc::new(GatheringFuture {
        core: Core::new(Rc::downgrade(&loop_.0), Rare::new(loop_.created())),
        value: Cell::new(None),
        children: children.into_iter().map(|child| child.future).collect(),
        unfinished: Cell::new(unique.len()),
        return_exceptions,
        cancel_requested: Cell::new(false),
        collect: Cell::new(Some(collect)),
    });
    let watched = early.as_ref().map(|early| early.watched.take()).unwrap_or_default();
    let (done, pending): (Vec<_>, Vec<_>) =
        unique.into_iter().partition(|child| child.done() && !watched.contains(child));
    if pending.iter().any(|child| child.as_task().is_none()) {
        // A pending task leaves its ring when the loop ends; a plain future has nobody.
        let ring: Rc<dyn RawFuture> = outer.clone();
        loop_.add_ring(Rc::downgrade(&ring));
    }
    for child in pending.iter().filter(|child| !watched.contains(child)) {
        child.add_done_callback(_done_callback(Rc::clone(&outer)));
    }
    if let Some(early) = early {
        let outer: Rc<dyn Gathers> = outer.clone();
        // It is told once, here.
        let _ = early.outer.set(outer);
    }
    for child in done {
        outer.child_done(&child);
    }
    Future::of(outer)
}

/// Gathers futures whose results nobody reads; their failures are returned, not raised.
pub(crate) fn gather_any(futures: Vec<AnyFuture>) -> Future<()> {
    let child = |future| AnyChild { future, is_new: false };
    let children = futures.iter().cloned().map(child).collect();
    let collect = move || {
        // Failures have been seen, also if nobody comes to ask.
        let ended = futures.iter().filter(|future| !future.cancelled());
        ended.for_each(|future| drop(future.exception()));
        Ok(())
    };
    gather_children(children, None, true, Box::new(collect))
}

/// Makes children of the arguments, in their order, all on the loop of the first.
#[derive(Default)]
struct Children {
    loop_: Option<EventLoop>,
    /// Set where a task factory makes them.
    early: Option<Rc<Early>>,
}

impl Children {
    #[track_caller]
    fn add<A>(&mut self, awaitable: A) -> Child<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        let child = match ensure_child(awaitable, self.loop_.as_ref()) {
            Ok(child) => child,
            Err(error) => panic_with(error),
        };
        let loop_ = self.loop_.get_or_insert_with(|| child.future.get_loop());
        if loop_.get_task_factory().is_some() {
            self.early.get_or_insert_default().watch(child.future.any());
        }
        child
    }

    #[track_caller]
    fn add_all<I>(&mut self, awaitables: I) -> Vec<Child<<I::Item as Awaitable>::Value>>
    where
        I: IntoIterator,
        I::Item: Awaitable,
        <I::Item as IntoFuture>::IntoFuture: 'static,
        <I::Item as Awaitable>::Value: 'static,
    {
        let awaitables = awaitables.into_iter();
        let mut list = Vec::with_capacity(awaitables.size_hint().0);
        for awaitable in awaitables {
            list.push(self.add(awaitable));
        }
        list
    }
}

/// What [`gather`] takes: a tuple of up to 16 awaitables.
#[diagnostic::on_unimplemented(
    message = "`gather` takes a tuple of up to 16 awaitables, not `{Self}`",
    note = "write `gather!(a(), b())`, or `gather!(..list)` for what an iterator gives"
)]
pub trait GatherArgs {
    /// The results, in the order of the arguments.
    type Results;
    /// The results and failures, in the order of the arguments.
    type Outcomes;

    #[doc(hidden)]
    fn gather(self) -> Future<Self::Results>;
    #[doc(hidden)]
    fn gather_return_exceptions(self) -> Future<Self::Outcomes>;
}

impl GatherArgs for () {
    type Results = ();
    type Outcomes = ();

    #[track_caller]
    fn gather(self) -> Future<()> {
        gather_children(Vec::new(), None, false, Box::new(|| Ok(())))
    }

    #[track_caller]
    fn gather_return_exceptions(self) -> Future<()> {
        self.gather()
    }
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first, $($rest),*> GatherArgs for ($first, $($rest,)*)
        where
            $first: Awaitable,
            $first::IntoFuture: 'static,
            $first::Value: 'static,
            $($rest: Awaitable, $rest::IntoFuture: 'static, $rest::Value: 'static,)*
        {
            type Results = ($first::Value, $($rest::Value,)*);
            type Outcomes = (Result<$first::Value>, $(Result<$rest::Value>,)*);

            #[track_caller]
            #[allow(non_snake_case, reason = "a variable an argument, named as its type")]
            fn gather(self) -> Future<Self::Results> {
                let ($first, $($rest,)*) = self;
                let mut list = Children::default();
                let ($first, $($rest,)*) = (list.add($first), $(list.add($rest),)*);
                let children = vec![$first.any(), $($rest.any(),)*];
                let collect = move || Ok(($first.result()?, $($rest.result()?,)*));
                gather_children(children, list.early, false, Box::new(collect))
            }

            #[track_caller]
            #[allow(non_snake_case, reason = "a variable an argument, named as its type")]
            fn gather_return_exceptions(self) -> Future<Self::Outcomes> {
                let ($first, $($rest,)*) = self;
                let mut list = Children::default();
                let ($first, $($rest,)*) = (list.add($first), $(list.add($rest),)*);
                let children = vec![$first.any(), $($rest.any(),)*];
                let collect = move || Ok(($first.outcome(), $($rest.outcome(),)*));
                gather_children(children, list.early, true, Box::new(collect))
            }
        }

        tuples! { $($rest)* }
    };
    () => {};
}

tuples! { A B C D E F G H I J K L M N O P }

/// Runs awaitables concurrently and waits for all of them: a tuple gives a tuple.
///
/// Coroutines become tasks at once, in order; handles are waited for as they are, and one that
/// is given twice is waited for once. The first failure fails the future, and the others go
/// on. Mirrors `asyncio.gather`; the macro [`gather!`](crate::gather!) is the short way.
///
/// # Cancellation
/// Cancelling the future cancels all children; it is done when all of them are.
///
/// # Panics
/// ValueError if the arguments belong to different loops;
/// as [`get_event_loop`](crate::get_event_loop), for coroutines.
///
/// # Differences from Python
/// A handle given by value gives its result up. To have one result twice, give `&task` twice.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn double(x: i32) -> asyncio::Result<i32> {
///     Ok(2 * x)
/// }
/// async fn main() -> asyncio::Result<()> {
///     let (a, b) = asyncio::tasks::gather((double(1), double(2))).await?;
///     assert_eq!((a, b), (2, 4));
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn gather<A: GatherArgs>(awaitables: A) -> Future<A::Results> {
    awaitables.gather()
}

/// [`gather`] that returns failures among the results: Python's `return_exceptions=True`.
///
/// # Cancellation
/// As [`gather`].
///
/// # Panics
/// As [`gather`].
#[track_caller]
pub fn gather_return_exceptions<A: GatherArgs>(awaitables: A) -> Future<A::Outcomes> {
    awaitables.gather_return_exceptions()
}

/// [`gather`] of what an iterator gives: a list gives a list.
///
/// # Cancellation
/// As [`gather`].
///
/// # Panics
/// As [`gather`].
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let doubled = asyncio::gather_all((0..3).map(|x| async move { asyncio::Ok(2 * x) }));
///     assert_eq!(doubled.await?, [0, 2, 4]);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn gather_all<I>(awaitables: I) -> Future<Vec<<I::Item as Awaitable>::Value>>
where
    I: IntoIterator,
    I::Item: Awaitable,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    <I::Item as Awaitable>::Value: 'static,
{
    let mut list = Children::default();
    let children = list.add_all(awaitables);
    let erased = children.iter().map(Child::any).collect();
    let collect = move || children.iter().map(Child::result).collect();
    gather_children(erased, list.early, false, Box::new(collect))
}

/// [`gather_all`] that returns failures among the results: Python's `return_exceptions=True`.
///
/// # Cancellation
/// As [`gather`].
///
/// # Panics
/// As [`gather`].
#[track_caller]
pub fn gather_all_return_exceptions<I>(
    awaitables: I,
) -> Future<Vec<Result<<I::Item as Awaitable>::Value>>>
where
    I: IntoIterator,
    I::Item: Awaitable,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    <I::Item as Awaitable>::Value: 'static,
{
    let mut list = Children::default();
    let children = list.add_all(awaitables);
    let erased = children.iter().map(Child::any).collect();
    let collect = move || Ok(children.iter().map(Child::outcome).collect());
    gather_children(erased, list.early, true, Box::new(collect))
}
