//! Places that a call reaches at once: a `Drop`, a `clone`, a waker, an iterator….

use std::cell::RefCell;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use asyncio::__private::set_log_sink;
use asyncio::{ContextVar, ExceptionContext, Future, Result, TaskGroup, TaskOptions, ValueError};

use crate::world::{Alarm, Place, Trigger, Value, World, fire};

const fn place(name: &'static str, trigger: fn(&Rc<World>)) -> Place {
    Place { name, trigger }
}

pub(crate) const PLACES: [Place; 35] = [
    place("a closure dropped by Handle::cancel", handle_cancel),
    place("a closure dropped by TimerHandle::cancel", timer_cancel),
    place("a closure dropped by ThreadSafeHandle::cancel", safe_handle_cancel),
    place("a done-callback dropped by its removal", removed_callback),
    place("a waker in set_result", wake_in_set_result),
    place("a waker in set_exception", wake_in_set_exception),
    place("a waker in cancel", wake_in_cancel),
    place("a waker dropped with its handle", dropped_waker),
    place("a waker replaced by another", replaced_waker),
    place("an exception handler", exception_handler),
    place("an exception handler told of a lost exception", lost_exception),
    place("an exception handler dropped by another", dropped_exception_handler),
    place("the log", log),
    place("the text of a logged error", logged_text),
    place("clone in result", clone_in_result),
    place("clone in a poll by a stranger", clone_in_poll),
    place("clone in shield", clone_in_shield),
    place("clone in gather", clone_in_gather),
    place("a result dropped with its future", dropped_result),
    place("a result that set_result refuses", refused_result),
    place("a result that is taken and dropped", taken_result),
    place("a context variable's clone", variable_clone),
    place("a context variable's value replaced", variable_replaced),
    place("a context variable's value dropped with a handle", variable_with_handle),
    place("a context variable's value dropped with its context", variable_with_context),
    place("a task factory", task_factory),
    place("a task factory dropped by another", dropped_task_factory),
    place("an iterator of gather_all", iterator_of_gather_all),
    place("an iterator of as_completed", iterator_of_as_completed),
    place("into_future of create_task", into_future),
    place("an eager first step", eager_first_step),
    place("an eager task that ends at once", eager_end),
    place("a coroutine that a group refuses", refused_coroutine),
    place("Context::run", context_run),
    place("the source of an error", error_source),
];

fn handle_cancel(world: &Rc<World>) {
    let trigger = Trigger;
    let handle = world.loop_.call_soon(move || drop(trigger));
    world.handle.replace(handle.clone());
    handle.cancel();
    assert!(handle.cancelled());
}

fn timer_cancel(world: &Rc<World>) {
    let trigger = Trigger;
    let timer = world.loop_.call_later(1, move || drop(trigger));
    world.timer.replace(timer.clone());
    timer.cancel();
    assert!(timer.cancelled());
}

fn safe_handle_cancel(world: &Rc<World>) {
    let trigger = Trigger;
    let handle = world.loop_.call_soon_threadsafe(move || drop(trigger));
    handle.cancel();
    assert!(handle.cancelled());
}

fn removed_callback(world: &Rc<World>) {
    let future = world.new_future();
    let trigger = Trigger;
    let callback = future.add_done_callback(move |_| drop(trigger));
    world.witness(future.any());
    assert_eq!(future.remove_done_callback(callback), 1);
}

/// A handle of a pending future that was polled with a waker that calls the act.
fn watched(future: &Future<Value>, waker: &Waker) -> Future<Value> {
    let mut handle = future.clone();
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(waker)).is_pending());
    handle
}

fn alarm() -> Waker {
    Waker::from(Arc::new(Alarm))
}

fn wake_in_set_result(world: &Rc<World>) {
    let future = world.new_future();
    let _handle = watched(&future, &alarm());
    world.witness(future.any());
    future.set_result(Value::Plain).unwrap();
}

