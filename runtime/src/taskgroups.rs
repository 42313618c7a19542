//! Task groups; mirrors `taskgroups.py`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::thread;

use slab::Slab;

use crate::base_events::{EventLoop, ExceptionContext};
use crate::contextlib::AsyncContextManager;
use crate::contextvars::{self, Context, ContextSlot};
use crate::coroutines::{Awaitable, thrown_into};
use crate::events::{self, Created, RawHandle, get_running_loop};
use crate::exceptions::{Error, GeneratorExit, Result, RuntimeError, panic_with};
use crate::format_helpers::name_of;
use crate::futures::{AnyFuture, Core, DoneCallback, Function, Future, RawFuture};
use crate::raw::current;
use crate::tasks::{self, AnyTask, Block, Task, TaskOptions, current_task_of};

/// Tasks that are waited for together.
///
/// When one fails, the others and the body are cancelled, and all failures are raised as one
/// `ExceptionGroup` once the last task is done. A cheap handle: clones are the same group.
/// Mirrors `asyncio.TaskGroup`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let group = asyncio::TaskGroup::new();
///     let mut task = None;
///     group
///         .run(async |group| {
///             task = Some(group.create_task(asyncio::sleep_with(0.001, 42))?);
///             asyncio::Ok(())
///         })
///         .await?;
///     assert_eq!(task.unwrap().result()?, 42);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TaskGroup(Rc<Inner>);

#[derive(Default)]
struct Inner {
    entered: Cell<bool>,
    exiting: Cell<bool>,
    aborting: Cell<bool>,
    cancel_on_enter: Cell<bool>,
    parent_cancel_requested: Cell<bool>,
    block: RefCell<Option<Rc<Block>>>,
    loop_: RefCell<Option<EventLoop>>,
    parent_task: RefCell<Option<AnyTask>>,
    members: RefCell<Members>,
    errors: RefCell<Vec<Error>>,
    /// The first SystemExit or KeyboardInterrupt.
    base_error: RefCell<Option<Error>>,
    on_completed: RefCell<Option<Future<()>>>,
}

#[derive(Default)]
struct Members {
    /// The tasks that are not done.
    tasks: Slab<Member>,
    joined: u64,
    /// The places of those that have succeeded, and of which the group will be told.
    succeeded: VecDeque<usize>,
}

struct Member {
    task: AnyTask,
    /// Its number in the order in which they joined.
    order: u64,
    /// What the group is told of its end in.
    context: ContextSlot,
}

