//! What a future does when it is done: functions to call, tasks to wake, wakers of others.

use std::any::TypeId;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::{Rc, Weak};
use std::task::Waker;

use super::{AnyFuture, Core, RawFuture};
use crate::base_events::{EventLoop, ExceptionContext};
use crate::contextvars::{Context, ContextSlot};
use crate::events::{self, Callback, CallbackOutput, Created, RawHandle};
use crate::exceptions::{Result, from_panic};
use crate::format_helpers::{format_call, format_callback};
use crate::rarely::Rarely;
use crate::raw::current;

/// Names a done-callback for [`Future::remove_done_callback`](crate::Future::remove_done_callback).
///
/// A function item, or a closure that captures nothing, has the same id each time it is added;
/// a closure that captures something, or a function pointer, gets a new one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CallbackId(Identity);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Identity {
    Function(TypeId),
    Closure(u64),
}

impl CallbackId {
    fn new<F: 'static>() -> Self {
        thread_local! {
            static LAST: Cell<u64> = const { Cell::new(0) };
        }
        if size_of::<F>() == 0 {
            return Self(Identity::Function(TypeId::of::<F>()));
        }
        let serial = LAST.with(|last| {
            last.set(last.get() + 1);
            last.get()
        });
        Self(Identity::Closure(serial))
    }
}

/// Something that a future tells when it is done.
pub(crate) trait DoneCallback {
    /// `future` is done: puts the call into the ready queue of its loop.
    fn schedule(self: Rc<Self>, future: &Rc<dyn RawFuture>, loop_: &EventLoop);
    /// The id of a function of the user's.
    fn id(&self) -> Option<CallbackId> {
        None
    }
    /// As the future's repr shows it.
    fn repr(&self) -> String;
}

/// The done-callbacks of a future, in the order of their registration; most have one at most.
#[derive(Default)]
pub(crate) struct Callbacks(Rarely<List>);

/// As small as the one pointer that it holds most of the time.
pub(super) enum List {
    One(Rc<dyn DoneCallback>),
    #[expect(clippy::box_collection, reason = "a vector in place would double the size")]
    Other(Option<Box<Vec<Rc<dyn DoneCallback>>>>),
}

impl Default for List {
    fn default() -> Self {
        Self::Other(None)
    }
}

impl List {
    fn as_slice(&self) -> &[Rc<dyn DoneCallback>] {
        match self {
            Self::One(callback) => std::slice::from_ref(callback),
            Self::Other(None) => &[],
            Self::Other(Some(callbacks)) => callbacks,
        }
    }
}

impl List {
    #[inline(always)]
    fn schedule(self, future: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        match self {
            Self::One(callback) => callback.schedule(future, loop_),
            several => several.schedule_all(future, loop_),
        }
    }

    #[inline(never)]
    fn schedule_all(self, future: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let Self::Other(callbacks) = self else { return };
        for callback in callbacks.into_iter().flat_map(|callbacks| *callbacks) {
            callback.schedule(future, loop_);
        }
    }
}

/// Schedules the callbacks of a future whose loop is not the running one.
#[cold]
#[inline(never)]
#[track_caller]
fn schedule_elsewhere(list: List, future: &Rc<dyn RawFuture>, core: &Core, failed: bool) {
    let loop_ = core.try_get_loop();
    if let Some(loop_) = &loop_ {
        loop_.check_closed();
    }
    core.log_traceback.set(failed);
    if let Some(loop_) = loop_ {
        list.schedule(future, &loop_);
    }
}

impl Callbacks {
    #[inline(always)]
    pub(crate) fn push(&self, callback: Rc<dyn DoneCallback>) {
        match self.0.take() {
            List::Other(None) => self.0.set(List::One(callback)),
            before => self.push_behind(before, callback),
        }
    }

    #[inline(never)]
    fn push_behind(&self, before: List, callback: Rc<dyn DoneCallback>) {
        self.0.set(match before {
            List::Other(None) => List::One(callback),
            List::One(first) => List::Other(Some(Box::new(vec![first, callback]))),
            List::Other(Some(mut callbacks)) => {
                callbacks.push(callback);
                List::Other(Some(callbacks))
            }
        });
    }

    /// Whether the one at this address was added last.
    pub(crate) fn end_with(&self, callback: *const ()) -> bool {
        let list = self.0.take();
        let last = list.as_slice().last().map(Rc::as_ptr);
        self.0.set(list);
        last.is_some_and(|last| std::ptr::addr_eq(last, callback))
    }

    /// Removes all that are `wanted` and returns how many they were.
    pub(crate) fn remove(&self, wanted: impl Fn(&dyn DoneCallback) -> bool) -> usize {
        let callbacks = match self.0.take() {
            List::One(callback) => vec![callback],
            List::Other(None) => return 0,
            List::Other(Some(callbacks)) => *callbacks,
        };
        let (removed, mut kept): (Vec<_>, Vec<_>) =
            callbacks.into_iter().partition(|callback| wanted(&**callback));
        self.0.set(match (kept.pop(), kept.is_empty()) {
            (None, _) => List::Other(None),
            (Some(only), true) => List::One(only),
            (Some(last), false) => {
                kept.push(last);
                List::Other(Some(Box::new(kept)))
            }
        });
        removed.len()
    }

    /// Takes them all out.
    pub(super) fn take(&self) -> List {
        self.0.take()
    }

    /// Forgets them all; none will be called.
    pub(crate) fn clear(&self) {
        drop(self.0.take());
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        let list = self.0.take();
        let is_empty = matches!(list, List::Other(None));
        self.0.set(list);
        is_empty
    }

