//! What can be awaited; mirrors `coroutines.py`.

use std::any::{TypeId, type_name};
use std::cell::Cell;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use crate::exceptions::Result;
use crate::format_helpers;
use crate::futures::{Future, Shared};
use crate::log;
use crate::raw::project;
use crate::tasks::{self, Erased, Task};

/// What a task can run and a coroutine can await: any Rust future whose output is a `Result`
/// with an error that converts into `Box<dyn Error + Send + Sync>`.
///
/// What can be cancelled must be able to return an error, so a plain future is not awaitable:
/// [`wrap`] makes it so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not awaitable",
    label = "expected a coroutine, a task or a future that gives a `Result`",
    note = "a plain future becomes awaitable with `asyncio::wrap(future)`",
    note = "the `Result`'s error has to convert into `Box<dyn std::error::Error + Send + Sync>`"
)]
pub trait Awaitable: IntoFuture<Output = Result<Self::Value, Self::Failure>> {
    /// What it gives when all goes well.
    type Value;
    /// The error of its `Result`.
    type Failure: Into<Box<dyn std::error::Error + Send + Sync>> + 'static;
}

#[diagnostic::do_not_recommend]
impl<A, T, E> Awaitable for A
where
    A: IntoFuture<Output = Result<T, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    type Value = T;
    type Failure = E;
}

/// A coroutine object: what a function with [`#[asyncio::coroutine]`](macro@crate::coroutine)
/// returns.
///
/// It runs when it is awaited or made a task, and is nothing but the future `F` of the function's
/// body: as big, and polled as directly. Without a parameter it is one whose type is forgotten, on
/// its way through a [task factory](crate::EventLoop::set_task_factory);
/// [`AnyTask::new`](crate::AnyTask::new) makes the task.
///
/// ```
/// use asyncio::{Coroutine, Result, create_task};
///
/// #[asyncio::coroutine]
/// async fn double(number: u32) -> Result<u32> {
///     Ok(number * 2)
/// }
///
/// /// Keeps its work until it is needed.
/// struct Lazy<F>(Coroutine<F>);
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let lazy = Lazy(double(21));
///     assert_eq!(lazy.0.name(), "double");
///     assert!(format!("{:?}", lazy.0).starts_with("<coroutine object double at 0x"));
///     assert_eq!(create_task(lazy.0).await?, 42);
///     // Needed by nobody after all: dropped, it would be reported as never awaited.
///     double(1).close();
///     Ok(())
/// }
/// ```
#[must_use = "coroutines do nothing unless awaited"]
pub struct Coroutine<F = Erased> {
    pub(crate) future: F,
}

impl<F: StdFuture> StdFuture for Coroutine<F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        project::future(self).poll(cx)
    }
}

impl<F: Body> Coroutine<F> {
    /// The name of the function, without the modules or the type that it belongs to: Python's
    /// `__name__`.
    pub fn name(&self) -> String {
        let qualname = self.qualname();
        match qualname.rsplit_once('.') {
            Some((_, name)) => name.to_owned(),
            None => qualname,
        }
    }

    /// The name of the function as reprs show it, a method's behind that of its type: Python's
    /// `__qualname__`.
    pub fn qualname(&self) -> String {
        format_helpers::coroutine_name(self.future.type_name())
    }

    /// Drops a coroutine that nobody is going to await, without a word: Python's `close`.
    ///
    /// Without this, one that has not begun is reported as never awaited.
    pub fn close(self) {
        close(self.future.type_name(), || drop(self));
    }
}

impl<F: Body> fmt::Debug for Coroutine<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address: *const Self = self;
        write!(f, "<coroutine object {} at {address:p}>", self.qualname())
    }
}

/// What a coroutine runs.
pub trait Body {
    /// By it the function is known.
    fn type_name(&self) -> &'static str;
}

impl<F: StdFuture> Body for F {
    fn type_name(&self) -> &'static str {
        type_name::<F>()
    }
}

/// The name of the type `F` in `Coroutine<F>`, also behind `Box::pin`, and of any other type itself.
pub(crate) fn body_of(type_name: &str) -> &str {
    let within = |start| type_name.strip_prefix(start)?.strip_suffix('>');
    let boxed =
        within("core::pin::Pin<alloc::boxed::Box<").and_then(|boxed| boxed.strip_suffix('>'));
    // One without a type of its own has no name, either.
    if let Some(boxed) = boxed.filter(|boxed| !boxed.starts_with("dyn ")) {
        return body_of(boxed);
    }
    within(concat!(module_path!(), "::Coroutine<")).unwrap_or(type_name)
}