impl TaskGroup {
    /// A group that was not entered yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters the group, runs `body`, and waits for all tasks: Python's `async with`.
    ///
    /// # Errors
    /// An `ExceptionGroup` of what the tasks and the body failed with; SystemExit and
    /// KeyboardInterrupt come alone; RuntimeError if the group was entered before, or outside
    /// of a task.
    ///
    /// # Cancellation
    /// Cancelling the task cancels all tasks of the group, and is raised when they are done,
    /// unless one of them failed.
    pub async fn run<E>(&self, body: impl AsyncFnOnce(&Self) -> Result<(), E>) -> Result<()>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let block = Block::new();
        if !self.0.entered.get() {
            self.0.block.replace(Some(Rc::clone(&block)));
        }
        self.enter()?;
        let _finally = LeaveOnDrop(self);
        let body = pin!(Some(body(self)));
        let outcome = tasks::flatten(tasks::drive_block(&block, body).await);
        tasks::poll_in_block(&block, self.exit(outcome.err())).await
    }

    /// Creates a task in this group.
    ///
    /// Mirrors `TaskGroup.create_task`.
    ///
    /// # Errors
    /// RuntimeError if the group was not entered, is finished or is shutting down; the
    /// coroutine is dropped then.
    #[track_caller]
    pub fn create_task<A>(&self, coroutine: A) -> Result<Task<A::Value>>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.spawn(coroutine, &mut TaskOptions::new())
    }

    /// [`create_task`](Self::create_task) with a name, a context or an eager start.
    ///
    /// # Errors
    /// As [`create_task`](Self::create_task).
    #[track_caller]
    pub fn create_task_with<A>(
        &self,
        coroutine: A,
        mut options: TaskOptions,
    ) -> Result<Task<A::Value>>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.spawn(coroutine, &mut options)
    }

    #[inline]
    #[track_caller]
    fn spawn<A>(&self, coroutine: A, options: &mut TaskOptions) -> Result<Task<A::Value>>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        let inner = &self.0;
        let refused = if !inner.entered.get() {
            Some("has not been entered")
        } else if self.is_finished() {
            Some("is finished")
        } else {
            inner.aborting.get().then_some("is shutting down")
        };
        if let Some(state) = refused {
            // Closed, which to Python is no loss.
            thrown_into::<A::IntoFuture, _>(|| drop(coroutine));
            return Err(RuntimeError(format!("TaskGroup {self:?} {state}")));
        }
        let loop_ = inner.loop_.borrow().clone().unwrap_or_else(get_running_loop);
        let task = loop_.spawn(coroutine, options);
        let context = contextvars::capture();
        let place = inner.members.borrow_mut().join(task.any(), context);
        if !self.watch(task.core(), place, &loop_) {
            task.any().add_done_callback(self.clone()._on_task_done(place));
        }
        // A task that started eagerly may have cancelled the group before it joined.
        if inner.aborting.get() && !task.done() {
            task.cancel();
        }
        Ok(task)
    }

    /// Has the group itself told of a task's end, if there is nothing but the task's place to
    /// know about it: that needs no callback of its own.
    #[inline]
    fn watch(&self, task: &Core, place: usize, loop_: &EventLoop) -> bool {
        let is_plain = !task.done() && task.created().is_none() && task.belongs_to(loop_);
        if !is_plain || !task.take_place(place) {
            return false;
        }
        task.callbacks.push(self.0.clone());
        true
    }

    /// Cancels the tasks and the body; the block then ends without `CancelledError`.
    ///
    /// Before the group is entered, it is cancelled on entry; after its end nothing happens.
    /// Mirrors `TaskGroup.cancel`.
    pub fn cancel(&self) {
        let inner = &self.0;
        if !inner.entered.get() {
            inner.cancel_on_enter.set(true);
            return;
        }
        if self.is_finished() || inner.aborting.get() {
            return;
        }
        self.abort();
        self.cancel_parent();
    }

    /// Has the body raise CancelledError, or the exit go on, unless that was asked for already.
    fn cancel_parent(&self) {
        let inner = &self.0;
        let (parent, block) = (inner.parent_task.borrow().clone(), inner.block.borrow().clone());
        let Some(parent) = parent else { return };
        if inner.parent_cancel_requested.replace(true) {
            return;
        }
        match block {
            Some(block) => block.cancel(&parent),
            None => drop(parent.cancel()),
        }
    }

    fn is_finished(&self) -> bool {
        self.0.exiting.get() && self.0.has_no_tasks()
    }

    /// Python's `__aenter__`.
    pub(crate) fn enter(&self) -> Result<()> {
        let inner = &self.0;
        if inner.entered.get() {
            return Err(RuntimeError(format!("TaskGroup {self:?} has already been entered")));
        }
        let loop_ = get_running_loop();
        let Some(parent) = current_task_of(&loop_) else {
            return Err(RuntimeError(format!(
                "TaskGroup {self:?} cannot determine the parent task"
            )));
        };
        inner.loop_.replace(Some(loop_));
        inner.parent_task.replace(Some(parent));
        inner.entered.set(true);
        if inner.cancel_on_enter.get() {
            self.cancel();
        }
        Ok(())
    }

    /// Python's `__aexit__`.
    pub(crate) async fn exit(&self, error: Option<Error>) -> Result<()> {
        let inner = &self.0;
        inner.exiting.set(true);
        let mut propagate = error.clone().filter(Error::is_cancelled);
        if let Some(error) = &error {
            self.note_base_error(error);
            if !inner.aborting.get() {
                self.abort();
            }
        }
        let pending = self.wait_for_tasks(&mut propagate).await;
        let parent = inner.parent_task.borrow().clone();
        if let (Some(parent), Some(block)) = (&parent, &*inner.block.borrow()) {
            block.end(parent);
        }
        let base_error = inner.base_error.take();
        if let Some(base_error) = base_error {
            return Err(raised_in_exit(base_error, error));
        }
        if inner.parent_cancel_requested.get() {
            // Our own request: it must be taken back. What is left is somebody else's.
            let is_partial = inner.block.borrow().as_ref().is_some_and(|block| block.is_partial());
            let requests = match &parent {
                Some(parent) if is_partial => parent.cancelling(),
                Some(parent) => parent.uncancel(),
                None => 0,
            };
            match requests {
                0 => propagate = None,
                _ => propagate = propagate.or(pending),
            }
        }
        let mut errors = inner.errors.take();
        if let Some(cancelled) = propagate
            && errors.is_empty()
        {
            return Err(raised_in_exit(cancelled, error));
        }
        let body_error = error.clone().filter(|error| !error.is_cancelled());
        errors.extend(body_error.clone());
        if errors.is_empty() {
            return Ok(());
        }
        if let Some(parent) = parent
            && parent.cancelling() > 0
        {
            // Keeps the count, and has CancelledError raised at the next await.
            parent.uncancel();
            parent.cancel();
        }
        match body_error {
            Some(lone) if errors.len() == 1 && lone.is::<GeneratorExit>() => Err(lone),
            _ => {
                let group = Error::group_of("unhandled errors in a TaskGroup", errors);
                Err(raised_in_exit(group.without_context(), error))
            }
        }
    }

    /// Waits until the last task is done, through any number of cancellations; returns the
    /// last of them, and leaves in `propagate` one that nobody had asked for before.
    async fn wait_for_tasks(&self, propagate: &mut Option<Error>) -> Option<Error> {
        let inner = &self.0;
        let mut pending = None;
        while !inner.has_no_tasks() {
            let completed = get_running_loop().create_future();
            inner.on_completed.replace(Some(completed.clone()));
            let outcome = completed.await;
            inner.on_completed.replace(None);
            let Err(cancelled) = outcome else { continue };
            pending = Some(cancelled.clone());
            if !inner.aborting.get() {
                *propagate = Some(cancelled);
                self.abort();
            }
        }
        pending
    }

    fn note_base_error(&self, error: &Error) {
        let mut base_error = self.0.base_error.borrow_mut();
        if error.is_exit() && base_error.is_none() {
            *base_error = Some(error.clone());
        }
    }

    fn abort(&self) {
        self.0.aborting.set(true);
        let members = self.0.members.borrow();
        let mut tasks: Vec<_> =
            members.tasks.iter().map(|(_, member)| (member.order, member.task.clone())).collect();
        drop(members);
        tasks.sort_by_key(|(order, _)| *order);
        // One that is done keeps its failure: a request would count as having seen it.
        for (_, task) in tasks.iter().filter(|(_, task)| !task.done()) {
            task.cancel();
        }
    }

    /// What tells the group that a task is done; named as reprs show it.
    fn _on_task_done(self, place: usize) -> impl FnOnce(&AnyTask) -> Result<()> {
        move |task| self.on_task_done(place, task)
    }

    /// The call of that.
    fn callback(
        self,
        context: ContextSlot,
        place: usize,
    ) -> Function<impl FnOnce(&AnyTask) -> Result<()>, AnyTask> {
        let narrow = |task| Some(AnyTask::from_future(task));
        Function::new(self._on_task_done(place), narrow, context, None)
    }

    fn on_task_done(&self, place: usize, task: &AnyTask) -> Result<()> {
        let inner = &self.0;
        let done = inner.members.borrow_mut().tasks.remove(place);
        drop(done);
        inner.tell_whether_completed()?;
        if task.cancelled() {
            return Ok(());
        }
        let Some(error) = task.exception()? else { return Ok(()) };
        inner.errors.borrow_mut().push(error.clone());
        self.note_base_error(&error);
        let Some(parent) = inner.parent_task.borrow().clone() else { return Ok(()) };
        if parent.done() {
            return report_late_error(task, &parent, error);
        }
        if !inner.aborting.get() && !inner.parent_cancel_requested.get() {
            self.abort();
            self.cancel_parent();
        }
        Ok(())
    }
}

