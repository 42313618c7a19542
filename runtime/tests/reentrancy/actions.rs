//! Calls of every method of the loop, of handles, futures, tasks, groups, timeouts and contexts.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use asyncio::{
    ContextVar, EventLoop, ExceptionContext, Future, Result, RuntimeError, Task, TaskGroup,
    TaskOptions, ValueError, WaitOptions,
};

use crate::world::{Action, Value, World, panic_of};

/// So many of the actions, the first, are the basic ones.
pub(crate) const BASIC: usize = 8;

static LEVEL: ContextVar<u32> = ContextVar::new("level");

const fn action(name: &'static str, run: fn(&Rc<World>)) -> Action {
    Action { name, run }
}

pub(crate) const ACTIONS: [Action; 52] = [
    action("call_soon", call_soon),
    action("call_later", call_later),
    action("create_task", create_task),
    action("end futures", end_futures),
    action("end the place's future", end_its_future),
    action("cancel the place's task", cancel_its_task),
    action("cancel handles", cancel_handles),
    action("replace the exception handler", replace_exception_handler),
    action("call_soon_with", call_soon_with),
    action("call_at", call_at),
    action("call_soon_threadsafe", call_soon_threadsafe),
    action("LoopHandle::call_soon_threadsafe", loop_handle_call_soon_threadsafe),
    action("stop", stop),
    action("LoopHandle::stop", loop_handle_stop),
    action("close", close),
    action("run_forever", run_forever),
    action("run_until_complete", run_until_complete),
    action("run another loop", run_another_loop),
    action("asyncio::run", run),
    action("another loop beside this one", another_loop),
    action("set_event_loop", set_event_loop),
    action("create_task eagerly", create_task_eagerly),
    action("set_task_factory", set_task_factory),
    action("call_exception_handler", call_exception_handler),
    action("lose an exception", lose_an_exception),
    action("debug mode", debug_mode),
    action("states and reprs of the loop", look_at_the_loop),
    action("current_task and all_tasks", look_at_the_tasks),
    action("cancel the place's handles", cancel_its_handles),
    action("look at the place's handles", look_at_its_handles),
    action("read the place's future", read_its_future),
    action("cancel the place's future", cancel_its_future),
    action("fail the place's future", fail_its_future),
    action("poll the place's future", poll_its_future),
    action("done-callbacks of the place's future", callbacks_of_its_future),
    action("done-callbacks of the place's task", callbacks_of_its_task),
    action("methods of the place's task", look_at_its_task),
    action("await the place's future", await_its_future),
    action("ensure_future", ensure_future),
    action("gather", gather),
    action("shield", shield),
    action("wait", wait),
    action("wait_for", wait_for),
    action("as_completed", as_completed),
    action("TaskGroup", task_group),
    action("Timeout", timeout),
    action("contextvars", contextvars),
    action("contexts of handles", contexts_of_handles),
    action("run_in_executor", run_in_executor),
    action("run_coroutine_threadsafe", run_coroutine_threadsafe),
    action("wrap_future", wrap_future),
    action("many timers cancelled at once", many_timers),
];

fn call_soon(world: &Rc<World>) {
    for _ in 0..3 {
        let ticket = world.ticket();
        let handle = world.loop_.call_soon(move || ticket.punch());
        assert!(!handle.cancelled());
    }
}

fn call_later(world: &Rc<World>) {
    let now = world.loop_.time();
    for delay in [2, 1, 3] {
        let timer = world.loop_.call_later(delay, world.expect_at(now + f64::from(delay)));
        assert_eq!(timer.when(), now + f64::from(delay));
    }
}

fn create_task(world: &Rc<World>) {
    let ticket = world.ticket();
    let task = world.loop_.create_task(async move {
        ticket.punch();
        asyncio::sleep(1).await
    });
    assert!(!task.done());
    // A loop that is closing drops what it is given.
    assert_eq!(asyncio::all_tasks_of(&world.loop_).contains(&task.any()), !world.loop_.is_closed());
}

fn end_futures(world: &Rc<World>) {
    let futures: [Future<Value>; 3] = std::array::from_fn(|_| world.loop_.create_future());
    for (future, end) in futures.iter().zip([0, 1, 2]) {
        for _ in 0..2 {
            let ticket = world.ticket();
            future.add_done_callback(move |_| ticket.punch());
        }
        match end {
            0 => future.set_result(Value::Plain).unwrap(),
            1 => future.set_exception(ValueError("Oops!")).unwrap(),
            _ => assert!(future.cancel()),
        }
        assert!(future.done());
        let _ = future.exception();
    }
}

