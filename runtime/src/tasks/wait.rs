//! `wait`: some of several futures, or all of them.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::{AnyTask, Task};
use crate::events::{TimerHandle, get_running_loop};
use crate::exceptions::{Result, ValueError};
use crate::futures::{AnyFuture, CallbackId, Future};
use crate::timeouts::IntoTimeout;

/// When [`wait`] returns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReturnWhen {
    /// When any future is done.
    FirstCompleted,
    /// When any future has failed, or all are done; a cancelled one has not failed.
    FirstException,
    /// When all futures are done.
    #[default]
    AllCompleted,
}

/// [`wait`] returns when any future is done.
pub const FIRST_COMPLETED: ReturnWhen = ReturnWhen::FirstCompleted;
/// [`wait`] returns when any future has failed, or all are done.
pub const FIRST_EXCEPTION: ReturnWhen = ReturnWhen::FirstException;
/// [`wait`] returns when all futures are done.
pub const ALL_COMPLETED: ReturnWhen = ReturnWhen::AllCompleted;

impl fmt::Debug for ReturnWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstCompleted => "'FIRST_COMPLETED'",
            Self::FirstException => "'FIRST_EXCEPTION'",
            Self::AllCompleted => "'ALL_COMPLETED'",
        })
    }
}

/// Options of [`wait_with`]: Python's keyword arguments of `wait`.
#[derive(Clone, Copy, Debug, Default)]
pub struct WaitOptions {
    timeout: Option<f64>,
    return_when: ReturnWhen,
}

impl WaitOptions {
    /// No timeout, and all futures.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait at most, in seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.timeout = timeout.into_timeout();
        self
    }

    /// What to wait for.
    #[must_use]
    pub fn return_when(mut self, return_when: ReturnWhen) -> Self {
        self.return_when = return_when;
        self
    }
}

/// A handle that [`wait`] takes: of a future or a task, typed or not, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`wait` takes futures and tasks, not `{Self}`",
    note = "make a task of a coroutine first: `create_task(coroutine)`"
)]
pub trait Waitable {
    /// The handle that comes back.
    type Handle;

    #[doc(hidden)]
    fn into_handle(self) -> Self::Handle;
    #[doc(hidden)]
    fn future_of(handle: &Self::Handle) -> AnyFuture;
}

macro_rules! waitable {
    ($([$($generic:ident)?] $handle:ty: $this:ident => $future:expr),* $(,)?) => {$(
        impl$(<$generic: 'static>)? Waitable for $handle {
            type Handle = Self;

            fn into_handle(self) -> Self {
                self
            }

            fn future_of($this: &Self) -> AnyFuture {
                $future
            }
        }

        impl$(<$generic: 'static>)? Waitable for &$handle {
            type Handle = $handle;

            fn into_handle(self) -> $handle {
                self.clone()
            }

            fn future_of($this: &$handle) -> AnyFuture {
                $future
            }
        }
    )*};
}

waitable! {
    [T] Future<T>: this => this.any(),
    [T] Task<T>: this => Future::any(this),
    [] AnyFuture: this => this.clone(),
    [] AnyTask: this => AnyFuture::clone(this),
}

/// Waits until all `futures` are done; see [`wait_with`].
///
/// Mirrors `asyncio.wait`.
///
/// # Errors
/// ValueError if there are none.
///
/// # Cancellation
/// `CancelledError` is raised here; the futures are not cancelled.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let tasks = [1, 2].map(|n| asyncio::create_task(asyncio::sleep_with(0.001, n)));
///     let (done, pending) = asyncio::wait(&tasks).await?;
///     assert_eq!((done.len(), pending.len()), (2, 0));
///     assert_eq!(done[0], tasks[0]);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub async fn wait<I>(futures: I) -> Result<Split<<I::Item as Waitable>::Handle>>
where
    I: IntoIterator,
    I::Item: Waitable,
{
    wait_with(futures, WaitOptions::new()).await
}

