//! Futures whose type is forgotten, and the methods that need no type.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::IntoFuture;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::{CancelMessage, Core, Future, RawFuture, Typed, is_same};
use crate::base_futures;
use crate::exceptions::Result;
use crate::tasks::flags::LOG_DESTROY_PENDING;
use crate::tasks::{AnyTask, RawTask, TaskCore};

/// A future whose type is forgotten: every method that does not need it, equality and hash by
/// identity, and [`downcast`](Self::downcast) for the way back.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// let future = loop_.create_future::<u8>();
/// assert!(future.any().downcast::<String>().is_none());
/// future.any().downcast::<u8>().unwrap().set_result(1)?;
/// assert!(future.done());
/// # loop_.close()
/// # }
/// ```
#[derive(Clone)]
pub struct AnyFuture(pub(crate) Rc<dyn RawFuture>);

impl AnyFuture {
    /// The future with its type, if its result is a `T`.
    pub fn downcast<T: 'static>(&self) -> Option<Future<T>> {
        let mut slot: Option<Rc<dyn Typed<T>>> = None;
        Rc::clone(&self.0).downcast(&mut slot);
        slot.map(Future::of)
    }

    /// This future as the task that it is, if it is one.
    pub fn as_task(&self) -> Option<AnyTask> {
        self.0.task()?;
        Some(AnyTask::from_future(self.clone()))
    }

    pub(crate) fn raw(&self) -> Rc<dyn RawFuture> {
        Rc::clone(&self.0)
    }

    /// Whether `destroyed but pending` is logged, if this is a task.
    pub(crate) fn log_destroy_pending(&self, log: bool) {
        if let Some(task) = self.0.task() {
            task.flags.put(LOG_DESTROY_PENDING, log);
        }
    }
}

/// Waits for the future: raises what it failed with, and leaves a result where it is.
impl IntoFuture for AnyFuture {
    type Output = Result<()>;
    type IntoFuture = Future<()>;

    fn into_future(self) -> Future<()> {
        Future::of(Rc::new(View { future: self.0, value: Cell::new(Some(())) }))
    }
}

/// Waits for the future: raises what it failed with, and leaves a result where it is.
impl IntoFuture for &AnyFuture {
    type Output = Result<()>;
    type IntoFuture = Future<()>;

    fn into_future(self) -> Future<()> {
        self.clone().into_future()
    }
}

/// A future of any type seen as one of `()`: it is the same future but for its result.
struct View {
    future: Rc<dyn RawFuture>,
    value: Cell<Option<()>>,
}

impl RawFuture for View {
    fn core(&self) -> &Core {
        self.future.core()
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        Rc::clone(&self.future).cancel(message)
    }

    fn downcast(self: Rc<Self>, slot: &mut dyn Any) {
        Rc::clone(&self.future).downcast(slot);
    }

    fn task(&self) -> Option<&TaskCore> {
        self.future.task()
    }

    fn into_task(self: Rc<Self>) -> Option<Rc<dyn RawTask>> {
        Rc::clone(&self.future).into_task()
    }

    fn is_view(&self) -> bool {
        true
    }

    fn class_name(&self) -> &'static str {
        self.future.class_name()
    }

    fn result_repr(&self) -> String {
        self.future.result_repr()
    }

    fn coroutine_repr(&self) -> Option<String> {
        self.future.coroutine_repr()
    }
}

impl Typed<()> for View {
    fn value(&self) -> &Cell<Option<()>> {
        &self.value
    }
}

impl PartialEq for AnyFuture {
    fn eq(&self, other: &Self) -> bool {
        is_same(&*self.0, &*other.0)
    }
}

impl Eq for AnyFuture {}

impl Hash for AnyFuture {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0.core()).hash(state);
    }
}

impl fmt::Debug for AnyFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base_futures::future_repr(&*self.0))
    }
}