/// Makes a plain future awaitable: its output comes in an `Ok`.
///
/// # Cancellation
/// A future that is not of this crate cannot have an error raised in it; when the task that
/// awaits it is cancelled it is dropped, and the `CancelledError` is raised here.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let answer = asyncio::run(asyncio::wrap(async { 42 }))?;
/// assert_eq!(answer, 42);
/// # Ok(())
/// # }
/// ```
pub async fn wrap<F: StdFuture>(future: F) -> Result<F::Output> {
    tasks::drive(pin!(Some(future))).await
}

/// Whether `awaitable` is a handle of a future or task. Mirrors `asyncio.isfuture`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// assert!(asyncio::isfuture(&loop_.create_future::<()>()));
/// assert!(!asyncio::isfuture(&async { asyncio::Ok(()) }));
/// # loop_.close()
/// # }
/// ```
pub fn isfuture<A: Awaitable>(_awaitable: &A) -> bool {
    is_handle::<A>()
}

/// Whether `awaitable` is a coroutine: something that runs only when it is awaited or made a
/// task. Mirrors `asyncio.iscoroutine`.
///
/// ```
/// assert!(asyncio::iscoroutine(&async { asyncio::Ok(()) }));
/// ```
pub fn iscoroutine<A: Awaitable>(_awaitable: &A) -> bool {
    !is_handle::<A>()
}

pub(crate) fn is_handle<A: Awaitable>() -> bool {
    let future: TypeId = typeid::of::<A::IntoFuture>();
    future == typeid::of::<Future<A::Value>>()
        || future == typeid::of::<Task<A::Value>>()
        || future == typeid::of::<Shared<A::Value>>()
}

/// Whether new loops start in debug mode: `ASYNCIO_DEBUG=1`.
pub(crate) fn is_debug_mode() -> bool {
    std::env::var_os("ASYNCIO_DEBUG").is_some_and(|value| !value.is_empty() && value != "0")
}

thread_local! {
    /// The type of the coroutine that is being dropped as one into which an error was thrown.
    static THROWN: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Runs `drop`, in which a coroutine of type `C` ends unstarted because an error was thrown into
/// it: to Python that is a start.
pub(crate) fn thrown_into<C, R>(drop: impl FnOnce() -> R) -> R {
    close(type_name::<C>(), drop)
}

/// The same for a coroutine of the type of this name.
fn close<R>(type_name: &'static str, drop: impl FnOnce() -> R) -> R {
    struct Restore(Option<&'static str>);
    impl Drop for Restore {
        fn drop(&mut self) {
            THROWN.set(self.0);
        }
    }
    let _before = Restore(THROWN.replace(Some(body_of(type_name))));
    drop()
}

/// Whether a coroutine of the type of this name is being dropped so.
pub(crate) fn is_thrown_into(type_name: &str) -> bool {
    THROWN.try_with(Cell::get).ok().flatten() == Some(type_name)
}

/// Held by a coroutine that has not begun, and warns when it is dropped so.
pub struct Unstarted<N> {
    is_unstarted: Cell<bool>,
    /// A closure in the function, by whose type the function is known.
    function: PhantomData<N>,
}

/// For a coroutine of the function in which the closure `name` stands.
pub fn unstarted<N: Fn()>(_name: N) -> Unstarted<N> {
    Unstarted { is_unstarted: Cell::new(true), function: PhantomData }
}

impl<N> Unstarted<N> {
    /// The coroutine begins.
    #[inline]
    pub fn start(&self) {
        self.is_unstarted.set(false);
    }
}

impl<N> Drop for Unstarted<N> {
    fn drop(&mut self) {
        if !self.is_unstarted.get() {
            return;
        }
        // The coroutine and a closure of its function are called alike.
        let name = type_name::<N>();
        if !is_thrown_into(name) {
            let name = format_helpers::coroutine_name(name);
            log::warning(&format!("RuntimeWarning: coroutine '{name}' was never awaited"));
        }
    }
}

impl<N> fmt::Debug for Unstarted<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unstarted").finish_non_exhaustive()
    }
}