fn end_its_future(world: &Rc<World>) {
    let future = world.future();
    let was_done = future.done();
    let ticket = world.ticket();
    future.add_done_callback(move |_| ticket.punch());
    let outcome = future.set_result(Value::Plain);
    assert_eq!(outcome.is_err(), was_done);
    assert!(future.done());
}

fn cancel_its_task(world: &Rc<World>) {
    let task = world.task.borrow().clone();
    let (was_done, requests) = (task.done(), task.cancelling());
    assert_eq!(task.cancel(), !was_done);
    assert_eq!(task.cancelling(), requests + u32::from(!was_done));
}

fn cancel_handles(world: &Rc<World>) {
    let (soon, later) = (world.void_ticket(), world.void_ticket());
    let handle = world.loop_.call_soon(move || soon.punch());
    let timer = world.loop_.call_later(1, move || later.punch());
    for _ in 0..2 {
        handle.cancel();
        timer.cancel();
    }
    assert!(handle.cancelled() && timer.cancelled());
}

fn replace_exception_handler(world: &Rc<World>) {
    let seen = Rc::new(Cell::new(0));
    let noted = Rc::clone(&seen);
    let before = world.loop_.get_exception_handler();
    world.loop_.set_exception_handler(move |_, _| noted.update(|seen| seen + 1));
    world.loop_.call_exception_handler(ExceptionContext::new("seen")).unwrap();
    assert_eq!(seen.get(), 1);
    match before {
        Some(before) => {
            world.loop_.set_exception_handler(move |loop_, context| before(loop_, context))
        }
        None => world.loop_.clear_exception_handler(),
    }
}

fn call_soon_with(world: &Rc<World>) {
    let context = asyncio::Context::new();
    context.run(|| LEVEL.set(7)).unwrap();
    let ticket = world.ticket();
    let handle = world.loop_.call_soon_with(
        move || {
            assert_eq!(LEVEL.get().unwrap(), 7);
            ticket.punch();
        },
        &context,
    );
    assert_eq!(handle.get_context(), context);
    let due = world.expect_at(world.loop_.time() + 1.0);
    world.loop_.call_later_with(1, due, &asyncio::copy_context());
}

fn call_at(world: &Rc<World>) {
    let now = world.loop_.time();
    world.loop_.call_at(now + 0.5, world.expect_at(now + 0.5));
    world.loop_.call_when(now + 0.25, world.expect_at(now + 0.25));
    world.loop_.call_at_with(now + 0.75, world.expect_at(now + 0.75), &asyncio::copy_context());
}

fn call_soon_threadsafe(world: &Rc<World>) {
    if world.loop_.is_closed() {
        let text = panic_of(|| world.loop_.call_soon_threadsafe(|| ()));
        return assert_eq!(text, "Event loop is closed");
    }
    let cancelled = world.loop_.call_soon_threadsafe(|| -> () { panic!("cancelled") });
    cancelled.cancel();
    assert!(cancelled.cancelled());
    // What is not `Send` takes its turn by a future that such a call ends.
    let before = world.ticket();
    world.loop_.call_soon(move || before.punch());
    world.loop_.call_soon_threadsafe(|| ());
    let after = world.ticket();
    world.loop_.call_soon(move || after.punch());
}

fn loop_handle_call_soon_threadsafe(world: &Rc<World>) {
    let handle = world.loop_.handle();
    let outcome = handle.call_soon_threadsafe(|| ());
    assert_eq!(outcome.is_err(), world.loop_.is_closed());
    let other = std::thread::spawn(move || handle.call_soon_threadsafe(|| ()).is_ok());
    assert_eq!(other.join().unwrap(), !world.loop_.is_closed());
}

fn stop(world: &Rc<World>) {
    world.expect_stop();
    world.loop_.stop();
    world.loop_.stop();
    call_soon(world);
}

fn loop_handle_stop(world: &Rc<World>) {
    let outcome = world.loop_.handle().stop();
    assert_eq!(outcome.is_err(), world.loop_.is_closed());
    world.expect_stop();
    call_soon(world);
}

