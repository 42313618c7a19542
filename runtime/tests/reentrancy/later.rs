//! Places that the loop reaches later: callbacks, polls, and what it drops, also when it closes.

use std::rc::Rc;
use std::sync::Arc;

use asyncio::{ContextVar, Future, Result, Task, TaskGroup, ValueError};
use futures::channel::oneshot;

use crate::world::{Place, Trigger, Value, World, fire};

const fn place(name: &'static str, trigger: fn(&Rc<World>)) -> Place {
    Place { name, trigger }
}

/// So many of the places, the last, are reached when the loop is closed.
pub(crate) const AT_CLOSE: usize = 5;

pub(crate) const LATER: [Place; 31] = [
    place("a callback", callback),
    place("a timer", timer),
    place("a call from a thread", call_from_thread),
    place("a done-callback of a future", future_callback),
    place("a done-callback of a task", task_callback),
    place("a first poll", first_poll),
    place("a poll after an await", later_poll),
    place("a poll after a stranger's wake", foreign_poll),
    place("a poll that raises a cancellation", cancelled_poll),
    place("a coroutine cancelled before it began", cancelled_unstarted),
    place("a coroutine cancelled in a stranger's future", cancelled_foreign),
    place("a wrapped future cancelled", cancelled_wrap),
    place("a guard that a cancellation passes", cancelled_guard),
    place("a coroutine that is over", coroutine_over),
    place("a waker of a task that ends", wake_at_task_end),
    place("clone in a task that waits", clone_in_task),
    place("clone in a gather that waits", clone_in_gather),
    place("clone in a shield that waits", clone_in_shield),
    place("clone in as_completed", clone_in_as_completed),
    place("a result that nobody keeps", lost_result),
    place("a result that a cancellation discards", discarded_result),
    place("an exception handler told of a callback", failing_callback),
    place("an exception handler told of a task", failing_task),
    place("the conversion of a task's error", failing_conversion),
    place("a child of a group", group_child),
    place("a context variable's value dropped with a callback", variable_of_callback),
    place("a ready closure dropped by close", ready_at_close),
    place("a timer's closure dropped by close", timer_at_close),
    place("a call from a thread dropped by close", thread_call_at_close),
    place("a coroutine dropped by close", coroutine_at_close),
    place("an exception handler called by close", handler_at_close),
];

fn callback(world: &Rc<World>) {
    world.handle.replace(world.loop_.call_soon(fire));
}

fn timer(world: &Rc<World>) {
    world.timer.replace(world.loop_.call_later(1, fire));
}

fn call_from_thread(world: &Rc<World>) {
    let handle = world.loop_.handle();
    std::thread::spawn(move || handle.call_soon_threadsafe(fire).unwrap()).join().unwrap();
}

fn future_callback(world: &Rc<World>) {
    let future = world.new_future();
    future.add_done_callback(|_| fire());
    assert!(future.set_result(Value::Plain).is_ok());
}

fn task_callback(world: &Rc<World>) {
    let task = world.loop_.create_task(async { asyncio::Ok(()) });
    task.add_done_callback(|_| fire());
    world.is_about_task(task.any());
}

fn first_poll(world: &Rc<World>) {
    let task = world.loop_.create_task(async {
        fire();
        asyncio::sleep(1).await
    });
    world.is_about_task(task.any());
}

fn later_poll(world: &Rc<World>) {
    let future = world.new_future();
    let waiting = future.clone();
    let task = world.loop_.create_task(async move {
        let _ = (&waiting).await;
        fire();
        asyncio::sleep(1).await
    });
    world.is_about_task(task.any());
    world.loop_.call_later(1, move || future.set_result(Value::Plain));
}

fn foreign_poll(world: &Rc<World>) {
    let (sender, receiver) = oneshot::channel::<()>();
    let task = world.loop_.create_task(async move {
        let _ = receiver.await;
        fire();
        asyncio::sleep(1).await
    });
    world.is_about_task(task.any());
    world.loop_.call_later(1, move || drop(sender));
}

/// Cancels `task` when it has begun to wait.
fn cancel_later<T: 'static>(world: &Rc<World>, task: &Task<T>) {
    world.is_about_task(task.any());
    let task = task.clone();
    world.loop_.call_later(1, move || task.cancel());
}

fn cancelled_poll(world: &Rc<World>) {
    let task = world.loop_.create_task(async {
        let outcome = asyncio::sleep(100).await;
        fire();
        outcome
    });
    cancel_later(world, &task);
}

fn cancelled_unstarted(world: &Rc<World>) {
    let trigger = Trigger;
    let task = world.loop_.create_task(async move {
        drop(trigger);
        asyncio::Ok(())
    });
    world.is_about_task(task.any());
    task.cancel();
}

async fn wait_for_strangers(trigger: Trigger) -> Result<()> {
    let _trigger = trigger;
    std::future::pending::<()>().await;
    Ok(())
}

fn cancelled_foreign(world: &Rc<World>) {
    cancel_later(world, &world.loop_.create_task(wait_for_strangers(Trigger)));
}

fn cancelled_wrap(world: &Rc<World>) {
    cancel_later(world, &world.loop_.create_task(asyncio::wrap(wait_for_strangers(Trigger))));
}

