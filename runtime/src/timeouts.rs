//! Timeouts; mirrors `timeouts.py`.

use std::cell::Cell;
use std::fmt;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use crate::base_events::EventLoop;
use crate::contextlib::AsyncContextManager;
use crate::events::{self, Handle, TimerHandle};
use crate::exceptions::{Error, ExceptionGroup, Result, RuntimeError, TimeoutError};
use crate::format_helpers::repr_float;
use crate::futures::AnyFuture;
use crate::raw::{current, place};
use crate::tasks::{self, AnyTask, Block, TaskCore};

/// A timeout: seconds as a number, a [`Duration`], or `None` for none.
#[diagnostic::on_unimplemented(
    message = "a timeout is a number of seconds, a `Duration` or `None`, not `{Self}`",
    label = "not a timeout"
)]
pub trait IntoTimeout {
    /// The timeout in seconds.
    fn into_timeout(self) -> Option<f64>;
}

/// A delay: seconds as a number, or a [`Duration`].
#[diagnostic::on_unimplemented(
    message = "a delay is a number of seconds or a `Duration`, not `{Self}`",
    label = "not a delay"
)]
pub trait IntoDelay: IntoTimeout {
    /// The delay in seconds.
    fn into_delay(self) -> f64;
}

impl IntoTimeout for Option<f64> {
    fn into_timeout(self) -> Option<f64> {
        self
    }
}

macro_rules! seconds {
    ($($number:ty: $value:ident => $seconds:expr),* $(,)?) => {$(
        impl IntoTimeout for $number {
            fn into_timeout(self) -> Option<f64> {
                Some(self.into_delay())
            }
        }

        impl IntoDelay for $number {
            fn into_delay(self) -> f64 {
                let $value = self;
                $seconds
            }
        }
    )*};
}

seconds! {
    f64: value => value,
    f32: value => f64::from(value),
    i32: value => f64::from(value),
    u8: value => f64::from(value),
    u16: value => f64::from(value),
    u32: value => f64::from(value),
    i64: value => value as f64,
    u64: value => value as f64,
    usize: value => value as f64,
    Duration: value => value.as_secs_f64(),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Created,
    Entered,
    Expiring,
    Expired,
    Exited,
}

impl State {
    fn value(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Entered => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Exited => "finished",
        }
    }
}

/// Cancels the current task at a deadline, and turns that cancellation into a `TimeoutError`.
///
/// A cheap handle. Mirrors `asyncio.Timeout`.
#[derive(Clone)]
pub struct Timeout(Rc<Inner>);

struct Inner {
    state: Cell<State>,
    when: Cell<Option<f64>>,
    task: Cell<Option<AnyTask>>,
    /// The task's count of requests to cancel it at the entry.
    cancelling: Cell<u32>,
    handler: Cell<Option<Handler>>,
    block: Cell<Option<Rc<Block>>>,
}

impl Inner {
    /// `task`, which is running, enters the block.
    fn enter(&self, task: AnyTask, core: &TaskCore) {
        self.state.set(State::Entered);
        self.cancelling.set(core.cancelling());
        self.task.set(Some(task));
    }

    fn block(&self) -> Option<Rc<Block>> {
        let block = self.block.take();
        self.block.set(block.clone());
        block
    }
}

enum Handler {
    Soon(Handle),
    Timer(TimerHandle),
}

impl Handler {
    /// Has `on_timeout` called at `when`; it is `now`.
    #[inline]
    fn new(loop_: &EventLoop, when: f64, now: f64, on_timeout: impl FnOnce() + 'static) -> Self {
        if when <= now {
            Self::Soon(loop_.call_soon(on_timeout))
        } else {
            Self::Timer(loop_.call_at(when, on_timeout))
        }
    }

    fn cancel(&self) {
        match self {
            Self::Soon(handle) => handle.cancel(),
            Self::Timer(handle) => handle.cancel(),
        }
    }
}

impl Timeout {
    /// A timeout at `when`, in seconds of the loop's clock.
    pub(crate) fn new(when: Option<f64>) -> Self {
        Self(place::rc(|| Inner {
            state: Cell::new(State::Created),
            when: Cell::new(when),
            task: Cell::new(None),
            cancelling: Cell::new(0),
            handler: Cell::new(None),
            block: Cell::new(None),
        }))
    }

    /// The deadline, in seconds of [`EventLoop::time`](crate::EventLoop::time).
    ///
    /// Mirrors `Timeout.when`.
    pub fn when(&self) -> Option<f64> {
        self.0.when.get()
    }