fn close(world: &Rc<World>) {
    match world.loop_.close() {
        Ok(()) => assert!(world.loop_.is_closed()),
        Err(error) => assert_eq!(error.to_string(), "Cannot close a running event loop"),
    }
    assert_eq!(world.loop_.is_closed(), !world.loop_.is_running());
}

/// Running a loop that is closed panics; one that runs is an error.
fn refused<T>(world: &Rc<World>, run: impl Fn() -> Result<T>, text: &str) {
    if world.loop_.is_closed() {
        return assert_eq!(panic_of(run), "Event loop is closed");
    }
    match run() {
        Ok(_) => panic!("it ran"),
        Err(error) => assert_eq!(error.to_string(), text),
    }
}

fn run_forever(world: &Rc<World>) {
    refused(world, || world.loop_.run_forever(), "This event loop is already running");
}

fn run_until_complete(world: &Rc<World>) {
    let guard = || world.alive.guard();
    let run = || {
        let guard = guard();
        world.loop_.run_until_complete(async move {
            let _guard = guard;
            asyncio::Ok(())
        })
    };
    refused(world, run, "This event loop is already running");
    let future: Future<()> = world.loop_.create_future();
    refused(
        world,
        || world.loop_.run_until_complete(future.clone()),
        "This event loop is already running",
    );
}

fn run_another_loop(world: &Rc<World>) {
    let other = EventLoop::with_virtual_clock();
    let outcome = other.run_until_complete(asyncio::sleep(1));
    if world.loop_.is_running() {
        let text = "Cannot run the event loop while another loop is running";
        assert_eq!(outcome.unwrap_err().to_string(), text);
    } else {
        outcome.unwrap();
    }
    other.close().unwrap();
}

fn run(world: &Rc<World>) {
    let outcome = asyncio::run(async { asyncio::Ok(()) });
    if world.loop_.is_running() {
        let text = "asyncio.run() cannot be called from a running event loop";
        assert_eq!(outcome.unwrap_err().to_string(), text);
    } else {
        outcome.unwrap();
    }
}

fn another_loop(world: &Rc<World>) {
    let other = EventLoop::with_virtual_clock();
    let guard = world.alive.guard();
    other.call_soon(move || drop(guard));
    other.stop();
    assert!(!other.is_running());
    other.close().unwrap();
    assert!(other != world.loop_);
}

fn set_event_loop(world: &Rc<World>) {
    asyncio::set_event_loop(Some(&world.loop_));
    assert_eq!(asyncio::get_event_loop(), world.loop_);
    asyncio::set_event_loop(None);
    assert_eq!(asyncio::_get_running_loop().is_some(), world.loop_.is_running());
}

fn create_task_eagerly(world: &Rc<World>) {
    let started = Rc::new(Cell::new(false));
    let (flag, guard) = (Rc::clone(&started), world.alive.guard());
    let me = asyncio::current_task_of(&world.loop_);
    let task = world.loop_.create_task_with(
        async move {
            let _guard = guard;
            flag.set(true);
            assert!(asyncio::current_task().is_some());
            asyncio::sleep(1).await
        },
        TaskOptions::new().eager_start(true),
    );
    assert_eq!(started.get(), world.loop_.is_running());
    assert_eq!(asyncio::current_task_of(&world.loop_), me);
    assert!(!task.done());
}

fn set_task_factory(world: &Rc<World>) {
    let made = Rc::new(Cell::new(0));
    let count = Rc::clone(&made);
    let before = world.loop_.get_task_factory();
    world.loop_.set_task_factory(move |loop_, coroutine, options| {
        count.update(|made| made + 1);
        asyncio::AnyTask::new(loop_, coroutine, options.name("made"))
    });
    let ticket = world.ticket();
    let task = world.loop_.create_task(async move {
        ticket.punch();
        asyncio::Ok(())
    });
    assert_eq!((made.get(), task.get_name().as_str()), (1, "made"));
    match before {
        Some(before) => world
            .loop_
            .set_task_factory(move |loop_, coroutine, options| before(loop_, coroutine, options)),
        None => world.loop_.clear_task_factory(),
    }
}

fn call_exception_handler(world: &Rc<World>) {
    let mut context = ExceptionContext::new("called");
    context.exception = Some(RuntimeError("by hand"));
    context.future = Some(world.future().any());
    world.loop_.default_exception_handler(&context);
    world.loop_.call_exception_handler(context).unwrap();
}