fn wake_in_set_exception(world: &Rc<World>) {
    let future = world.new_future();
    let _handle = watched(&future, &alarm());
    future.set_exception(ValueError("Oops!")).unwrap();
    let _ = future.exception();
}

fn wake_in_cancel(world: &Rc<World>) {
    let future = world.new_future();
    let _handle = watched(&future, &alarm());
    assert!(future.cancel());
}

/// A waker that calls the act when it is dropped.
struct Fuse {
    _trigger: Trigger,
}

impl std::task::Wake for Fuse {
    fn wake(self: Arc<Self>) {}
}

fn dropped_waker(world: &Rc<World>) {
    let future = world.new_future();
    let handle = watched(&future, &Waker::from(Arc::new(Fuse { _trigger: Trigger })));
    drop(handle);
}

fn replaced_waker(world: &Rc<World>) {
    let future = world.new_future();
    let mut handle = watched(&future, &Waker::from(Arc::new(Fuse { _trigger: Trigger })));
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn exception_handler(world: &Rc<World>) {
    world.loop_.set_exception_handler(|_, _| fire());
    world.loop_.call_exception_handler(ExceptionContext::new("called")).unwrap();
}

fn lost_exception(world: &Rc<World>) {
    world.loop_.set_exception_handler(|_, _| fire());
    let future: Future<()> = world.loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    drop(future);
}

fn dropped_exception_handler(world: &Rc<World>) {
    let trigger = Trigger;
    world.loop_.set_exception_handler(move |_, _| {
        let _trigger = &trigger;
    });
    world.loop_.clear_exception_handler();
}

fn log(world: &Rc<World>) {
    set_log_sink(Some(Rc::new(|_| fire())));
    world.loop_.default_exception_handler(&ExceptionContext::new("logged"));
}

/// An error whose text, or whose source, calls the act.
#[derive(Debug)]
struct Talker {
    in_source: bool,
}

impl fmt::Display for Talker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.in_source {
            fire();
        }
        f.write_str("talks")
    }
}

impl std::error::Error for Talker {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if self.in_source {
            fire();
        }
        None
    }
}

fn logged_text(world: &Rc<World>) {
    let mut context = ExceptionContext::new("logged");
    context.exception = Some(Talker { in_source: false }.into());
    world.loop_.default_exception_handler(&context);
}

fn error_source(world: &Rc<World>) {
    let future: Future<()> = world.loop_.create_future();
    future.set_exception(Talker { in_source: true }).unwrap();
    let _ = future.exception();
}

/// A future that has a result which calls the act when it is cloned.
fn cloneable(world: &Rc<World>) -> Future<Value> {
    let future = world.new_future();
    assert!(future.set_result(Value::OnClone).is_ok());
    future
}

fn clone_in_result(world: &Rc<World>) {
    assert!(cloneable(world).result().is_ok());
}

