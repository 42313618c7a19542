//! Tasks: coroutines run by the loop, one step at a time; mirrors `tasks.py`.
//!
//! ```text
//!   create ──▶ scheduled ──▶ stepping ──▶ done
//!                  ▲             │ pending
//!                  │             ▼
//!                  └──────── suspended
//! ```
//!
//! A step polls the coroutine once. Whatever makes a suspended task go on (a future that is
//! done, a bare yield, a foreign waker, a cancellation) schedules one step, as a callback
//! like any other. An error is thrown into a coroutine by letting the await at which it is
//! suspended return that error: the first future of ours that the step polls takes it.

mod as_completed;
mod cancel;
mod drive;
mod factory;
pub(crate) mod flags;
mod gather;
mod handle;
mod shield;
mod sleep;
mod step;
mod threadsafe;
mod wait;
mod wait_for;
mod waiters;

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;

use crate::base_events::{EventLoop, ExceptionContext};
use crate::contextvars::{self, Context, ContextSlot};
use crate::coroutines::{Awaitable, Coroutine, is_handle};
use crate::events::{self, Created, RawHandle};
use crate::exceptions::{
    Error, Result, RuntimeError, TypeError, ValueError, from_panic, panic_with,
};
use crate::format_helpers;
use crate::futures::{
    self, AnyFuture, Core, DoneCallback, Future, Rare, RawFuture, Shared, Twin, Typed,
    WakerCallback,
};
use crate::rarely::Rarely;
use crate::raw::current::{self, Current};
use crate::raw::moving::{self, Moving};
use crate::raw::task::TaskCell;
use crate::raw::waker::TaskWaker;
use crate::selector_events::TaskKey;
use flags::{
    ASKED, ENDED_EAGERLY, Flags, LOG_DESTROY_PENDING, MUST_CANCEL, STARTED, TO_THROW, YIELDED,
};
use waiters::Waiters;

pub use as_completed::{AsCompleted, NextCompleted, as_completed, as_completed_with};
pub(crate) use drive::{
    Block, begin_yield, drive, drive_block, drive_caught, drive_in_blocks, end_yield, flatten,
    poll_in_block,
};
pub use factory::{Erased, TaskFactory, create_eager_task_factory, eager_task_factory};
pub(crate) use gather::gather_any;
pub use gather::{
    GatherArgs, gather, gather_all, gather_all_return_exceptions, gather_return_exceptions,
};
pub use handle::{AnyTask, Task};
pub use shield::shield;
pub use sleep::{Sleep, sleep, sleep_with};
pub(crate) use step::{may_throw, take_throw, take_unclaimed, throw_while};
pub use threadsafe::run_coroutine_threadsafe;
pub use wait::{
    ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ReturnWhen, Split, WaitOptions, Waitable,
    wait, wait_with,
};
pub use wait_for::wait_for;

/// What a task has beside what every future has.
pub(crate) struct TaskCore {
    pub(crate) waker: TaskWaker,
    /// The `N` of `Task-N`, for a task that was made without a name.
    number: u64,
    name: Rarely<Option<Rc<String>>>,
    context: Rarely<ContextSlot>,
    /// Python's `_fut_waiter`; more than one while a foreign combinator polls several.
    waiters: Waiters,
    /// The error that the next step throws, or that this one is throwing.
    throw: Rarely<Option<Error>>,
    num_cancels_requested: Cell<u32>,
    pub(crate) flags: Flags,
}

impl TaskCore {
    /// Does nothing that can fail, so that it is built where it will lie.
    #[inline(always)]
    fn new(waker: TaskWaker, number: u64, name: Option<Rc<String>>, context: ContextSlot) -> Self {
        Self {
            waker,
            number,
            name: Rarely::new(name),
            context: Rarely::new(context),
            waiters: Waiters::new(),
            throw: Rarely::new(None),
            num_cancels_requested: Cell::new(0),
            flags: Flags::new(LOG_DESTROY_PENDING),
        }
    }

    #[cold]
    fn drop_all(&mut self) {
        // Taken out first, so that each goes even if another panics.
        let (name, context) = (self.name.take(), self.context.take());
        let (waker, throw) = (self.waker.take_owned(), self.throw.take());
        let _all = (waker, name, context, self.waiters.take_all(), throw);
    }

