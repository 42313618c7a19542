//! `gather`: several awaitables as one future.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;

use super::flags::LOG_DESTROY_PENDING;
use super::{Child, Origin, caught, ensure_child};
use crate::base_events::{EventLoop, refuse_calls};
use crate::contextvars::{self, Context, ContextSlot};
use crate::coroutines::Awaitable;
use crate::events::{self, Callback, Created, RawHandle};
use crate::exceptions::{CancelledError, Result, panic_with};
use crate::format_helpers::name_of;
use crate::futures::{
    self, AnyFuture, CancelMessage, Core, DoneCallback, Function, Future, Rare, RawFuture, Twin,
    Typed, value_repr,
};
use crate::raw::place;

/// What is gathered: the children with their types, one for each position.
trait Children: 'static {
    /// Shows each child, and whether it is a task that was made for this purpose.
    fn show(&self, look: impl FnMut(&dyn RawFuture, bool));
    /// The children with their types forgotten.
    fn futures(&self) -> Vec<AnyFuture>;
    fn first(&self) -> Option<&Core>;
}

impl<T: 'static> Children for Vec<Child<T>> {
    #[inline]
    fn show(&self, mut look: impl FnMut(&dyn RawFuture, bool)) {
        self.iter().for_each(|child| look(&*child.future.0, child.is_new()));
    }

    fn futures(&self) -> Vec<AnyFuture> {
        self.iter().map(|child| child.future.any()).collect()
    }

    fn first(&self) -> Option<&Core> {
        Some(self.as_slice().first()?.future.core())
    }
}

impl Children for Vec<AnyFuture> {
    fn show(&self, mut look: impl FnMut(&dyn RawFuture, bool)) {
        self.iter().for_each(|child| look(&*child.0, false));
    }

    fn futures(&self) -> Vec<AnyFuture> {
        self.clone()
    }

    fn first(&self) -> Option<&Core> {
        Some(self.as_slice().first()?.0.core())
    }
}

/// The future that `gather` returns: it cancels its children and waits for them.
///
/// It is the done-callback of each of them as well, so that one more child is no allocation more.
struct GatheringFuture<C, T> {
    core: Core,
    value: Cell<Option<T>>,
    children: C,
    unfinished: Cell<usize>,
    return_exceptions: bool,
    cancel_requested: Cell<bool>,
    /// Reads the results, in the order of the arguments, once all children are done.
    collect: fn(&C) -> Result<T>,
    /// What the done-callbacks run in.
    context: Cell<ContextSlot>,
    /// Who called `gather`.
    caller: &'static Location<'static>,
}

impl<C: Children, T: 'static> GatheringFuture<C, T> {
    fn erase(self: &Rc<Self>) -> Rc<dyn RawFuture> {
        self.clone()
    }

    /// A child is done: Python's `_done_callback`.
    fn child_done(self: &Rc<Self>, child: &Core) {
        let is_last = self.count();
        if self.core.done() {
            if !child.cancelled() {
                // Marked as seen: only the first failure is anybody's business.
                let _ = child.exception();
            }
            return;
        }
        if !self.return_exceptions
            && let Some(error) = child.read_error()
        {
            return self.end(Err(error));
        }
        if is_last {
            self.all_done();
        }
    }

    /// Counts a child that is done; whether it was the last.
    fn count(&self) -> bool {
        let left = self.unfinished.get() - 1;
        self.unfinished.set(left);
        left == 0
    }

    fn all_done(self: &Rc<Self>) {
        // Whoever shares a result has it cloned, which may panic.
        let outcome = caught(|| (self.collect)(&self.children));
        if self.cancel_requested.get() {
            let last = self.children.futures().pop();
            return self.end(Err(
                last.map_or_else(CancelledError, |last| last.0.core().make_cancelled_error())
            ));
        }
        self.end(outcome);
    }

    /// Schedules a callback that gets the child.
    #[cold]
    #[inline(never)]
    fn schedule_with(self: Rc<Self>, child: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let created = child.core().created().map(|_| self.caller);
        let context = contextvars::peek(&self.context);
        let callback = Function::new(_done_callback(self), Some, context, created);
        Rc::new(callback).schedule(child, loop_);
    }

    /// Is told of the last child, which has succeeded; or it goes with this call.
    #[cold]
    #[inline(never)]
    fn run_last(self: Rc<Self>, loop_: &EventLoop, is_over: bool) -> Result<()> {
        let context = Cell::new(self.context.take());
        let told = events::call(&context, move || {
            if !is_over {
                self.all_done();
            }
            // What it has gathered may go here.
            drop(self);
        });
        let Err(error) = told else { return Ok(()) };
        let handle = Callback::new(told::_done_callback, context.take(), None);
        events::report_callback(loop_, Rc::new(handle), error)
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

    /// Has the future told of each child, and counts them: one that is given twice counts once.
    fn watch(self: &Rc<Self>, loop_: &EventLoop, watched: Option<&Watched>) {
        let (mut unfinished, mut any_done, mut any_plain) = (0, false, false);
        self.children.show(|child, is_new| {
            let core = child.core();
            match child.task() {
                Some(task) if is_new => task.flags.clear(LOG_DESTROY_PENDING),
                Some(_) => {}
                None => any_plain |= !core.done(),
            }
            if let Some(counted) = watched.and_then(|watched| watched.get(&address(core))) {
                unfinished += usize::from(!counted.replace(true));
                return;
            }
            if core.done() {
                // Told of below, as often as it was given.
                any_done = true;
            } else if is_new || !core.callbacks.end_with(Rc::as_ptr(self).cast()) {
                core.callbacks.push(self.clone());
            } else {
                return;
            }
            unfinished += 1;
        });
        self.unfinished.set(unfinished);
        if any_plain {
            // A pending task leaves its ring when the loop ends; a plain future has nobody.
            loop_.add_ring(Rc::downgrade(&self.erase()));
        }
        if any_done {
            self.tell_of_done(watched);
        }
    }

    /// Tells of the children that were done from the beginning.
    fn tell_of_done(self: &Rc<Self>, watched: Option<&Watched>) {
        self.children.show(|child, _| {
            let core = child.core();
            let is_watched = || watched.is_some_and(|watched| watched.contains_key(&address(core)));
            if core.done() && !is_watched() {
                self.child_done(core);
            }
        });
    }
}