fn clone_in_poll(world: &Rc<World>) {
    let future = cloneable(world);
    let mut shared = (&future).into_future();
    assert!(Pin::new(&mut shared).poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

fn clone_in_shield(world: &Rc<World>) {
    let outer = asyncio::shield(&cloneable(world));
    assert!(outer.done());
}

fn clone_in_gather(world: &Rc<World>) {
    let outer = asyncio::gather((&cloneable(world),));
    assert!(outer.done());
}

fn dropped_result(world: &Rc<World>) {
    let future: Future<Value> = world.loop_.create_future();
    assert!(future.set_result(Value::OnDrop(Trigger)).is_ok());
    drop(future);
}

fn refused_result(world: &Rc<World>) {
    let future = world.new_future();
    assert!(future.set_result(Value::Plain).is_ok());
    assert!(future.set_result(Value::OnDrop(Trigger)).is_err());
}

fn taken_result(world: &Rc<World>) {
    let future = world.new_future();
    assert!(future.set_result(Value::OnDrop(Trigger)).is_ok());
    assert!(future.take_result().is_ok());
}

/// A context variable's value: it calls the act when the last of it is dropped, or when it is
/// cloned.
struct Held {
    on_clone: bool,
    _trigger: Option<Arc<Trigger>>,
}

impl Held {
    fn to_drop() -> Self {
        Self { on_clone: false, _trigger: Some(Arc::new(Trigger)) }
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        if self.on_clone {
            fire();
        }
        Self { on_clone: self.on_clone, _trigger: self._trigger.clone() }
    }
}

static HELD: ContextVar<Option<Held>> = ContextVar::new("held");

fn variable_clone(_world: &Rc<World>) {
    let token = HELD.set(Some(Held { on_clone: true, _trigger: None }));
    assert!(HELD.get().is_ok());
    HELD.reset(&token).unwrap();
}

fn variable_replaced(_world: &Rc<World>) {
    drop(HELD.set(Some(Held::to_drop())));
    drop(HELD.set(None));
}

fn variable_with_handle(world: &Rc<World>) {
    let context = asyncio::copy_context();
    context.run(|| drop(HELD.set(Some(Held::to_drop())))).unwrap();
    let future = world.new_future();
    let callback = future.add_done_callback_with(|_| (), &context);
    drop(context);
    future.remove_done_callback(callback);
}

fn variable_with_context(_world: &Rc<World>) {
    let context = asyncio::copy_context();
    context.run(|| drop(HELD.set(Some(Held::to_drop())))).unwrap();
    drop(context);
}

fn task_factory(world: &Rc<World>) {
    world.loop_.set_task_factory(|loop_, coroutine, options| {
        fire();
        asyncio::AnyTask::new(loop_, coroutine, options)
    });
    let task = world.loop_.create_task(async { asyncio::Ok(()) });
    world.is_about_task(task.any());
    world.loop_.clear_task_factory();
}

fn dropped_task_factory(world: &Rc<World>) {
    let trigger = Trigger;
    world.loop_.set_task_factory(move |loop_, coroutine, options| {
        let _trigger = &trigger;
        asyncio::AnyTask::new(loop_, coroutine, options)
    });
    world.loop_.clear_task_factory();
}

fn iterator_of_gather_all(world: &Rc<World>) {
    let futures = [world.new_future(), world.new_future()];
    drop(asyncio::gather_all(futures.iter().inspect(|_| fire())));
}

fn iterator_of_as_completed(world: &Rc<World>) {
    let futures = [world.new_future(), world.new_future()];
    drop(asyncio::as_completed(futures.iter().inspect(|_| fire())));
}

/// What becomes a future calls the act when it does.
struct Becoming;

impl IntoFuture for Becoming {
    type Output = Result<()>;
    type IntoFuture = Ready<Result<()>>;

    fn into_future(self) -> Ready<Result<()>> {
        fire();
        ready(Ok(()))
    }
}

fn into_future(world: &Rc<World>) {
    let task = world.loop_.create_task(Becoming);
    world.is_about_task(task.any());
}

fn eager_first_step(world: &Rc<World>) {
    let inner = Rc::clone(world);
    let eager = async move {
        inner.is_about_task(asyncio::current_task().unwrap());
        fire();
        asyncio::sleep(1).await
    };
    world.loop_.create_task_with(eager, TaskOptions::new().eager_start(true));
}

fn eager_end(world: &Rc<World>) {
    let kept = RefCell::new(Some(Trigger));
    let eager = std::future::poll_fn(move |_| {
        assert!(kept.borrow().is_some());
        std::task::Poll::Ready(asyncio::Ok(()))
    });
    // The coroutine is dropped as soon as it is over.
    let task = world.loop_.create_task_with(eager, TaskOptions::new().eager_start(true));
    assert!(task.done());
}

fn refused_coroutine(_world: &Rc<World>) {
    let trigger = Trigger;
    let refused = TaskGroup::new().create_task(async move {
        drop(trigger);
        asyncio::Ok(())
    });
    assert!(refused.is_err());
}

fn context_run(_world: &Rc<World>) {
    asyncio::copy_context().run(fire).unwrap();
}