fn lose_an_exception(world: &Rc<World>) {
    let future: Future<()> = world.loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    drop(future);
    let failing = world.alive.guard();
    world.loop_.create_task(async move {
        let _failing = failing;
        Err::<(), _>(ValueError("lost, too"))
    });
}

fn debug_mode(world: &Rc<World>) {
    let before = (world.loop_.get_debug(), world.loop_.slow_callback_duration());
    world.loop_.set_debug(true);
    world.loop_.set_slow_callback_duration(3600.0);
    call_soon(world);
    create_task(world);
    world.loop_.set_debug(before.0);
    world.loop_.set_slow_callback_duration(before.1);
}

fn look_at_the_loop(world: &Rc<World>) {
    let loop_ = &world.loop_;
    assert_eq!(loop_.is_closed(), !loop_.is_running());
    let repr = format!("{loop_:?}");
    assert!(repr.starts_with("<_UnixSelectorEventLoop running="), "{repr}");
    assert!(loop_.time() >= 0.0);
    assert!(format!("{:?}", loop_.handle()).starts_with("LoopHandle"));
    if loop_.is_running() {
        assert_eq!(asyncio::get_running_loop(), *loop_);
    } else {
        assert_eq!(panic_of(asyncio::get_running_loop), "no running event loop");
    }
}

fn look_at_the_tasks(world: &Rc<World>) {
    let current = asyncio::current_task_of(&world.loop_);
    let all = asyncio::all_tasks_of(&world.loop_);
    if world.loop_.is_running() {
        assert_eq!(asyncio::current_task(), current);
        assert_eq!(asyncio::all_tasks(), all);
    }
    for task in all.iter().chain(&current) {
        assert!(format!("{task:?}").starts_with("<Task "), "{task:?}");
    }
    let task = world.loop_.create_task(asyncio::sleep(0));
    let more = asyncio::all_tasks_of(&world.loop_);
    if world.loop_.is_closed() {
        return assert_eq!(more, all);
    }
    assert_eq!(more.split_last(), Some((&task.any(), &all[..])));
}

fn cancel_its_handles(world: &Rc<World>) {
    let (handle, timer) = (world.handle.borrow().clone(), world.timer.borrow().clone());
    for _ in 0..2 {
        handle.cancel();
        timer.cancel();
    }
    assert!(handle.cancelled() && timer.cancelled());
}

fn look_at_its_handles(world: &Rc<World>) {
    let (handle, timer) = (world.handle.borrow().clone(), world.timer.borrow().clone());
    assert!(format!("{handle:?}").starts_with("<Handle"), "{handle:?}");
    assert!(format!("{timer:?}").starts_with("<TimerHandle"), "{timer:?}");
    assert_eq!(handle.get_context(), handle.get_context());
    assert_eq!(timer.get_context(), timer.get_context());
    assert!(timer == timer.clone() && timer.when() >= 0.0);
}

fn read_its_future(world: &Rc<World>) {
    let future = world.future();
    assert_eq!(future.done(), future.result().is_ok() || future.done());
    assert_eq!(future.cancelled(), future.done() && future.exception().is_err());
    assert!(format!("{future:?}").starts_with("<Future "), "{future:?}");
    assert!(future.any() == world.future().any() && future.as_task().is_none());
    assert_eq!(future.get_loop(), world.loop_);
    if future.done() {
        let _ = future.take_result();
        let taken = future.take_result().map(drop).unwrap_err();
        assert!(
            taken.is::<asyncio::InvalidStateError>()
                || taken.is::<ValueError>()
                || future.cancelled()
        );
    }
}

fn cancel_its_future(world: &Rc<World>) {
    let future = world.future();
    let was_done = future.done();
    assert_eq!(future.cancel_with("why"), !was_done);
    assert!(!future.cancel());
}

fn fail_its_future(world: &Rc<World>) {
    let future = world.future();
    let was_done = future.done();
    let outcome = future.set_exception(ValueError("Oops!"));
    assert_eq!(outcome.is_err(), was_done);
    let _ = future.exception();
}

fn poll_its_future(world: &Rc<World>) {
    let mut handle = world.future();
    let mut other = handle.clone();
    let mut cx = Context::from_waker(Waker::noop());
    if handle.done() {
        return;
    }
    // Outside of a task, or with another waker than the task's: it is a stranger who polls.
    assert!(Pin::new(&mut handle).poll(&mut cx).is_pending());
    assert!(Pin::new(&mut other).poll(&mut cx).is_pending());
    assert!(format!("{handle:?}").contains("<waker>"), "{handle:?}");
}