    /// What is left of a task that is being dropped.
    fn ghost(&mut self) -> Self {
        let (name, context) = (self.name.take(), self.context.take());
        let ghost = Self::new(TaskWaker::detached(), self.number, name, context);
        ghost.num_cancels_requested.set(self.cancelling());
        ghost
    }

    pub(crate) fn get_name(&self) -> String {
        let name = self.name.take();
        self.name.set(name.clone());
        name.map_or_else(|| format!("Task-{}", self.number), |name| String::clone(&name))
    }

    fn set_name(&self, name: String) {
        self.name.set(Some(Rc::new(name)));
    }

    fn get_context(&self) -> Context {
        contextvars::context_of(&self.context)
    }

    pub(crate) fn cancelling(&self) -> u32 {
        self.num_cancels_requested.get()
    }

    /// Python's `uncancel`: one request less; at none, a request not yet delivered is void.
    pub(crate) fn uncancel(&self) -> u32 {
        let left = self.cancelling().saturating_sub(1);
        if self.num_cancels_requested.replace(left) == 1 {
            self.flags.clear(MUST_CANCEL);
        }
        left
    }

    /// Ends the wait for the answer to a cancellation.
    fn forget_asked(&self) {
        if self.flags.take(ASKED) {
            drop(self.waiters.forget_asked());
        }
    }

    /// The future that the task waits for, as its repr shows it.
    pub(crate) fn fut_waiter(&self) -> Option<Rc<dyn RawFuture>> {
        self.waiters.first()
    }
}

impl Drop for TaskCore {
    #[inline(always)]
    fn drop(&mut self) {
        let is_bare = self.name.get_mut().is_none()
            && self.context.get_mut().is_empty()
            && self.throw.get_mut().is_none();
        if !is_bare || self.waiters.is_waiting() || self.waker.is_owned() {
            self.drop_all();
        }
    }
}

/// Any task, its types forgotten.
pub(crate) trait RawTask: RawFuture + RawHandle + DoneCallback {
    fn task_core(&self) -> &TaskCore;
    /// Drops the coroutine.
    fn clear(&self);
    /// Schedules the next step, unless it is scheduled already.
    fn make_ready(self: Rc<Self>, loop_: &EventLoop);
    fn key(&self) -> TaskKey {
        self.task_core().waker.key()
    }
}

/// Options of a new task: Python's keyword arguments of `create_task`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// use asyncio::TaskOptions;
///
/// async fn main() -> asyncio::Result<()> {
///     let options = TaskOptions::new().name("worker");
///     let task = asyncio::create_task_with(async { asyncio::Ok(()) }, options);
///     assert_eq!(task.get_name(), "worker");
///     task.await
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TaskOptions {
    name: Option<Rc<String>>,
    context: Option<ContextSlot>,
    eager_start: Option<bool>,
    /// Where the task was asked for, be it made by a factory.
    created: Created,
}

impl TaskOptions {
    /// No name, a copy of the current context.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the task; without one it is `Task-1`, `Task-2`, …
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(Rc::new(name.into()));
        self
    }

    /// The context that the task's steps run in.
    #[must_use]
    pub fn context(mut self, context: &Context) -> Self {
        self.context = Some(contextvars::slot_from(context));
        self
    }

    /// Whether the coroutine runs to its first suspension at once, if the loop is running.
    #[must_use]
    pub fn eager_start(mut self, eager_start: bool) -> Self {
        self.eager_start = Some(eager_start);
        self
    }

    /// The number of a new task, if it has no name.
    #[inline(always)]
    fn number(&self) -> u64 {
        if self.name.is_some() { 0 } else { events::next_task_number() }
    }

    /// What the steps of a new task run in.
    #[inline(always)]
    fn slot_or_copy(&self) -> ContextSlot {
        match &self.context {
            Some(context) => context.clone(),
            None => contextvars::capture(),
        }
    }

    pub(crate) fn slot(mut self, context: ContextSlot) -> Self {
        self.context = Some(context);
        self
    }
}

