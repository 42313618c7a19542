//! Dropping things in any order: nothing leaks, nothing crashes, everything is reported.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;

use asyncio::__private::set_log_sink;
use asyncio::{EventLoop, Future, PanicError, Result, RuntimeError, Task, ValueError};

/// Counts the guards that are alive.
#[derive(Clone, Default)]
struct Alive(Rc<Cell<i32>>);

impl Alive {
    fn guard(&self) -> Guard {
        self.0.set(self.0.get() + 1);
        Guard(self.clone())
    }

    fn count(&self) -> i32 {
        self.0.get()
    }
}

struct Guard(Alive);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get() - 1);
    }
}

/// Collects what would go to stderr.
#[derive(Clone, Default)]
struct Logged(Rc<RefCell<Vec<String>>>);

impl Logged {
    fn start() -> Self {
        let logged = Self::default();
        let lines = Rc::clone(&logged.0);
        set_log_sink(Some(Rc::new(move |text| lines.borrow_mut().push(text.to_owned()))));
        logged
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

async fn hold(guard: Guard) -> Result<()> {
    let _guard = guard;
    asyncio::sleep(3600).await
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.call_soon({
        let loop_ = loop_.clone();
        move || loop_.stop()
    });
    loop_.run_forever()
}

#[test]
fn close_drops_pending_tasks_in_the_order_of_creation() -> Result<()> {
    let (logged, alive) = (Logged::start(), Alive::default());
    let loop_ = EventLoop::with_virtual_clock();
    let tasks: Vec<Task<()>> = (0..3).map(|_| loop_.create_task(hold(alive.guard()))).collect();
    run_briefly(&loop_)?;
    let unstarted = loop_.create_task(hold(alive.guard()));
    assert_eq!(alive.count(), 4);
    loop_.close()?;
    assert_eq!(alive.count(), 0);
    let lines = logged.take();
    assert_eq!(lines.len(), 4);
    for (number, line) in (1..).zip(&lines) {
        // As in Python: what has run is closed first, what has not is not.
        let state = if number < 4 { "done" } else { "running" };
        let task = format!("task: <Task pending name='Task-{number}' coro=<hold() {state}>");
        assert!(line.starts_with("Task was destroyed but it is pending!\n"), "{line}");
        assert!(line.contains(&task), "{line}");
    }
    assert!(!tasks[0].done() && !unstarted.done());
    assert!(!tasks[0].get_loop().is_running());
    Ok(())
}

#[test]
fn the_last_handle_closes_the_loop() -> Result<()> {
    let (logged, alive) = (Logged::start(), Alive::default());
    let loop_ = EventLoop::with_virtual_clock();
    let task = loop_.create_task(hold(alive.guard()));
    run_briefly(&loop_)?;
    drop(loop_);
    assert_eq!(alive.count(), 0);
    assert_eq!(logged.take().len(), 1);
    assert!(!task.done());
    assert!(task.cancel());
    Ok(())
}

#[test]
fn a_queued_callback_may_own_what_it_will() -> Result<()> {
    let alive = Alive::default();
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<Guard> = loop_.create_future();
    let (setter, guard, owner) = (future.clone(), alive.guard(), loop_.clone());
    loop_.call_later(1, move || {
        let _owner = &owner;
        setter.set_result(guard)
    });
    loop_.call_soon({
        let guard = alive.guard();
        move || drop(guard)
    });
    loop_.close()?;
    drop(loop_);
    assert_eq!(alive.count(), 0);
    assert!(!future.done());
    Ok(())
}

#[test]
fn a_destructor_may_use_the_closing_loop() -> Result<()> {
    struct Calls(EventLoop, Future<()>);
    impl Drop for Calls {
        fn drop(&mut self) {
            self.0.call_soon(|| ());
            self.1.set_result(()).unwrap();
            assert!(self.0.is_closed());
        }
    }
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    let future = loop_.create_future();
    future.add_done_callback(|_| ());
    let calls = Calls(loop_.clone(), future.clone());
    loop_.create_task(async move {
        let _calls = calls;
        asyncio::sleep(1).await
    });
    run_briefly(&loop_)?;
    loop_.close()?;
    assert!(future.done());
    assert_eq!(logged.take().len(), 1);
    Ok(())
}

#[test]
fn gathering_futures_leave_no_rings() -> Result<()> {
    let (logged, alive) = (Logged::start(), Alive::default());
    let loop_ = EventLoop::with_virtual_clock();
    let plain: Future<Guard> = loop_.create_future();
    let keep = alive.guard();
    let (a, b) = (loop_.create_task(hold(alive.guard())), loop_.create_task(hold(alive.guard())));
    let outer = asyncio::gather((a, b, plain));
    outer.add_done_callback(move |_| drop(keep));
    run_briefly(&loop_)?;
    drop(outer);
    loop_.close()?;
    assert_eq!(alive.count(), 0);
    assert_eq!(logged.take().len(), 2);
    Ok(())
}

#[test]
fn lost_failures_are_reported_by_the_last_handle() -> Result<()> {
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("lost"))?;
    let other = future.clone();
    drop(future);
    assert!(logged.take().is_empty());
    drop(other);
    assert_eq!(
        logged.take(),
        ["Future exception was never retrieved\nfuture: <Future finished \
          exception=ValueError('lost')>\nValueError: lost"]
    );
    let task: Task<()> = loop_.create_task(async { Err(ValueError("lost too")) });
    run_briefly(&loop_)?;
    drop(task);
    let lines = logged.take();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("Task exception was never retrieved\nfuture: <Task finished"));
    loop_.close()
}