    /// Moves the deadline to `when`, in seconds of the loop's clock; `None` takes it away.
    ///
    /// Mirrors `Timeout.reschedule`.
    ///
    /// # Errors
    /// RuntimeError if the block was not entered, has expired or is over.
    pub fn reschedule(&self, when: impl IntoTimeout) -> Result<()> {
        match self.0.state.get() {
            State::Entered => {}
            State::Created => return Err(RuntimeError("Timeout has not been entered")),
            state => {
                return Err(RuntimeError(format!(
                    "Cannot change state of {} Timeout",
                    state.value()
                )));
            }
        }
        let when = when.into_timeout();
        self.0.when.set(when);
        self.cancel_handler();
        if let Some(when) = when {
            let loop_ = events::get_running_loop();
            self.schedule(&loop_, when, loop_.time());
        }
        Ok(())
    }

    /// Has the timeout expire at `when`; it is `now`.
    fn schedule(&self, loop_: &EventLoop, when: f64, now: f64) {
        let timeout = Rc::downgrade(&self.0);
        let on_timeout = Self::_on_timeout(move || on_timeout(&timeout));
        self.0.handler.set(Some(Handler::new(loop_, when, now, on_timeout)));
    }

    /// Whether the deadline was reached inside the block. Mirrors `Timeout.expired`.
    pub fn expired(&self) -> bool {
        matches!(self.0.state.get(), State::Expiring | State::Expired)
    }

    /// Enters the timeout, runs `body`, and leaves it: Python's `async with`.
    ///
    /// # Errors
    /// TimeoutError if the deadline was reached and the body let the cancellation through; what
    /// the body fails with; RuntimeError outside of a task, or if it was entered before.
    ///
    /// # Cancellation
    /// A cancellation from outside is raised as it is.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// async fn main() -> asyncio::Result<()> {
    ///     let timeout = asyncio::timeout(0.001);
    ///     let error = timeout.run(async |_| asyncio::sleep(3600).await).await.unwrap_err();
    ///     assert!(error.is::<asyncio::TimeoutError>() && timeout.expired());
    ///     Ok(())
    /// }
    /// asyncio::run(main())
    /// # }
    /// ```
    pub async fn run<T, E>(&self, body: impl AsyncFnOnce(&Self) -> Result<T, E>) -> Result<T>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.enter()?;
        let _left = LeaveOnDrop(self);
        let body = pin!(Some(body(self)));
        let block = self.begin_block();
        let outcome = tasks::flatten(tasks::drive_block(&block, body).await);
        self.exit(outcome)
    }

    fn cancel_handler(&self) {
        let handler = self.0.handler.take();
        if let Some(handler) = handler {
            handler.cancel();
        }
    }

    /// The block of this timeout, which was entered, for its body to be driven in.
    pub(crate) fn begin_block(&self) -> Rc<Block> {
        let block = Block::new();
        self.0.block.set(Some(Rc::clone(&block)));
        block
    }

    /// Python's `__aenter__`.
    pub(crate) fn enter(&self) -> Result<()> {
        if self.0.state.get() != State::Created {
            return Err(RuntimeError("Timeout has already been entered"));
        }
        let Some(task) = tasks::current_task() else {
            return Err(not_in_a_task());
        };
        self.0.enter(task.clone(), task.task_core());
        self.reschedule(self.when())
    }

    /// Python's `__aexit__`: what the block ends with after all.
    pub(crate) fn exit<T>(&self, outcome: Result<T>) -> Result<T> {
        self.cancel_handler();
        if self.0.state.get() == State::Entered {
            self.0.state.set(State::Exited);
            return outcome;
        }
        self.0.state.set(State::Expired);
        let task = self.0.task.take();
        let is_partial = self.0.block().is_some_and(|block| block.is_partial());
        let requests = match task {
            Some(task) if is_partial => task.cancelling(),
            Some(task) => task.uncancel(),
            None => 0,
        };
        expired(outcome, requests > self.0.cancelling.get())
    }

    /// What the loop calls at the deadline; named as reprs show it.
    fn _on_timeout(expire: impl FnOnce()) -> impl FnOnce() {
        move || {
            expire();
        }
    }
}

/// What a block ends with whose deadline was reached.
fn expired<T>(outcome: Result<T>, others_cancel: bool) -> Result<T> {
    let Err(error) = outcome else { return outcome };
    // More requests than at the entry: somebody else wants the task cancelled, too.
    if others_cancel {
        return Err(error);
    }
    if error.is_cancelled() {
        let timeout = Error::bare::<TimeoutError>().with_cause(error.clone());
        return Err(timeout.with_context(error));
    }
    insert_timeout_error(&error);
    if error.is::<ExceptionGroup>() {
        error.exceptions().iter().for_each(insert_timeout_error);
    }
    Err(error)
}

/// The timeout of a `wait_for`, of which nobody has a handle: the timer knows the block, and all
/// else is kept in place.
pub(crate) struct Deadline {
    pub(crate) block: Rc<Block>,
    task: AnyTask,
    /// The task's count of requests to cancel it at the entry.
    cancelling: u32,
    handler: Option<Handler>,
}