impl Members {
    /// Adds a task, and gives its place.
    fn join(&mut self, task: AnyTask, context: ContextSlot) -> usize {
        self.joined += 1;
        self.tasks.insert(Member { task, order: self.joined, context })
    }

    /// Takes out the next of the tasks that have succeeded.
    fn take_succeeded(&mut self) -> Option<Member> {
        let place = self.succeeded.pop_front()?;
        Some(self.tasks.remove(place))
    }
}

impl Inner {
    fn has_no_tasks(&self) -> bool {
        self.members.borrow().tasks.is_empty()
    }

    /// Ends the wait for the tasks, if there is one and none is left.
    fn tell_whether_completed(&self) -> Result<()> {
        if !self.has_no_tasks() {
            return Ok(());
        }
        let completed = self.on_completed.borrow().clone();
        match completed.filter(|completed| !completed.done()) {
            Some(completed) => completed.set_result(()),
            None => Ok(()),
        }
    }

    /// Schedules a callback that gets the task.
    #[cold]
    #[inline(never)]
    fn schedule_with(self: Rc<Self>, task: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let place = task.core().place();
        let context = mem::take(&mut self.members.borrow_mut().tasks[place].context);
        Rc::new(TaskGroup(self).callback(context, place)).schedule(task, loop_);
    }