fn cancelled_guard(world: &Rc<World>) {
    let trigger = Trigger;
    let task = world.loop_.create_task(async move {
        let _trigger = trigger;
        asyncio::sleep(100).await
    });
    cancel_later(world, &task);
}

fn coroutine_over(world: &Rc<World>) {
    let trigger = Trigger;
    let task = world.loop_.create_task(std::future::poll_fn(move |_| {
        let _trigger = &trigger;
        std::task::Poll::Ready(asyncio::Ok(()))
    }));
    world.is_about_task(task.any());
}

fn wake_at_task_end(world: &Rc<World>) {
    use std::future::Future as _;
    let mut task = world.loop_.create_task(asyncio::sleep(1));
    world.is_about_task(task.any());
    let waker = std::task::Waker::from(Arc::new(crate::world::Alarm));
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(std::pin::Pin::new(&mut task).poll(&mut cx).is_pending());
    // It has to live until the end: a handle that is gone waits for nothing.
    world.loop_.call_later(2, move || drop(task));
}

/// A future that will have a result which calls the act when it is cloned.
fn cloneable(world: &Rc<World>) -> Future<Value> {
    let future = world.new_future();
    let setter = future.clone();
    world.loop_.call_later(1, move || setter.set_result(Value::OnClone));
    future
}

fn clone_in_task(world: &Rc<World>) {
    let future = cloneable(world);
    let task = world.loop_.create_task(async move { (&future).await.map(drop) });
    world.is_about_task(task.any());
}

fn clone_in_gather(world: &Rc<World>) {
    let future = cloneable(world);
    let task = world.loop_.create_task(async move { asyncio::gather((&future,)).await.map(drop) });
    world.is_about_task(task.any());
}

fn clone_in_shield(world: &Rc<World>) {
    let future = cloneable(world);
    let task = world.loop_.create_task(async move { asyncio::shield(&future).await.map(drop) });
    world.is_about_task(task.any());
}

fn clone_in_as_completed(world: &Rc<World>) {
    let future = cloneable(world);
    let task = world.loop_.create_task(async move {
        let mut results = asyncio::as_completed([&future]);
        results.next().unwrap().await.map(drop)
    });
    world.is_about_task(task.any());
}

fn lost_result(world: &Rc<World>) {
    world.loop_.create_task(async { asyncio::Ok(Value::OnDrop(Trigger)) });
}

fn discarded_result(world: &Rc<World>) {
    let task = world.loop_.create_task(async {
        asyncio::current_task().unwrap().cancel();
        asyncio::Ok(Value::OnDrop(Trigger))
    });
    world.is_about_task(task.any());
}

fn failing_callback(world: &Rc<World>) {
    world.loop_.set_exception_handler(|_, _| fire());
    let handle = world.loop_.call_soon(|| Err::<(), _>(ValueError("Oops!")));
    world.handle.replace(handle);
}

fn failing_task(world: &Rc<World>) {
    world.loop_.set_exception_handler(|_, _| fire());
    world.loop_.create_task(async { Err::<(), _>(ValueError("Oops!")) });
}

/// Calls the act when it becomes an error.
struct Becoming;

impl From<Becoming> for Box<dyn std::error::Error + Send + Sync> {
    fn from(_: Becoming) -> Self {
        fire();
        "Oops!".into()
    }
}

fn failing_conversion(world: &Rc<World>) {
    let task = world.loop_.create_task(async { Err::<(), _>(Becoming) });
    task.add_done_callback(|task| drop(task.exception()));
    world.is_about_task(task.any());
}

fn group_child(world: &Rc<World>) {
    let parent = world.loop_.create_task(async {
        TaskGroup::new()
            .run(async |group| {
                group.create_task(async {
                    fire();
                    asyncio::sleep(1).await
                })?;
                asyncio::Ok(())
            })
            .await
    });
    world.is_about_task(parent.any());
}

static HELD: ContextVar<Option<Arc<Trigger>>> = ContextVar::new("held");

fn variable_of_callback(world: &Rc<World>) {
    world.loop_.call_soon(|| drop(HELD.set(Some(Arc::new(Trigger)))));
}

fn ready_at_close(world: &Rc<World>) {
    world.before_close(|world| {
        let trigger = Trigger;
        // A handle that somebody keeps would keep the closure, as in Python.
        world.loop_.call_soon(move || drop(trigger));
    });
}

fn timer_at_close(world: &Rc<World>) {
    let trigger = Trigger;
    world.loop_.call_later(100, move || drop(trigger));
}

fn thread_call_at_close(world: &Rc<World>) {
    world.before_close(|world| {
        let (handle, trigger) = (world.loop_.handle(), Trigger);
        let send = move || handle.call_soon_threadsafe(move || drop(trigger)).is_ok();
        assert!(std::thread::spawn(send).join().unwrap());
    });
}

fn coroutine_at_close(world: &Rc<World>) {
    let task = world.loop_.create_task(wait_for_strangers(Trigger));
    world.is_about_task(task.any());
}

fn handler_at_close(world: &Rc<World>) {
    let task = world.loop_.create_task(std::future::pending::<Result<()>>());
    world.is_about_task(task.any());
    world.loop_.set_exception_handler(|_, _| fire());
}