impl Deadline {
    /// Enters a timeout of `delay` seconds from now: a single look at the clock.
    pub(crate) fn begin(delay: Option<f64>) -> Result<Self> {
        let begun = events::with_running_loop(|loop_| {
            let mut deadline = Self::enter(loop_)?;
            deadline.handler = delay.map(|delay| deadline.schedule(loop_, delay));
            Some(deadline)
        });
        if begun.is_none() {
            // Panics.
            events::get_running_loop();
        }
        begun.flatten().ok_or_else(not_in_a_task)
    }

    fn enter(loop_: &EventLoop) -> Option<Self> {
        current::with(|task| {
            let task = task.filter(|task| task.core.belongs_to(loop_))?;
            let cancelling = task.task_core.cancelling();
            let task = AnyTask::from_future(AnyFuture(task.task().clone()));
            Some(Self { block: Block::new(), task, cancelling, handler: None })
        })
    }

    fn schedule(&self, loop_: &EventLoop, delay: f64) -> Handler {
        let (block, task) = (Rc::clone(&self.block), self.task.clone());
        let expire = move || {
            block.cancel(&task);
            block.expire();
        };
        let now = loop_.time();
        Handler::new(loop_, now + delay, now, Timeout::_on_timeout(expire))
    }

    /// What the block ends with after all.
    pub(crate) fn exit<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.cancel_handler();
        if !self.block.has_expired() {
            return outcome;
        }
        let requests = match self.block.is_partial() {
            true => self.task.cancelling(),
            false => self.task.uncancel(),
        };
        expired(outcome, requests > self.cancelling)
    }

    fn cancel_handler(&mut self) {
        if let Some(handler) = self.handler.take() {
            handler.cancel();
        }
    }
}

/// A foreign combinator may drop the block half-way: no timer is left behind.
impl Drop for Deadline {
    fn drop(&mut self) {
        self.cancel_handler();
    }
}

#[cold]
fn not_in_a_task() -> Error {
    RuntimeError("Timeout should be used inside a task")
}

impl AsyncContextManager for Timeout {
    type Value = Self;

    async fn aenter(&self) -> Result<Self> {
        self.enter()?;
        self.0.block.set(current::block());
        Ok(self.clone())
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        self.exit(error.cloned().map_or(Ok(()), Err))?;
        Ok(false)
    }

    fn finally(&self) {
        drop(LeaveOnDrop(self));
    }
}

/// Ends a block that a foreign combinator drops half-way: no timer is left behind.
struct LeaveOnDrop<'a>(&'a Timeout);

impl Drop for LeaveOnDrop<'_> {
    fn drop(&mut self) {
        let timeout = self.0;
        timeout.cancel_handler();
        match timeout.0.state.get() {
            State::Entered => timeout.0.state.set(State::Exited),
            State::Expiring => timeout.0.state.set(State::Expired),
            _ => {}
        }
        let (task, block) = (timeout.0.task.take(), timeout.0.block.take());
        drop((task, block));
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state.get();
        write!(f, "<Timeout [{}]", state.value())?;
        if state == State::Entered {
            let when = self.when().map(|when| repr_float((when * 1000.0).round() / 1000.0));
            write!(f, " when={}", when.as_deref().unwrap_or("None"))?;
        }
        f.write_str(">")
    }
}

/// A timeout of `delay` seconds from now; `None` for none.
///
/// Mirrors `asyncio.timeout`.
///
/// # Panics
/// RuntimeError `no running event loop`.
#[track_caller]
pub fn timeout(delay: impl IntoTimeout) -> Timeout {
    let now = events::get_running_loop().time();
    Timeout::new(delay.into_timeout().map(|delay| now + delay))
}

/// A timeout at `when`, in seconds of [`EventLoop::time`](crate::EventLoop::time).
///
/// Mirrors `asyncio.timeout_at`.
pub fn timeout_at(when: impl IntoTimeout) -> Timeout {
    Timeout::new(when.into_timeout())
}

fn on_timeout(timeout: &Weak<Inner>) {
    let Some(timeout) = timeout.upgrade() else { return };
    let task = timeout.task.take();
    timeout.task.set(task.clone());
    if let Some(task) = task {
        match timeout.block() {
            Some(block) => block.cancel(&task),
            None => drop(task.cancel()),
        }
    }
    timeout.state.set(State::Expiring);
    let handler = timeout.handler.take();
    drop(handler);
}

/// Puts a `TimeoutError` before the first cancellation in the chain of contexts of `error`.
fn insert_timeout_error(error: &Error) {
    let mut error = error.clone();
    while let Some(context) = error.context() {
        if context.is_cancelled() {
            let timeout =
                Error::bare::<TimeoutError>().with_context(context.clone()).with_cause(context);
            error.set_context(Some(timeout));
            return;
        }
        error = context;
    }
}