impl fmt::Debug for TaskOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskOptions").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T: 'static> Task<T> {
    /// Makes a task of `coroutine` and schedules its first step.
    ///
    /// The options are borrowed: moving them costs more than reading them. The handle is put
    /// together by the caller: three words are not returned in registers.
    #[inline(always)]
    pub(crate) fn start<C, E>(
        loop_: &EventLoop,
        coroutine: C,
        options: &TaskOptions,
    ) -> Rc<dyn Typed<T>>
    where
        C: StdFuture<Output = Result<T, E>> + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        moving::pass(coroutine, |coroutine| Self::start_cell(loop_, coroutine, options))
    }

    #[inline(never)]
    fn start_cell<C, E>(
        loop_: &EventLoop,
        coroutine: Moving<'_, C>,
        options: &TaskOptions,
    ) -> Rc<TaskCell<C, T>>
    where
        C: StdFuture<Output = Result<T, E>> + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let eager_start = options.eager_start.unwrap_or(false);
        let rare = Rare::new(options.created);
        let (number, name) = (options.number(), options.name.clone());
        let context = options.slot_or_copy();
        let cell = loop_.register_task(|key| {
            TaskCell::new(coroutine, || {
                let waker = TaskWaker::new(&loop_.0.remote, key);
                let core = Core::new(Rc::downgrade(&loop_.0), rare);
                (core, TaskCore::new(waker, number, name, context))
            })
        });
        if eager_start && loop_.is_running() {
            cell.eager_start(loop_);
        } else {
            if loop_.is_closed() {
                // It never starts, and says so before its caller learns why.
                destroy_pending(loop_, cell.clone());
            }
            cell.clone().make_ready(loop_);
        }
        cell
    }
}

/// Schedules a coroutine on the running event loop, to run beside its creator.
///
/// It starts in the next iteration. The loop owns it until it is done: dropping the handle
/// neither cancels nor detaches anything. Mirrors `asyncio.create_task`.
///
/// # Panics
/// RuntimeError `no running event loop`; TypeError if it is a future or task already.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn add(a: i32, b: i32) -> asyncio::Result<i32> {
///     Ok(a + b)
/// }
/// async fn main() -> asyncio::Result<()> {
///     let task = asyncio::create_task(add(1, 2));
///     assert_eq!(task.await?, 3);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn create_task<A>(coroutine: A) -> Task<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    spawn_here(coroutine, &mut TaskOptions::new())
}

/// [`create_task`] with a name or a context.
///
/// # Panics
/// As [`create_task`].
#[track_caller]
pub fn create_task_with<A>(coroutine: A, mut options: TaskOptions) -> Task<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    spawn_here(coroutine, &mut options)
}

/// A task on the running loop, which nobody has to count.
#[inline]
#[track_caller]
fn spawn_here<A>(coroutine: A, options: &mut TaskOptions) -> Task<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    if is_handle::<A>() {
        events::get_running_loop();
        refuse(coroutine);
    }
    // A closure would name itself, not our caller.
    let caller = Location::caller();
    match events::with_running_loop(|loop_| loop_.spawn_for(caller, coroutine, options)) {
        Some(task) => Task::from_future(Future::of(task)),
        None => panic_with(RuntimeError("no running event loop")),
    }
}

impl EventLoop {
    /// A task on this loop, which may be any; the options, if they are moved, are left empty.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn spawn<A>(&self, coroutine: A, options: &mut TaskOptions) -> Task<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.check_closed();
        if is_handle::<A>() {
            refuse(coroutine);
        }
        Task::from_future(Future::of(self.spawn_for(Location::caller(), coroutine, options)))
    }

    /// What every `create_task` comes down to.
    #[inline(always)]
    fn spawn_for<A>(
        &self,
        caller: &'static Location<'static>,
        coroutine: A,
        options: &mut TaskOptions,
    ) -> Rc<dyn Typed<A::Value>>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        let coroutine = coroutine.into_future();
        options.created = self.get_debug().then_some(caller);
        if self.has_task_factory() {
            return Coroutine::new(coroutine).start_with_factory(self, std::mem::take(options));
        }
        Task::start(self, coroutine, options)
    }

    /// A task of anything awaitable: a handle is awaited by a coroutine, which has Python's name.
    #[track_caller]
    pub(crate) fn create_wrapped_task<A>(
        &self,
        awaitable: A,
        options: TaskOptions,
    ) -> Task<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        async fn _wrap_awaitable<F: IntoFuture>(handle: F) -> F::Output {
            handle.await
        }
        if is_handle::<A>() {
            return self.create_task_with(_wrap_awaitable(awaitable.into_future()), options);
        }
        self.create_task_with(awaitable, options)
    }
}