fn callbacks_of_its_future(world: &Rc<World>) {
    let future = world.future();
    let was_done = future.done();
    let ticket = if was_done { world.ticket() } else { world.void_ticket() };
    let callback = future.add_done_callback(move |_| ticket.punch());
    // Those of a future that is done are scheduled already.
    assert_eq!(future.remove_done_callback(callback), usize::from(!was_done));
    assert_eq!(future.remove_done_callback(callback), 0);
    let context = asyncio::copy_context();
    let callback = future.any().add_done_callback_with(|_| (), &context);
    future.any().remove_done_callback(callback);
}

fn callbacks_of_its_task(world: &Rc<World>) {
    let task = world.task.borrow().clone();
    let was_done = task.done();
    let ticket = if was_done { world.ticket() } else { world.void_ticket() };
    let callback = task.add_done_callback(move |_| ticket.punch());
    assert_eq!(task.remove_done_callback(callback), usize::from(!was_done));
}

fn look_at_its_task(world: &Rc<World>) {
    let task = world.task.borrow().clone();
    task.set_name("renamed");
    assert_eq!(task.get_name(), "renamed");
    assert_eq!(task.get_context(), task.get_context());
    assert!(format!("{task:?}").starts_with("<Task "), "{task:?}");
    let requests = task.cancelling();
    assert_eq!(task.uncancel(), requests.saturating_sub(1));
    assert!(task.set_exception(ValueError("x")).is_err());
    assert!(task.downcast::<World>().is_none());
}

fn await_its_future(world: &Rc<World>) {
    let (first, second) = (world.future(), world.future());
    let guard = world.alive.guard();
    world.loop_.create_task(async move {
        let _guard = guard;
        let _ = asyncio::wait_for(&first, 1).await;
        let _ = asyncio::wait_for(second, 0).await;
        asyncio::Ok(())
    });
}

fn ensure_future(world: &Rc<World>) {
    assert_eq!(asyncio::ensure_future(world.future()), world.future());
    if world.loop_.is_running() {
        let ticket = world.ticket();
        asyncio::ensure_future(async move {
            ticket.punch();
            asyncio::Ok(())
        });
    }
}

fn gather(world: &Rc<World>) {
    let (ours, its) = (world.loop_.create_future::<()>(), world.future());
    let outer = asyncio::gather_return_exceptions((ours.clone(), &its));
    ours.set_result(()).unwrap();
    outer.cancel();
    drop(asyncio::gather_all([&its, &its]));
}

fn shield(world: &Rc<World>) {
    let its = world.future();
    let outer = asyncio::shield(&its);
    outer.cancel();
    let shielded = asyncio::shield(world.loop_.create_future::<()>());
    assert!(shielded.cancel());
}

fn wait(world: &Rc<World>) {
    let (its, task) = (world.future().any(), world.task.borrow().clone());
    let guard = world.alive.guard();
    world.loop_.create_task(async move {
        let _guard = guard;
        let options = WaitOptions::new().timeout(1);
        let (done, pending) = asyncio::wait_with([its, (*task).clone()], options).await?;
        assert_eq!(done.len() + pending.len(), 2);
        asyncio::Ok(())
    });
}

fn wait_for(world: &Rc<World>) {
    let guard = world.alive.guard();
    let pending: Future<()> = world.loop_.create_future();
    let task: Task<()> = world.loop_.create_task(async move {
        let _guard = guard;
        asyncio::wait_for(pending, 1).await
    });
    task.add_done_callback(|task| drop(task.exception()));
}

fn as_completed(world: &Rc<World>) {
    if !world.loop_.is_running() {
        return;
    }
    let its = world.future();
    let mut results = asyncio::as_completed_with([&its], 1);
    let guard = world.alive.guard();
    world.loop_.create_task(async move {
        let _guard = guard;
        let _ = results.next().unwrap().await;
        asyncio::Ok(())
    });
}

fn task_group(world: &Rc<World>) {
    let group = TaskGroup::new();
    let guard = world.alive.guard();
    let refused = group.create_task(async move {
        let _guard = guard;
        asyncio::Ok(())
    });
    let text = "TaskGroup <TaskGroup> has not been entered";
    assert_eq!(refused.unwrap_err().to_string(), text);
    let guard = world.alive.guard();
    world.loop_.create_task(async move {
        let _guard = guard;
        group
            .run(async |group| {
                group.create_task(asyncio::sleep(100))?;
                group.cancel();
                asyncio::Ok(())
            })
            .await
    });
}