/// Writes the methods that futures have whether or not their type is known.
///
/// `narrow` turns an `AnyFuture` into the handle that a done-callback gets.
macro_rules! future_methods {
    (impl [$($generic:ident)?] $handle:ty { narrow = $narrow:expr; }) => {
        impl$(<$generic: 'static>)? $handle {
            /// Whether the future has a result or an exception, or was cancelled.
            ///
            /// Mirrors `Future.done`.
            pub fn done(&self) -> bool {
                self.0.core().done()
            }

            /// Whether the future was cancelled. Mirrors `Future.cancelled`.
            pub fn cancelled(&self) -> bool {
                self.0.core().cancelled()
            }

            /// The exception that the future ended with, or `None` if it has a result.
            ///
            /// Mirrors `Future.exception`.
            ///
            /// # Errors
            /// CancelledError if it was cancelled; InvalidStateError if it is not done.
            pub fn exception(&self) -> $crate::Result<Option<$crate::Error>> {
                self.0.core().exception()
            }

            /// Ends the future with an exception. Mirrors `Future.set_exception`.
            ///
            /// # Errors
            /// InvalidStateError if it is done; RuntimeError if it is a task.
            ///
            /// # Panics
            /// RuntimeError `Event loop is closed` if there are callbacks to schedule.
            #[track_caller]
            pub fn set_exception(&self, exception: impl Into<$crate::Error>) -> $crate::Result<()> {
                $crate::futures::set_exception(&self.raw(), exception.into())
            }

            /// Cancels the future and schedules its callbacks; false if it is done.
            ///
            /// A task is asked to cancel itself, see [`Task`](crate::Task). A failure that is
            /// there already counts as seen. Mirrors `Future.cancel`.
            pub fn cancel(&self) -> bool {
                self.raw().cancel(None)
            }

            /// [`cancel`](Self::cancel) with a message for the `CancelledError`: Python's `msg=`.
            pub fn cancel_with(&self, message: impl Into<String>) -> bool {
                self.raw().cancel(Some(message.into().into()))
            }

            /// Calls `callback` with this future when it is done: scheduled, never called in place.
            ///
            /// The callback runs in a copy of the current context. Adding the same function
            /// twice calls it twice. Mirrors `Future.add_done_callback`.
            ///
            /// ```
            /// # fn main() -> asyncio::Result<()> {
            /// async fn main() -> asyncio::Result<()> {
            ///     let task = asyncio::create_task(async { asyncio::Ok(6 * 7) });
            ///     task.add_done_callback(|task| println!("{task:?}"));
            ///     task.await?;
            ///     Ok(())
            /// }
            /// asyncio::run(main())
            /// # }
            /// ```
            #[track_caller]
            pub fn add_done_callback<Callback, Output>(
                &self,
                callback: Callback,
            ) -> $crate::futures::CallbackId
            where
                Callback: FnOnce(&Self) -> Output + 'static,
                Output: $crate::events::CallbackOutput + 'static,
            {
                let context = $crate::contextvars::capture();
                $crate::futures::add_function(&self.raw(), callback, $narrow, context)
            }

            /// [`add_done_callback`](Self::add_done_callback) in the given context: Python's
            /// `context=`.
            #[track_caller]
            pub fn add_done_callback_with<Callback, Output>(
                &self,
                callback: Callback,
                context: &$crate::contextvars::Context,
            ) -> $crate::futures::CallbackId
            where
                Callback: FnOnce(&Self) -> Output + 'static,
                Output: $crate::events::CallbackOutput + 'static,
            {
                let context = $crate::contextvars::slot_from(context);
                $crate::futures::add_function(&self.raw(), callback, $narrow, context)
            }

            /// Removes every registration of a callback and returns how many there were.
            ///
            /// Nothing is removed once the future is done: the calls are scheduled then.
            /// Mirrors `Future.remove_done_callback`.
            pub fn remove_done_callback(&self, callback: $crate::futures::CallbackId) -> usize {
                self.0.core().callbacks.remove(|registered| registered.id() == Some(callback))
            }

            /// The event loop that the future belongs to. Mirrors `Future.get_loop`.
            ///
            /// # Panics
            /// RuntimeError `Event loop is closed` if no handle of the loop is left.
            #[track_caller]
            pub fn get_loop(&self) -> $crate::EventLoop {
                match self.try_get_loop() {
                    Some(loop_) => loop_,
                    None => $crate::exceptions::panic_with($crate::RuntimeError(
                        "Event loop is closed",
                    )),
                }
            }

            pub(crate) fn try_get_loop(&self) -> Option<$crate::EventLoop> {
                self.0.core().try_get_loop()
            }
        }
    };
}
pub(crate) use future_methods;

future_methods! {
    impl [] AnyFuture {
        narrow = Some;
    }
}