#[test]
fn a_failure_that_no_loop_is_left_to_tell_is_reported() -> Result<()> {
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<()> = loop_.create_future();
    future.add_done_callback(|_| ());
    drop(loop_);
    future.set_exception(ValueError("lost"))?;
    drop(future);
    assert_eq!(
        logged.take(),
        ["Future exception was never retrieved\nfuture: <Future finished \
          exception=ValueError('lost')>\nValueError: lost"]
    );
    Ok(())
}

#[test]
fn who_ends_a_future_of_a_closed_loop_is_told_where() -> Result<()> {
    thread_local! {
        static PLACE: Cell<Option<String>> = const { Cell::new(None) };
    }
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PLACE.set(info.location().map(|place| place.file().to_owned()));
        show(info);
    }));
    type End = fn(&Future<()>) -> Result<()>;
    let ends: [End; 2] =
        [|future| future.set_result(()), |future| future.set_exception(ValueError("lost"))];
    for end in ends {
        let loop_ = EventLoop::with_virtual_clock();
        let future = loop_.create_future();
        future.add_done_callback(|_| ());
        loop_.close()?;
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| end(&future))).unwrap_err();
        assert_eq!(PLACE.take().as_deref(), Some(file!()));
    }
    Ok(())
}

#[test]
fn the_handler_of_a_lost_failure_sees_all_of_it() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&seen);
    loop_.set_exception_handler(move |_, context| {
        let future = context.future.as_ref().expect("it is about a future");
        let task = future.as_task().expect("and that is a task");
        let error = future.exception().expect("it is done").expect("and failed");
        note.borrow_mut().push((task.get_name(), error.to_string(), future.done()));
    });
    let options = asyncio::TaskOptions::new().name("careless");
    drop(loop_.create_task_with(async { Err::<(), _>(ValueError("x")) }, options));
    run_briefly(&loop_)?;
    run_briefly(&loop_)?;
    assert_eq!(*seen.borrow(), [("careless".to_owned(), "x".to_owned(), true)]);
    loop_.close()
}

#[test]
fn a_thread_may_end_with_a_loop_set() {
    let thread = thread::spawn(|| {
        let logged = Logged::start();
        let alive = Alive::default();
        let loop_ = EventLoop::with_virtual_clock();
        asyncio::set_event_loop(Some(&loop_));
        let _task = loop_.create_task(hold(alive.guard()));
        run_briefly(&loop_).unwrap();
        drop(logged);
    });
    thread.join().unwrap();
}

#[test]
fn the_end_of_a_thread_is_no_end_of_reprs_and_loops() {
    struct Asks;
    impl Drop for Asks {
        fn drop(&mut self) {
            let asked = std::panic::catch_unwind(asyncio::get_event_loop);
            assert!(asked.is_err(), "the loop of this thread is going");
            assert!(asyncio::_get_running_loop().is_none());
        }
    }
    let thread = thread::spawn(|| {
        let loop_ = EventLoop::with_virtual_clock();
        asyncio::set_event_loop(Some(&loop_));
        let task = loop_.create_task(asyncio::sleep(10));
        assert!(format!("{task:?}").starts_with("<Task pending"));
        let asks = Asks;
        loop_.call_soon(move || drop(asks));
    });
    thread.join().unwrap();
}

#[test]
fn nothing_runs_or_stays_in_a_closing_loop() -> Result<()> {
    struct Schedules(EventLoop, Alive);
    impl Drop for Schedules {
        fn drop(&mut self) {
            let (timer, task) = (self.1.guard(), self.1.guard());
            self.0.call_later(1, move || drop(timer));
            self.0.create_task(hold(task));
            let run =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.0.run_forever()));
            assert!(run.is_err(), "a closing loop does not run");
        }
    }
    let (_logged, alive) = (Logged::start(), Alive::default());
    let loop_ = EventLoop::with_virtual_clock();
    let schedules = Schedules(loop_.clone(), alive.clone());
    loop_.create_task(async move {
        let _schedules = schedules;
        asyncio::sleep(1).await
    });
    run_briefly(&loop_)?;
    loop_.close()?;
    assert_eq!(alive.count(), 0);
    assert!(asyncio::all_tasks_of(&loop_).is_empty());
    Ok(())
}