    /// Is told of the last of the tasks, which has succeeded.
    #[cold]
    #[inline(never)]
    fn run_last(self: Rc<Self>, loop_: &EventLoop, context: ContextSlot) -> Result<()> {
        let context = Cell::new(context);
        let Err(error) = events::call(&context, || self.tell_whether_completed()) else {
            return Ok(());
        };
        let handle = TaskGroup(self).callback(context.take(), 0);
        events::report_callback(loop_, Rc::new(handle), error)
    }
}

/// The callback of the tasks of which nothing but their places has to be known.
impl DoneCallback for Inner {
    fn schedule(self: Rc<Self>, task: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        let core = task.core();
        if core.succeeded() {
            self.members.borrow_mut().succeeded.push_back(core.place());
            return loop_.push(self);
        }
        self.schedule_with(task, loop_);
    }

    fn repr(&self) -> String {
        name_of(|(group, place): (TaskGroup, usize)| group._on_task_done(place))
    }
}

/// Tells the group that a task has succeeded.
impl RawHandle for Inner {
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let mut members = self.members.borrow_mut();
        let Some(Member { task, context, .. }) = members.take_succeeded() else { return Ok(()) };
        let is_last = members.tasks.is_empty();
        drop(members);
        let outcome = if is_last { self.run_last(loop_, context) } else { Ok(()) };
        // Last, and with it the result, if nobody has asked for that.
        drop(task);
        outcome
    }

    // Nobody gets at these calls.
    fn cancel(&self) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn get_context(&self) -> Context {
        Context::new()
    }

    fn callback_name(&self) -> String {
        DoneCallback::repr(self)
    }

    fn created(&self) -> Created {
        None
    }
}

impl AsyncContextManager for TaskGroup {
    type Value = Self;

    async fn aenter(&self) -> Result<Self> {
        self.enter()?;
        self.0.block.replace(current::block());
        Ok(self.clone())
    }

    /// An error that is left by then is the cancellation that the group asked for itself.
    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        self.exit(error.cloned()).await?;
        Ok(true)
    }

    fn finally(&self) {
        drop(LeaveOnDrop(self));
    }
}

/// `raised` as Python's `raise` leaves it: the error of the block is being handled meanwhile.
fn raised_in_exit(raised: Error, handled: Option<Error>) -> Error {
    match handled {
        Some(handled) => raised.with_context(handled),
        None => raised,
    }
}

fn report_late_error(task: &AnyTask, parent: &AnyTask, error: Error) -> Result<()> {
    let Some(loop_) = AnyFuture::try_get_loop(task) else { return Ok(()) };
    let mut context = ExceptionContext::new(format!(
        "Task {task:?} has errored out but its parent task {parent:?} is already completed"
    ));
    context.exception = Some(error);
    context.task = Some(task.clone());
    loop_.call_exception_handler(context)
}

/// The `finally` of the block: errors and tasks are heavy. One that a foreign combinator drops
/// half-way cannot wait for its tasks, but cancels them, as Python does when it closes one.
struct LeaveOnDrop<'a>(&'a TaskGroup);

impl Drop for LeaveOnDrop<'_> {
    fn drop(&mut self) {
        let inner = &self.0.0;
        inner.exiting.set(true);
        let parent = inner.parent_task.take();
        let loop_ = inner.loop_.take();
        // A closed loop has dropped the tasks, and nobody could tell them.
        let is_alive = loop_.as_ref().is_some_and(|loop_| !loop_.is_closed());
        // Tasks that wait for each other in a ring panic: once is enough.
        let was_tried = thread::panicking() && inner.aborting.get();
        let mut aborted = Ok(());
        if is_alive && !inner.has_no_tasks() && !was_tried {
            aborted = events::call_here(|| {
                self.0.abort();
                Ok(())
            });
        }
        let errors = mem::take(&mut *inner.errors.borrow_mut());
        let (base_error, block) = (inner.base_error.take(), inner.block.take());
        drop((parent, loop_, errors, base_error, block));
        if let Err(error) = aborted
            && !thread::panicking()
        {
            panic_with(error);
        }
    }
}

impl fmt::Debug for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.write_str("<TaskGroup")?;
        let tasks = inner.members.borrow().tasks.len();
        if tasks > 0 {
            write!(f, " tasks={tasks}")?;
        }
        let errors = inner.errors.borrow().len();
        if errors > 0 {
            write!(f, " errors={errors}")?;
        }
        if inner.aborting.get() {
            f.write_str(" cancelling")?;
        } else if inner.entered.get() {
            f.write_str(" entered")?;
        }
        f.write_str(">")
    }
}