fn timeout(world: &Rc<World>) {
    let timeout = asyncio::timeout_at(world.loop_.time() + 1.0);
    assert_eq!(timeout.reschedule(5).unwrap_err().to_string(), "Timeout has not been entered");
    assert!(!timeout.expired());
    let guard = world.alive.guard();
    world.loop_.create_task(async move {
        let _guard = guard;
        let outcome = timeout.run(async |_| asyncio::sleep(100).await).await;
        assert!(outcome.unwrap_err().is::<asyncio::TimeoutError>() && timeout.expired());
        asyncio::Ok(())
    });
}

fn contextvars(world: &Rc<World>) {
    let before = LEVEL.get().ok();
    let token = LEVEL.set(1);
    assert_eq!(LEVEL.get().unwrap(), 1);
    let ticket = world.ticket();
    world.loop_.call_soon(move || {
        assert_eq!(LEVEL.get().unwrap(), 1);
        ticket.punch();
    });
    let copy = asyncio::copy_context();
    copy.run(|| {
        LEVEL.set(2);
        assert!(copy.run(|| ()).is_err());
        call_soon(world);
    })
    .unwrap();
    assert_eq!((LEVEL.get().unwrap(), copy.get(&LEVEL)), (1, Some(2)));
    LEVEL.reset(&token).unwrap();
    assert_eq!(LEVEL.get().ok(), before);
}

fn contexts_of_handles(world: &Rc<World>) {
    let context = world.task.borrow().get_context();
    assert!(context.copy() != context);
    assert!(!(context.is_empty() && context.contains(&LEVEL)));
    let handle = world.loop_.call_soon(|| ());
    let inherited = handle.get_context();
    inherited.run(|| LEVEL.set(3)).unwrap();
    assert_eq!(handle.get_context().get(&LEVEL), Some(3));
}

fn run_in_executor(world: &Rc<World>) {
    if world.loop_.is_closed() {
        return;
    }
    let future = world.loop_.run_in_executor(None, || asyncio::Ok(1)).unwrap();
    let guard = world.alive.guard();
    let loop_ = world.loop_.clone();
    world.loop_.create_task(async move {
        let _guard = guard;
        assert_eq!(future.await?, 1);
        loop_.run_in_executor(None, || asyncio::Ok(2))?.cancel();
        asyncio::Ok(())
    });
}

fn run_coroutine_threadsafe(world: &Rc<World>) {
    let future = world.loop_.handle().run_coroutine_threadsafe(|| asyncio::sleep_with(1, 7));
    if world.loop_.is_closed() {
        let error = future.exception(0).unwrap().unwrap();
        return assert_eq!(error.to_string(), "Event loop is closed");
    }
    assert!(!future.done());
    let cancelled = world.loop_.handle().run_coroutine_threadsafe(|| asyncio::sleep(1));
    assert!(cancelled.cancel());
    let ran = world.expect_at(world.loop_.time() + 1.5);
    world.loop_.call_later(1.5, move || {
        assert_eq!(future.result(0).unwrap(), 7);
        ran();
    });
}

fn wrap_future(world: &Rc<World>) {
    let source = asyncio::concurrent::Future::new();
    let wrapped = asyncio::futures::wrap_future_with(source.clone(), &world.loop_);
    assert!(!wrapped.done());
    source.set_result(7).unwrap();
    // Delivered in place, if this is where the loop runs.
    assert_eq!(wrapped.done(), world.loop_.is_running());
    let other = asyncio::concurrent::Future::<()>::new();
    let wrapped = asyncio::futures::wrap_future_with(other.clone(), &world.loop_);
    assert!(wrapped.cancel());
}

/// More than a hundred, most of them cancelled: the next iteration rebuilds the heap.
fn many_timers(world: &Rc<World>) {
    let now = world.loop_.time();
    for number in 0..120 {
        if number % 4 == 0 {
            let when = now + f64::from(number % 9) / 8.0;
            world.loop_.call_at(when, world.expect_at(when));
        } else {
            let ticket = world.void_ticket();
            world.loop_.call_at(now + 1.0, move || ticket.punch()).cancel();
        }
    }
}