    /// Takes them all and schedules them, unless their loop is gone: they are those of `future`,
    /// which is done. That it has `failed` is noted before the first, which may be a waker of the
    /// user's, but not if the loop refuses.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`, if there are any.
    #[inline(never)]
    #[track_caller]
    pub(crate) fn schedule(&self, future: &Rc<dyn RawFuture>, core: &Core, failed: bool) {
        let list = self.0.take();
        if matches!(list, List::Other(None)) {
            return core.log_traceback.set(failed);
        }
        let list = current::with_loop(|running| {
            // A loop that runs is not closed.
            let Some(loop_) = running.filter(|running| core.belongs_to(running)) else {
                return Some(list);
            };
            core.log_traceback.set(failed);
            list.schedule(future, loop_);
            None
        });
        if let Some(list) = list {
            // Out of the closure, which would name itself and not our caller.
            schedule_elsewhere(list, future, core, failed);
        }
    }

    /// `cb=[…]` of the repr, `None` if there are no callbacks.
    pub(crate) fn repr(&self) -> Option<String> {
        let list = self.0.take();
        let text = match list.as_slice() {
            [] => None,
            [one] => Some(one.repr()),
            [first, last] => Some(format!("{}, {}", first.repr(), last.repr())),
            [first, more @ .., last] => {
                Some(format!("{}, <{} more>, {}", first.repr(), more.len(), last.repr()))
            }
        };
        self.0.set(list);
        text.map(|text| format!("cb=[{text}]"))
    }
}

/// A function of the user's: a handle that is told which future it is about when that is done.
pub(crate) struct Function<F, H> {
    callback: Callback<F>,
    id: CallbackId,
    /// Finds the handle that the function takes.
    narrow: fn(AnyFuture) -> Option<H>,
    future: Cell<Option<AnyFuture>>,
}

impl<F, H, R> Function<F, H>
where
    F: FnOnce(&H) -> R + 'static,
    H: 'static,
    R: CallbackOutput + 'static,
{
    pub(crate) fn new(
        function: F,
        narrow: fn(AnyFuture) -> Option<H>,
        context: ContextSlot,
        created: Created,
    ) -> Self {
        Self {
            callback: Callback::new(function, context, created),
            id: CallbackId::new::<F>(),
            narrow,
            future: Cell::new(None),
        }
    }

    pub(crate) fn callback_id(&self) -> CallbackId {
        self.id
    }
}

impl<F, H, R> DoneCallback for Function<F, H>
where
    F: FnOnce(&H) -> R + 'static,
    H: 'static,
    R: CallbackOutput + 'static,
{
    fn schedule(self: Rc<Self>, future: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        self.future.set(Some(AnyFuture(Rc::clone(future))));
        loop_.push(self);
    }

    fn id(&self) -> Option<CallbackId> {
        Some(self.id)
    }

    fn repr(&self) -> String {
        format_callback::<F>()
    }
}

impl<F, H, R> RawHandle for Function<F, H>
where
    F: FnOnce(&H) -> R + 'static,
    H: 'static,
    R: CallbackOutput + 'static,
{
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let Some(function) = self.callback.take() else { return Ok(()) };
        let future = self.future.take();
        if self.created().is_some() {
            // Reports show the argument, in debug mode.
            self.future.set(future.clone());
        }
        let Some(handle) = future.and_then(self.narrow) else { return Ok(()) };
        match events::call(self.callback.context(), || function(&handle)) {
            Ok(()) => Ok(()),
            Err(error) => events::report_callback(loop_, self, error),
        }
    }

    fn cancel(&self) {
        self.callback.cancel();
    }

    fn cancelled(&self) -> bool {
        self.callback.cancelled()
    }

    fn get_context(&self) -> Context {
        self.callback.get_context()
    }

    fn callback_name(&self) -> String {
        let future = self.future.take();
        let argument = future.as_ref().filter(|_| self.created().is_some());
        let name = format_call::<F>(argument.map(|future| format!("{future:?}")));
        self.future.set(future);
        name
    }

    fn created(&self) -> Created {
        self.callback.created()
    }
}

/// The standard waker of somebody other than a task's step.
pub(crate) struct WakerCallback {
    /// Gone once it was woken: whoever polled may keep what he polled for as long as he likes.
    waker: Cell<Option<Waker>>,
    pub(crate) future: Weak<dyn RawFuture>,
    /// The address of the task in whose step it was last polled.
    pub(crate) poller: Cell<usize>,
}

impl WakerCallback {
    pub(crate) fn new(waker: Waker, future: &Rc<dyn RawFuture>) -> Self {
        let waker = Cell::new(Some(waker));
        Self { waker, future: Rc::downgrade(future), poller: Cell::new(0) }
    }

    /// Whether this leaves word with the very same waker.
    pub(crate) fn wakes(&self, waker: &Waker) -> bool {
        let own = self.waker.take();
        let is_own = own.as_ref().is_some_and(|own| own.will_wake(waker));
        self.waker.set(own);
        is_own
    }

    /// Takes this back from its future.
    pub(crate) fn take_back(&self) {
        if let Some(future) = self.future.upgrade() {
            let core = future.core();
            core.callbacks.remove(|callback| std::ptr::addr_eq(callback, self));
        }
    }
}

impl DoneCallback for WakerCallback {
    // Waking schedules by itself, so a task behind the waker is stepped in the next iteration.
    fn schedule(self: Rc<Self>, _future: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let Some(waker) = self.waker.take() else { return };
        let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) else { return };
        // Those behind it have to be told all the same.
        let mut context = ExceptionContext::new("Exception in a waker");
        context.exception = Some(from_panic(payload));
        let _ = loop_.call_exception_handler(context);
    }

    fn repr(&self) -> String {
        "<waker>".to_owned()
    }
}