impl<C: Children, T: 'static> RawFuture for GatheringFuture<C, T> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        if self.core.done() {
            return false;
        }
        let mut accepted = false;
        for child in self.children.futures() {
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
        self.children.futures().iter().for_each(|child| child.0.core().callbacks.clear());
    }

    fn result_repr(&self) -> String {
        value_repr(&self.value)
    }
}

impl<C: Children, T: 'static> Typed<T> for GatheringFuture<C, T> {
    fn value(&self) -> &Cell<Option<T>> {
        &self.value
    }
}

impl<C, T> Drop for GatheringFuture<C, T> {
    fn drop(&mut self) {
        if self.core.is_unretrieved() {
            futures::report_never_retrieved(&mut self.core, "_GatheringFuture", Twin::default());
        }
    }
}

/// What tells `outer` that a child is done; named as reprs show it.
fn _done_callback<C: Children, T: 'static>(
    outer: Rc<GatheringFuture<C, T>>,
) -> impl FnOnce(&AnyFuture) {
    move |child| outer.child_done(child.0.core())
}

impl<C: Children, T: 'static> DoneCallback for GatheringFuture<C, T> {
    fn schedule(self: Rc<Self>, child: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let core = child.core();
        if core.succeeded() && !core.has_rare() {
            // That it is done is all there is to say about it.
            return loop_.push(self);
        }
        self.schedule_with(child, loop_);
    }

    fn repr(&self) -> String {
        name_of(_done_callback::<C, T>)
    }
}

mod told {
    /// What a report shows in the place of a future that is gone, by the same name.
    pub(super) fn _done_callback() {}
}

/// Tells the future that a child has succeeded.
impl<C: Children, T: 'static> RawHandle for GatheringFuture<C, T> {
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let is_over = !self.count() || self.core.done();
        if is_over && Rc::strong_count(&self) > 1 {
            return Ok(());
        }
        self.run_last(loop_, is_over)
    }

    // Nobody gets at these calls; the future is cancelled as one.
    fn cancel(&self) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn get_context(&self) -> Context {
        contextvars::context_of(&self.context)
    }

    fn callback_name(&self) -> String {
        name_of(_done_callback::<C, T>)
    }

    fn created(&self) -> Created {
        None
    }
}

/// What is told that a child is done, whatever its results are.
trait Gathers {
    fn told(self: Rc<Self>, child: &AnyFuture);
}

impl<C: Children, T: 'static> Gathers for GatheringFuture<C, T> {
    fn told(self: Rc<Self>, child: &AnyFuture) {
        self.child_done(child.0.core());
    }
}

/// Children by their addresses, and whether each was counted.
type Watched = HashMap<usize, Cell<bool>>;

fn address(child: &Core) -> usize {
    std::ptr::from_ref(child).addr()
}

/// What children tell before there is a future to tell: where a task factory makes the next
/// child, that may run at once, and end those before it.
#[derive(Default)]
struct Early {
    watched: RefCell<Watched>,
    outer: OnceCell<Rc<dyn Gathers>>,
}

