//! Task factories, and tasks that start eagerly.

use std::any::type_name;
use std::fmt;
use std::future::Future as StdFuture;
use std::rc::Rc;

use super::{AnyTask, Task, TaskOptions};
use crate::base_events::EventLoop;
use crate::coroutines::{Body, Coroutine};
use crate::exceptions::{Result, TypeError, panic_with};
use crate::futures::{AnyFuture, Typed};

/// What makes a loop's tasks: gets the loop, the coroutine and the options.
pub type TaskFactory = Rc<dyn Fn(&EventLoop, Coroutine, TaskOptions) -> AnyTask>;

/// The body of a [`Coroutine`] whose type is forgotten.
///
/// It exists only while a task factory is set.
pub struct Erased(Box<dyn Start>);

impl fmt::Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erased").finish_non_exhaustive()
    }
}

impl Body for Erased {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }
}

impl Coroutine {
    pub(super) fn new<C, T, E>(coroutine: C) -> Self
    where
        C: StdFuture<Output = Result<T, E>> + 'static,
        T: 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self { future: Erased(Box::new(coroutine)) }
    }

    /// The task that the factory of `loop_` makes of this coroutine.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(super) fn start_with_factory<T: 'static>(
        self,
        loop_: &EventLoop,
        options: TaskOptions,
    ) -> Rc<dyn Typed<T>> {
        let task = match loop_.get_task_factory() {
            Some(factory) => factory(loop_, self, options),
            None => AnyTask::new(loop_, self, options),
        };
        match task.downcast() {
            Some(task) => Rc::clone(&task.0),
            None => panic_with(TypeError(format!(
                "the task factory returned a task of another type: {task:?}"
            ))),
        }
    }
}

/// A coroutine that knows how to become a task.
trait Start {
    fn start(self: Box<Self>, loop_: &EventLoop, options: TaskOptions) -> AnyTask;
    fn type_name(&self) -> &'static str;
}

impl<C, T, E> Start for C
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    #[track_caller]
    fn start(self: Box<Self>, loop_: &EventLoop, options: TaskOptions) -> AnyTask {
        AnyTask::from_future(AnyFuture(Task::start(loop_, *self, &options)))
    }

    fn type_name(&self) -> &'static str {
        type_name::<C>()
    }
}

impl AnyTask {
    /// Makes a task of what a task factory was given: Python's `Task(coro, loop=loop, …)`.
    #[track_caller]
    pub fn new(loop_: &EventLoop, coroutine: Coroutine, mut options: TaskOptions) -> Self {
        if options.created.is_none() {
            options.created = loop_.created();
        }
        coroutine.future.0.start(loop_, options)
    }
}

impl EventLoop {
    /// Sets what makes the loop's tasks.
    ///
    /// Mirrors `loop.set_task_factory`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// loop_.set_task_factory(|loop_, coroutine, options| {
    ///     asyncio::AnyTask::new(loop_, coroutine, options.name("made here"))
    /// });
    /// let task = loop_.create_task(async { asyncio::Ok(()) });
    /// assert_eq!(task.get_name(), "made here");
    /// loop_.run_until_complete(task)?;
    /// loop_.close()
    /// # }
    /// ```
    pub fn set_task_factory<F>(&self, factory: F)
    where
        F: Fn(&EventLoop, Coroutine, TaskOptions) -> AnyTask + 'static,
    {
        self.replace_task_factory(Some(Rc::new(factory)));
    }

    /// Goes back to making plain tasks: Python's `set_task_factory(None)`.
    pub fn clear_task_factory(&self) {
        self.replace_task_factory(None);
    }
}

/// A task factory whose tasks start eagerly: each runs to its first suspension at once.
///
/// `loop_.set_task_factory(asyncio::eager_task_factory)`. Mirrors `asyncio.eager_task_factory`.
#[track_caller]
pub fn eager_task_factory(
    loop_: &EventLoop,
    coroutine: Coroutine,
    options: TaskOptions,
) -> AnyTask {
    AnyTask::new(loop_, coroutine, options.or_eager())
}

/// A task factory that starts eagerly what `constructor` makes.
///
/// Mirrors `asyncio.create_eager_task_factory`.
pub fn create_eager_task_factory<F>(
    constructor: F,
) -> impl Fn(&EventLoop, Coroutine, TaskOptions) -> AnyTask
where
    F: Fn(&EventLoop, Coroutine, TaskOptions) -> AnyTask,
{
    move |loop_, coroutine, options| constructor(loop_, coroutine, options.or_eager())
}

impl TaskOptions {
    /// Eager, unless said otherwise.
    fn or_eager(mut self) -> Self {
        self.eager_start.get_or_insert(true);
        self
    }
}