#[test]
fn tasks_of_any_type_are_gathered_and_awaited() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let outcome = loop_.run_until_complete(async {
        asyncio::create_task(asyncio::sleep_with(3600, "text"));
        asyncio::create_task(asyncio::sleep_with(3600, 42));
        let failing = asyncio::create_task(async { Err::<u8, _>(ValueError("x")) });
        asyncio::sleep(1).await?;
        let me = asyncio::current_task();
        let others: Vec<_> =
            asyncio::all_tasks().into_iter().filter(|task| Some(task) != me.as_ref()).collect();
        others.iter().for_each(|task| _ = task.cancel());
        let ended = asyncio::gather_all_return_exceptions(&others).await?;
        assert!(ended.iter().all(|end| end.as_ref().unwrap_err().is::<asyncio::CancelledError>()));
        assert!(others[0].clone().await.is_err());
        let number = asyncio::create_task(async { asyncio::Ok(7) });
        asyncio::shield(number.any()).await?;
        let mut next = asyncio::as_completed([number.any(), failing.any()]);
        next.next().unwrap().await?;
        assert!(next.next().unwrap().await.is_err());
        // The result is where it was.
        number.await
    });
    assert_eq!(outcome?, 7);
    loop_.close()
}

#[test]
fn a_failing_call_from_another_thread_says_so() -> Result<()> {
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    fn fails() -> Result<()> {
        Err(ValueError("x"))
    }
    loop_.call_soon_threadsafe(fails);
    run_briefly(&loop_)?;
    assert_eq!(
        logged.take(),
        ["Exception in callback fails()\nhandle: <_ThreadSafeHandle fails()>\nValueError: x"]
    );
    loop_.close()
}

#[test]
fn what_another_thread_sent_comes_before_a_virtual_hour() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (handle, seen) = (loop_.handle(), std::sync::Arc::new(std::sync::Mutex::new(0)));
    let note = std::sync::Arc::clone(&seen);
    thread::spawn(move || handle.call_soon_threadsafe(move || *note.lock().unwrap() += 1))
        .join()
        .unwrap()?;
    let (stopper, early) = (loop_.clone(), Rc::new(Cell::new(0.0)));
    let time = Rc::clone(&early);
    loop_.call_later(3600, move || stopper.stop());
    let watched = loop_.clone();
    loop_.call_soon(move || time.set(watched.time()));
    loop_.run_forever()?;
    assert_eq!((*seen.lock().unwrap(), early.get()), (1, 0.0));
    loop_.close()
}

#[test]
fn debug_mode_knows_the_callers_line() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_debug(true);
    let here = |line: u32| format!("created at {}:{line}", file!());
    fn callback() {}
    let handle = loop_.call_soon(callback);
    assert!(format!("{handle:?}").contains(&here(line!() - 1)), "{handle:?}");
    let timer = loop_.call_later(1, callback);
    assert!(format!("{timer:?}").contains(&here(line!() - 1)), "{timer:?}");
    let future: Future<()> = loop_.create_future();
    assert!(format!("{future:?}").contains(&here(line!() - 1)), "{future:?}");
    let task = loop_.create_task(asyncio::sleep(0));
    assert!(format!("{task:?}").contains(&here(line!() - 1)), "{task:?}");
    loop_.run_until_complete(task)?;
    loop_.close()
}

#[test]
fn a_gather_whose_handle_is_gone_still_calls_back() -> Result<()> {
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    asyncio::set_event_loop(Some(&loop_));
    let future: Future<u8> = loop_.create_future();
    let seen = Rc::new(Cell::new(false));
    let note = Rc::clone(&seen);
    asyncio::gather((&future,)).add_done_callback(move |outer| note.set(outer.done()));
    future.set_result(1)?;
    run_briefly(&loop_)?;
    run_briefly(&loop_)?;
    assert!(seen.get());

    let failing: Future<u8> = loop_.create_future();
    drop(asyncio::gather((&failing,)));
    failing.set_exception(ValueError("x"))?;
    run_briefly(&loop_)?;
    drop(failing);
    assert_eq!(
        logged.take(),
        ["_GatheringFuture exception was never retrieved\nfuture: <_GatheringFuture finished \
          exception=ValueError('x')>\nValueError: x"]
    );
    asyncio::set_event_loop(None);
    loop_.close()
}