/// Panics about a handle in the place of a coroutine.
#[cold]
#[track_caller]
fn refuse<A>(handle: A) -> !
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    let future = Child::<A::Value>::from_handle(handle.into_future()).future;
    panic_with(TypeError(format!("a coroutine was expected, got {future:?}")))
}

/// A future that somebody waits for.
pub(crate) struct Child<T> {
    pub(crate) future: Future<T>,
    origin: Origin<T>,
}

/// How somebody came by a future that he waits for.
enum Origin<T> {
    /// It is a task that was made for this purpose.
    New,
    /// It was given, and gives up its result.
    Given,
    /// It was given as `&future`: its result is cloned.
    Shared(fn(&Future<T>) -> Result<T>),
}

impl<T> Clone for Origin<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Origin<T> {}

impl<T: 'static> Origin<T> {
    /// The result of `future`, which has this origin.
    fn read(self, future: &Future<T>) -> Result<T> {
        match self {
            Self::New | Self::Given => future.take_result(),
            Self::Shared(read) => read(future),
        }
    }
}

impl<T: 'static> Child<T> {
    /// The future of a handle, which [`is_handle`] has said it is.
    fn from_handle<F: 'static>(handle: F) -> Self {
        let mut slot = Some(handle);
        let slot: &mut dyn Any = &mut slot;
        if let Some(Some(future)) = slot.downcast_mut::<Option<Future<T>>>().map(Option::take) {
            return Self { future, origin: Origin::Given };
        }
        if let Some(Some(task)) = slot.downcast_mut::<Option<Task<T>>>().map(Option::take) {
            return Self { future: Future::clone(&task), origin: Origin::Given };
        }
        match slot.downcast_mut::<Option<Shared<T>>>().map(Option::take) {
            Some(Some(shared)) => {
                Self { future: shared.future, origin: Origin::Shared(shared.read) }
            }
            _ => unreachable!("there are no other handles"),
        }
    }

    /// Whether it is a task that was made for this purpose.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.origin, Origin::New)
    }

    pub(crate) fn result(&self) -> Result<T> {
        self.origin.read(&self.future)
    }
}

/// What `read` gives; a panic becomes an error, for somebody waits for it.
fn caught<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|payload| Err(from_panic(payload)))
}

/// Python's `ensure_future`, with `loop` if given.
#[track_caller]
pub(crate) fn ensure_child<A>(awaitable: A, loop_: Option<&EventLoop>) -> Result<Child<A::Value>>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    if is_handle::<A>() {
        let child = Child::from_handle(awaitable.into_future());
        if loop_.is_some_and(|loop_| !child.future.core().belongs_to(loop_)) {
            return Err(ValueError(
                "The future belongs to a different loop than the one specified as the loop \
                 argument",
            ));
        }
        return Ok(child);
    }
    let task = match loop_ {
        Some(loop_) => loop_.create_task(awaitable),
        None => events::get_event_loop().create_task(awaitable),
    };
    Ok(Child { future: task.into_inner(), origin: Origin::New })
}

/// Makes a future of anything awaitable: a handle is itself, a coroutine becomes a task.
///
/// Mirrors `asyncio.ensure_future`.
///
/// # Panics
/// As [`get_event_loop`](crate::get_event_loop), for a coroutine.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let task = asyncio::ensure_future(async { asyncio::Ok(1) });
///     assert_eq!(asyncio::ensure_future(task.clone()), task);
///     assert_eq!(task.await?, 1);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn ensure_future<A>(awaitable: A) -> Future<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    match ensure_child(awaitable, None) {
        Ok(child) => child.future,
        Err(error) => panic_with(error),
    }
}

/// The task that is running, or `None` in a callback.
///
/// Mirrors `asyncio.current_task`.
///
/// # Panics
/// RuntimeError `no running event loop`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let task = asyncio::current_task().expect("a coroutine runs in a task");
///     assert_eq!(task.get_name(), "Task-1");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn current_task() -> Option<AnyTask> {
    current_task_of(&events::get_running_loop())
}