impl Early {
    fn watch(self: &Rc<Self>, child: AnyFuture) {
        let address = address(child.0.core());
        if !child.done() && self.watched.borrow_mut().insert(address, Cell::default()).is_none() {
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

impl<T: 'static> Child<T> {
    /// The result of a child that has ended with one.
    fn value(&self) -> Result<T> {
        match self.origin {
            Origin::New | Origin::Given => self.future.take_value(),
            Origin::Shared(read) => read(&self.future),
        }
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

/// Gathers `children` into one future of what `collect` reads.
#[track_caller]
fn gather_children<C: Children, T: 'static>(
    children: C,
    early: Option<Rc<Early>>,
    return_exceptions: bool,
    collect: fn(&C) -> Result<T>,
) -> Future<T> {
    let Some(first) = children.first() else {
        let future = events::get_event_loop().create_future();
        // A new future takes its result, and `collect` has nothing to read that could fail.
        let _ = collect(&children).and_then(|nothing| future.set_result(nothing));
        return future;
    };
    let Some(loop_) = first.try_get_loop() else { refuse_calls() };
    let (rare, context) = (Rare::new(loop_.created()), contextvars::capture());
    let caller = Location::caller();
    let outer = place::rc(|| GatheringFuture {
        core: Core::new(Rc::downgrade(&loop_.0), rare),
        value: Cell::new(None),
        children,
        unfinished: Cell::new(0),
        return_exceptions,
        cancel_requested: Cell::new(false),
        collect,
        context: Cell::new(context),
        caller,
    });
    let watched = early.map(|early| {
        let outer: Rc<dyn Gathers> = outer.clone();
        // It is told once, here.
        let _ = early.outer.set(outer);
        early.watched.take()
    });
    outer.watch(&loop_, watched.as_ref());
    Future::of(outer)
}

/// Gathers futures whose results nobody reads; their failures are returned, not raised.
pub(crate) fn gather_any(futures: Vec<AnyFuture>) -> Future<()> {
    gather_children(futures, None, true, |futures| {
        // Failures have been seen, also if nobody comes to ask.
        let ended = futures.iter().filter(|future| !future.cancelled());
        ended.for_each(|future| drop(future.exception()));
        Ok(())
    })
}

/// Makes children of the arguments, in their order, all on the loop of the first.
#[derive(Default)]
struct Maker {
    loop_: Option<EventLoop>,
    /// Set where a task factory makes them.
    early: Option<Rc<Early>>,
}

impl Maker {
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
        if loop_.has_task_factory() {
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
        gather_children(Vec::<AnyFuture>::new(), None, false, |_| Ok(()))
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
                let mut maker = Maker::default();
                let children = (maker.add($first), $(maker.add($rest),)*);
                gather_children(children, maker.early, false, |($first, $($rest,)*)| {
                    Ok(($first.value()?, $($rest.value()?,)*))
                })
            }

            #[track_caller]
            #[allow(non_snake_case, reason = "a variable an argument, named as its type")]
            fn gather_return_exceptions(self) -> Future<Self::Outcomes> {
                let ($first, $($rest,)*) = self;
                let mut maker = Maker::default();
                let children = (maker.add($first), $(maker.add($rest),)*);
                gather_children(children, maker.early, true, |($first, $($rest,)*)| {
                    Ok(($first.outcome(), $($rest.outcome(),)*))
                })
            }
        }

        impl<$first: 'static, $($rest: 'static),*> Children for (Child<$first>, $(Child<$rest>,)*) {
            #[allow(non_snake_case, reason = "a variable a child, named as its type")]
            fn show(&self, mut look: impl FnMut(&dyn RawFuture, bool)) {
                let ($first, $($rest,)*) = self;
                look(&*$first.future.0, $first.is_new());
                $(look(&*$rest.future.0, $rest.is_new());)*
            }

            #[allow(non_snake_case, reason = "a variable a child, named as its type")]
            fn futures(&self) -> Vec<AnyFuture> {
                let ($first, $($rest,)*) = self;
                vec![$first.future.any(), $($rest.future.any(),)*]
            }

            fn first(&self) -> Option<&Core> {
                Some(self.0.future.core())
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
    let mut maker = Maker::default();
    let children = maker.add_all(awaitables);
    gather_children(children, maker.early, false, |children| {
        let mut results = Vec::with_capacity(children.len());
        for child in children {
            results.push(child.value()?);
        }
        Ok(results)
    })
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
    let mut maker = Maker::default();
    let children = maker.add_all(awaitables);
    gather_children(children, maker.early, true, |children| {
        Ok(children.iter().map(Child::outcome).collect())
    })
}