/// What [`wait`] returns: the futures that are done, then those that are pending.
pub type Split<H> = (Vec<H>, Vec<H>);

/// [`wait`] with a timeout, or for some of the futures only.
///
/// A timeout is no error: what is not done by then is returned as pending. Each list is in the
/// order of `futures`; one that is given twice counts once.
///
/// # Errors
/// ValueError if there are no futures.
///
/// # Cancellation
/// `CancelledError` is raised here; the futures are not cancelled.
pub async fn wait_with<I>(
    futures: I,
    options: WaitOptions,
) -> Result<Split<<I::Item as Waitable>::Handle>>
where
    I: IntoIterator,
    I::Item: Waitable,
{
    let mut seen = std::collections::HashSet::new();
    let mut handles = Vec::new();
    for handle in futures.into_iter().map(Waitable::into_handle) {
        let future = <I::Item as Waitable>::future_of(&handle);
        if seen.insert(future.clone()) {
            handles.push((handle, future));
        }
    }
    if handles.is_empty() {
        return Err(ValueError("Set of Tasks/Futures is empty."));
    }
    let watch = Watch::new(handles.iter().map(|(_, future)| future.clone()), options);
    watch.waiter.clone().await?;
    drop(watch);
    let (done, pending): (Vec<_>, Vec<_>) =
        handles.into_iter().partition(|(_, future)| future.done());
    let handles = |list: Vec<(_, _)>| list.into_iter().map(|(handle, _)| handle).collect();
    Ok((handles(done), handles(pending)))
}

/// The callbacks of one `wait`, taken back when it is over; mirrors `_wait`.
struct Watch {
    waiter: Future<()>,
    timer: Option<TimerHandle>,
    callbacks: Vec<(AnyFuture, CallbackId)>,
}

impl Watch {
    #[track_caller]
    fn new(futures: impl Iterator<Item = AnyFuture>, options: WaitOptions) -> Self {
        let loop_ = get_running_loop();
        let waiter = loop_.create_future();
        let timer = options
            .timeout
            .map(|seconds| loop_.call_later(seconds, _release_waiter(waiter.clone())));
        let counter = Rc::new(Cell::new(0));
        let mut callbacks = Vec::new();
        for future in futures {
            counter.set(counter.get() + 1);
            let counter = Rc::clone(&counter);
            let on_completion =
                _on_completion(counter, waiter.clone(), timer.clone(), options.return_when);
            let callback = future.add_done_callback(on_completion);
            callbacks.push((future, callback));
        }
        Self { waiter, timer, callbacks }
    }
}

/// Counts one future that is done; named as reprs show it.
fn _on_completion(
    counter: Rc<Cell<usize>>,
    waiter: Future<()>,
    timer: Option<TimerHandle>,
    return_when: ReturnWhen,
) -> impl FnOnce(&AnyFuture) -> Result<()> {
    move |future| {
        counter.set(counter.get() - 1);
        if counter.get() > 0 && !is_enough(future, return_when) {
            return Ok(());
        }
        if let Some(timer) = &timer {
            timer.cancel();
        }
        release(&waiter)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            timer.cancel();
        }
        for (future, callback) in &self.callbacks {
            future.remove_done_callback(*callback);
        }
    }
}

/// Whether one done future is what `return_when` waits for.
fn is_enough(future: &AnyFuture, return_when: ReturnWhen) -> bool {
    match return_when {
        ReturnWhen::FirstCompleted => true,
        ReturnWhen::FirstException => {
            !future.cancelled() && matches!(future.exception(), Ok(Some(_)))
        }
        ReturnWhen::AllCompleted => false,
    }
}

/// What releases `waiter` when it is called; named as reprs show it.
fn _release_waiter(waiter: Future<()>) -> impl FnOnce() -> Result<()> {
    move || release(&waiter)
}

/// Ends `waiter` unless it is done; mirrors `_release_waiter`.
pub(super) fn release(waiter: &Future<()>) -> Result<()> {
    if waiter.done() { Ok(()) } else { waiter.set_result(()) }
}