#[test]
fn gather_makes_its_tasks_on_the_loop_of_the_first_argument() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<u8> = loop_.create_future();
    let outer = asyncio::gather((&future, async { asyncio::Ok(2) }));
    loop_.call_soon(move || future.set_result(1));
    assert_eq!(loop_.run_until_complete(outer)?, (1, 2));
    loop_.close()
}

#[test]
fn an_error_that_cannot_be_shown_does_not_end_the_loop() -> Result<()> {
    struct Shy;
    impl std::fmt::Debug for Shy {
        fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("do not look")
        }
    }
    impl std::fmt::Display for Shy {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("shy")
        }
    }
    impl std::error::Error for Shy {}
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<()> = loop_.create_future();
    future.set_exception(Shy)?;
    drop(future);
    loop_.set_exception_handler(|_, _| Err::<(), _>(ValueError("x")));
    loop_.call_soon(|| Err::<(), _>(Shy));
    run_briefly(&loop_)?;
    let lines = logged.take();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("Exception in default exception handler\n"), "{lines:?}");
    assert!(lines[1].starts_with(
        "Exception in default exception handler while handling an unexpected error in custom \
         exception handler\n"
    ));
    loop_.close()
}

#[test]
fn a_deadline_that_is_no_number_ends_the_run() -> Result<()> {
    for loop_ in [EventLoop::with_virtual_clock(), asyncio::new_event_loop()] {
        loop_.call_later(f64::NAN, || ());
        let error = loop_.run_forever().unwrap_err();
        assert_eq!(format!("{error:?}"), "ValueError('cannot convert float NaN to integer')");
        loop_.close()?;
    }
    Ok(())
}

#[test]
fn the_context_of_a_stopped_run_stays_with_its_task() -> Result<()> {
    static PLACE: std::sync::LazyLock<asyncio::ContextVar<u8>> =
        std::sync::LazyLock::new(|| asyncio::ContextVar::new("place"));
    let found = Rc::new(Cell::new(0));
    let note = Rc::clone(&found);
    let mut runner = asyncio::Runner::new();
    let stopped = runner.run(async move {
        PLACE.set(5);
        asyncio::get_running_loop().stop();
        let outcome = asyncio::sleep(3600).await;
        note.set(PLACE.get()?);
        outcome
    });
    let text = "Event loop stopped before Future completed.";
    assert_eq!(stopped.unwrap_err().to_string(), text);
    runner.close()?;
    assert_eq!(found.get(), 5);
    Ok(())
}

#[test]
fn panics_are_exceptions_of_their_task() -> Result<()> {
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    async fn unlucky() -> Result<()> {
        panic!("out of luck")
    }
    let task = loop_.create_task(unlucky());
    let error = loop_.run_until_complete(&task).unwrap_err();
    assert_eq!(format!("{error:?}"), "PanicError('out of luck')");
    let payload = error.downcast_ref::<PanicError>().unwrap().take_payload().unwrap();
    assert_eq!(*payload.downcast_ref::<&str>().unwrap(), "out of luck");

    // A panic of ours is the error that it stands for.
    let other = EventLoop::with_virtual_clock();
    other.close()?;
    let task: Task<()> = loop_.create_task(async move {
        other.call_soon(|| ());
        asyncio::Ok(())
    });
    let error = loop_.run_until_complete(&task).unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.to_string(), "Event loop is closed");

    fn fail() {
        panic!("in a callback")
    }
    loop_.call_soon(fail);
    run_briefly(&loop_)?;
    let lines = logged.take();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("PanicError: in a callback"), "{lines:?}");
    loop_.close()
}

#[test]
fn a_panicking_destructor_is_reported_and_the_loop_goes_on() -> Result<()> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let logged = Logged::start();
    let loop_ = EventLoop::with_virtual_clock();
    let bomb = Bomb;
    let task: Task<()> = loop_.create_task(async move {
        let _bomb = bomb;
        std::future::pending::<()>().await;
        asyncio::Ok(())
    });
    run_briefly(&loop_)?;
    task.cancel();
    run_briefly(&loop_)?;
    assert!(task.cancelled());
    let lines = logged.take();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("PanicError: dropped"), "{lines:?}");
    loop_.close()
}

#[test]
fn a_finished_task_drops_its_coroutine_at_once() -> Result<()> {
    let alive = Alive::default();
    let loop_ = EventLoop::with_virtual_clock();
    let guard = alive.guard();
    let task = loop_.create_task(std::future::poll_fn(move |_| {
        let _keep = &guard;
        std::task::Poll::Ready(asyncio::Ok(()))
    }));
    loop_.run_until_complete(&task)?;
    assert_eq!(alive.count(), 0);
    loop_.close()
}
