//! The handles of tasks.

use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use super::TaskCore;
use crate::contextvars::{self, Context, ContextSlot};
use crate::events::CallbackOutput;
use crate::exceptions::Result;
use crate::futures::{AnyFuture, CallbackId, Future, Shared, add_function};

/// A coroutine that the loop runs, and the future of its result.
///
/// A cheap handle: it derefs to [`Future`], whose methods are its own too. The loop owns the
/// task until it is done; dropping handles neither cancels nor detaches it. Mirrors
/// `asyncio.Task`.
///
/// # Cancellation
/// [`cancel`](Future::cancel) asks: `CancelledError` is raised at the await where the
/// coroutine is suspended, which may clean up with more awaits, or refuse. The task is
/// cancelled only once a `CancelledError` leaves it.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let task = asyncio::create_task(asyncio::sleep(3600));
///     asyncio::sleep(0).await?;
///     assert!(task.cancel());
///     assert!((&task).await.unwrap_err().is::<asyncio::CancelledError>());
///     assert!(task.cancelled());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub struct Task<T> {
    future: Future<T>,
}

impl<T: 'static> Task<T> {
    /// `future` must be a task's.
    pub(crate) fn from_future(future: Future<T>) -> Self {
        Self { future }
    }

    /// This task with its type forgotten.
    pub fn any(&self) -> AnyTask {
        AnyTask::from_future(self.future.any())
    }

    fn future_any(&self) -> AnyFuture {
        self.future.any()
    }

    /// The future that the task is.
    pub(super) fn into_inner(self) -> Future<T> {
        self.future
    }

    /// The context of a task whose run is over; shared with it if it goes on some other time.
    pub(crate) fn give_back_context(&self) -> ContextSlot {
        if self.done() {
            return self.task_core().context.take();
        }
        contextvars::slot_from(&self.get_context())
    }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Self {
        Self { future: self.future.clone() }
    }
}

impl<T: 'static> StdFuture for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<T: Clone + 'static> IntoFuture for &Task<T> {
    type Output = Result<T>;
    type IntoFuture = Shared<T>;

    fn into_future(self) -> Shared<T> {
        (&self.future).into_future()
    }
}

impl<T> Deref for Task<T> {
    type Target = Future<T>;

    fn deref(&self) -> &Future<T> {
        &self.future
    }
}

impl<T: 'static> PartialEq for Task<T> {
    fn eq(&self, other: &Self) -> bool {
        self.future == other.future
    }
}

impl<T: 'static> Eq for Task<T> {}

impl<T: 'static> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.future.fmt(f)
    }
}

/// A task whose type is forgotten: every method that does not need it, equality and hash by
/// identity. It derefs to [`AnyFuture`].
#[derive(Clone, PartialEq, Eq)]
pub struct AnyTask {
    future: AnyFuture,
}

impl AnyTask {
    /// `future` must be a task's.
    pub(crate) fn from_future(future: AnyFuture) -> Self {
        Self { future }
    }

    /// The task with its type, if its result is a `T`.
    pub fn downcast<T: 'static>(&self) -> Option<Task<T>> {
        self.future.downcast().map(Task::from_future)
    }

    fn future_any(&self) -> AnyFuture {
        self.future.clone()
    }
}

impl Deref for AnyTask {
    type Target = AnyFuture;

    fn deref(&self) -> &AnyFuture {
        &self.future
    }
}

/// Waits for the task: raises what it failed with, and leaves a result where it is.
impl IntoFuture for AnyTask {
    type Output = Result<()>;
    type IntoFuture = Future<()>;

    fn into_future(self) -> Future<()> {
        self.future.into_future()
    }
}

/// Waits for the task: raises what it failed with, and leaves a result where it is.
impl IntoFuture for &AnyTask {
    type Output = Result<()>;
    type IntoFuture = Future<()>;

    fn into_future(self) -> Future<()> {
        (&self.future).into_future()
    }
}

impl Hash for AnyTask {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.future.hash(state);
    }
}

impl fmt::Debug for AnyTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.future.fmt(f)
    }
}

/// Writes the methods that tasks have whether or not their type is known.
macro_rules! task_methods {
    (impl [$($generic:ident)?] $handle:ty { narrow = $narrow:expr; }) => {
        impl$(<$generic: 'static>)? $handle {
            pub(crate) fn task_core(&self) -> &TaskCore {
                match self.future.0.task() {
                    Some(task) => task,
                    None => unreachable!("a task's handle is made of a task's future"),
                }
            }

            /// The number of requests to cancel it that were not taken back.
            ///
            /// Mirrors `Task.cancelling`.
            pub fn cancelling(&self) -> u32 {
                self.task_core().cancelling()
            }

            /// Takes one request to cancel it back, and returns how many are left.
            ///
            /// At none, a `CancelledError` that was not raised yet will not be. Mirrors
            /// `Task.uncancel`.
            pub fn uncancel(&self) -> u32 {
                self.task_core().uncancel()
            }

            /// The name of the task. Mirrors `Task.get_name`.
            pub fn get_name(&self) -> String {
                self.task_core().get_name()
            }

            /// Gives the task a name. Mirrors `Task.set_name`.
            pub fn set_name(&self, name: impl Into<String>) {
                self.task_core().set_name(name.into());
            }

            /// The context that the task's steps run in. Mirrors `Task.get_context`.
            pub fn get_context(&self) -> Context {
                self.task_core().get_context()
            }

            /// [`Future::add_done_callback`] with a callback that gets the task.
            #[track_caller]
            pub fn add_done_callback<Callback, Output>(&self, callback: Callback) -> CallbackId
            where
                Callback: FnOnce(&Self) -> Output + 'static,
                Output: CallbackOutput + 'static,
            {
                let context = contextvars::capture();
                add_function(&self.future_any().0, callback, $narrow, context)
            }

            /// [`add_done_callback`](Self::add_done_callback) in the given context: Python's
            /// `context=`.
            #[track_caller]
            pub fn add_done_callback_with<Callback, Output>(
                &self,
                callback: Callback,
                context: &Context,
            ) -> CallbackId
            where
                Callback: FnOnce(&Self) -> Output + 'static,
                Output: CallbackOutput + 'static,
            {
                let context = contextvars::slot_from(context);
                add_function(&self.future_any().0, callback, $narrow, context)
            }
        }
    };
}

task_methods! {
    impl [T] Task<T> {
        narrow = |future| future.downcast().map(Task::from_future);
    }
}

task_methods! {
    impl [] AnyTask {
        narrow = |future| Some(AnyTask::from_future(future));
    }
}