/// The task that is running in `loop_`: Python's `current_task(loop)`.
pub fn current_task_of(loop_: &EventLoop) -> Option<AnyTask> {
    current::with(|task| {
        let task = task.filter(|task| task.core.belongs_to(loop_))?;
        Some(AnyTask::from_future(AnyFuture(task.task().clone())))
    })
}

/// The tasks of the running loop that are not done, in the order of their creation.
///
/// Mirrors `asyncio.all_tasks`.
///
/// # Panics
/// RuntimeError `no running event loop`.
#[track_caller]
pub fn all_tasks() -> Vec<AnyTask> {
    all_tasks_of(&events::get_running_loop())
}

/// The tasks of `loop_` that are not done: Python's `all_tasks(loop)`.
pub fn all_tasks_of(loop_: &EventLoop) -> Vec<AnyTask> {
    let any = |task: Rc<dyn RawTask>| AnyTask::from_future(AnyFuture(task));
    loop_.pending_tasks().into_iter().map(any).collect()
}

/// Registers `task` with a pending future that its step has polled.
pub(crate) fn wait_on(current: &Current<'_>, future: Rc<dyn RawFuture>, core: &Core) {
    let waiters = &current.task_core.waiters;
    if waiters.is_waiting() && waiters.renew(&future) {
        return;
    }
    if !core.same_loop(current.core) || std::ptr::eq(core, current.core) {
        return throw_next(current.task_core, cannot_await(&**current.task(), &*future));
    }
    core.callbacks.push(current.task().clone());
    waiters.add(future);
}

/// What is raised at an await of the task itself, or of a future of another loop.
#[cold]
fn cannot_await(task: &dyn RawTask, future: &dyn RawFuture) -> Error {
    let task_repr = repr(task);
    if futures::is_same(task, future) {
        return RuntimeError(format!("Task cannot await on itself: {task_repr}"));
    }
    let future_repr = repr(future);
    RuntimeError(format!("Task {task_repr} got Future {future_repr} attached to a different loop"))
}

/// Remembers a future that the task's step polled with a waker that is not the task's own.
pub(crate) fn wait_on_foreign(current: &Current<'_>, callback: &Rc<WakerCallback>) {
    let address = Rc::as_ptr(current.task()).addr();
    if callback.poller.replace(address) != address {
        current.task_core.waiters.add_foreign(callback);
    }
}

/// Has the next step throw `error`.
fn throw_next(core: &TaskCore, error: Error) {
    core.throw.set(Some(error));
    core.flags.set(TO_THROW | YIELDED);
}

fn repr(future: &dyn RawFuture) -> String {
    crate::base_futures::future_repr(future)
}

/// Drops a pending task with its loop and says so.
pub(crate) fn destroy_pending(loop_: &EventLoop, task: Rc<dyn RawTask>) {
    // Python's collector closes a suspended coroutine before the task says its last words.
    if task.task_core().flags.has(STARTED) {
        step::drop_coroutine(loop_, &*task);
    }
    if task.task_core().flags.has(LOG_DESTROY_PENDING) {
        let mut context = ExceptionContext::new("Task was destroyed but it is pending!");
        context.source_traceback = task.core().created();
        context.task = Some(AnyTask::from_future(AnyFuture(task.clone())));
        // There is nobody to raise to: Python does this in a destructor.
        let _ = loop_.call_exception_handler(context);
    }
    step::drop_coroutine(loop_, &*task);
    loop_.drop_reporting(task.task_core().waiters.forget_all(Rc::as_ptr(&task).cast()));
    // Its callbacks can never run; whom they own, a gathering future perhaps, owns the task.
    task.core().callbacks.clear();
}

/// Reports the failure of a task that is being dropped, which nobody saw.
#[cold]
pub(crate) fn finalize(core: &mut Core, task: &mut TaskCore, coroutine: &str) {
    let coroutine = format_helpers::format_coroutine(coroutine, true);
    let coroutine = Some(coroutine).filter(|_| !task.flags.has(ENDED_EAGERLY));
    let twin = Twin { task: Some(task.ghost()), coroutine };
    futures::report_never_retrieved(core, "Task", twin);
}

impl fmt::Debug for TaskCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskCore").field("name", &self.get_name()).finish_non_exhaustive()
    }
}
