//! `wait!`, `as_completed!`, `shield!`, `create_task!` and `run!`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asyncio::{
    ALL_COMPLETED, AnyTask, CancelledError, Context, ContextVar, EventLoop, FIRST_COMPLETED,
    FIRST_EXCEPTION, Result, RuntimeError, Task, TimeoutError, ValueError, as_completed,
    copy_context, create_task, current_task, get_running_loop, run, shield, sleep, sleep_with,
    wait,
};

fn sleeps(delays: &[f64]) -> Vec<Task<f64>> {
    delays.iter().map(|delay| create_task!(sleep_with(*delay, *delay))).collect()
}

#[asyncio::test(virtual_time = true)]
async fn wait_takes_any_list_of_handles() -> Result<()> {
    let tasks = sleeps(&[1.0, 2.0]);
    let (done, pending) = wait!(&tasks).await?;
    assert_eq!((done, pending.len()), (tasks.clone(), 0));

    let (done, _) = wait!(tasks.iter().filter(|task| task.done())).await?;
    assert_eq!(done.len(), 2);

    let mixed: [AnyTask; 2] =
        [create_task!(sleep(1)).any(), create_task!(sleep_with(1, "x")).any()];
    assert_eq!(wait!(mixed).await?.0.len(), 2);

    let (done, _) = wait!(fs = [get_running_loop().create_task(sleep(0))]).await?;
    assert!(done[0].done());
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn wait_takes_its_options() -> Result<()> {
    let tasks = sleeps(&[3.0, 1.0, 2.0]);
    let (done, pending) = wait!(&tasks, return_when = FIRST_COMPLETED).await?;
    assert_eq!((done, pending), (vec![tasks[1].clone()], vec![tasks[0].clone(), tasks[2].clone()]));

    let (done, pending) =
        wait!(&tasks, timeout = Duration::from_secs(1), return_when = ALL_COMPLETED).await?;
    assert_eq!((done.len(), pending.len()), (2, 1));

    let when = FIRST_EXCEPTION;
    let (done, _) = wait!(&tasks, return_when = when, timeout = None).await?;
    assert_eq!((done.len(), get_running_loop().time()), (3, 3.0));
    Ok(())
}

/// Python looks at the list when the coroutine runs, not when it is made.
#[asyncio::test]
async fn wait_reads_its_list_when_it_is_awaited() -> Result<()> {
    let read = Cell::new(0);
    let task = create_task!(sleep(0));
    let list = [&task].into_iter().inspect(|_| read.set(read.get() + 1));
    let waiting = wait!(list);
    assert_eq!(read.get(), 0);
    waiting.await?;
    assert_eq!(read.get(), 1);
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn as_completed_gives_results_as_they_come() -> Result<()> {
    let mut order = Vec::new();
    for next in as_completed!(..[3, 1, 2].map(|n| sleep_with(n, n))) {
        order.push(next.await?);
    }
    assert_eq!(order, [1, 2, 3]);

    let mut done = as_completed!(..sleeps(&[2.0, 1.0]));
    while let Some(future) = done.anext().await {
        order.push(future?.result()? as i32);
    }
    assert_eq!(order, [1, 2, 3, 1, 2]);
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn as_completed_has_a_timeout() -> Result<()> {
    let mut outcomes = Vec::new();
    for next in as_completed!(..sleeps(&[1.0, 9.0]), timeout = 5) {
        outcomes.push(next.await);
    }
    assert_eq!(*outcomes[0].as_ref().unwrap(), 1.0);
    assert!(outcomes[1].as_ref().unwrap_err().is::<TimeoutError>());
    Ok(())
}

/// As a call of Python does, which makes a set of them first.
#[asyncio::test]
async fn as_completed_unpacks_the_iterator_before_the_first_task() -> Result<()> {
    let tasks_seen = Rc::new(RefCell::new(Vec::new()));
    let works = (0..2).map(|_| {
        tasks_seen.borrow_mut().push(asyncio::all_tasks().len());
        sleep(0)
    });
    for next in as_completed!(..works) {
        next.await?;
    }
    assert_eq!(*tasks_seen.borrow(), [1, 1]);
    Ok(())
}

#[asyncio::test]
async fn shield_keeps_a_cancellation_out() -> Result<()> {
    let work = create_task!(sleep_with(0.001, "done"));
    let shielded = work.clone();
    let waiting = create_task!(async { shield!(shielded).await });
    sleep(0).await?;
    waiting.cancel();
    assert!(waiting.await.unwrap_err().is::<CancelledError>());
    assert_eq!(work.await?, "done");
    assert_eq!(shield!(arg = sleep_with(0, 1)).await?, 1);
    Ok(())
}

#[asyncio::test]
async fn create_task_names_a_task() -> Result<()> {
    let number = 7;
    for name in ["text".to_owned(), format!("worker-{number}")] {
        assert_eq!(create_task!(sleep(0), name = &name).get_name(), name);
        assert_eq!(create_task!(sleep(0), name = name.as_str()).get_name(), name);
        assert_eq!(create_task!(sleep(0), name = name.clone()).get_name(), name);
    }
    assert!(create_task!(sleep(0)).get_name().starts_with("Task-"));
    assert!(create_task!(sleep(0), name = None).get_name().starts_with("Task-"));
    Ok(())
}

#[asyncio::test]
async fn create_task_takes_a_context() -> Result<()> {
    thread_local! {
        static WHO: ContextVar<&'static str> = const { ContextVar::new("who") };
    }
    async fn who() -> Result<&'static str> {
        Ok(WHO.with(|who| who.get_or("nobody")))
    }
    let context: Context = copy_context();
    context.run(|| WHO.with(|who| who.set("somebody")))?;
    assert_eq!(create_task!(who(), context = context).await?, "somebody");
    // It was lent: like a name of Python it can be used again.
    assert_eq!(create_task!(who(), context = &context).await?, "somebody");
    assert_eq!(create_task!(who(), context = copy_context()).await?, "nobody");
    assert_eq!(create_task!(who(), context = None).await?, "nobody");
    Ok(())
}

#[asyncio::test]
async fn create_task_starts_eagerly() -> Result<()> {
    let started = Rc::new(Cell::new(false));
    for eager in [false, true] {
        started.set(false);
        let noted = Rc::clone(&started);
        let work = async move {
            noted.set(true);
            sleep(0).await
        };
        let task = create_task!(work, eager_start = eager, name = "eager");
        assert_eq!(started.get(), eager);
        task.await?;
    }
    Ok(())
}

#[test]
fn run_takes_what_the_runner_takes() -> Result<()> {
    async fn is_debugged() -> Result<bool> {
        let name = current_task().expect("a main task").get_name();
        assert!(name.starts_with("Task-"));
        Ok(get_running_loop().get_debug())
    }
    let debug = true;
    assert!(run!(is_debugged(), debug = debug)?);
    assert!(!run!(is_debugged(), debug = false)?);
    assert!(run!(
        main = is_debugged(),
        loop_factory = || {
            let loop_ = asyncio::new_event_loop();
            loop_.set_debug(true);
            loop_
        }
    )?);
    let time = async { asyncio::Ok(get_running_loop().time()) };
    assert_eq!(run!(time, loop_factory = EventLoop::with_virtual_clock, debug = None)?, 0.0);
    Ok(())
}

#[asyncio::test]
async fn run_fails_in_a_running_loop() {
    let error = run!(sleep(0)).unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.to_string(), "asyncio.run() cannot be called from a running event loop");
}

#[test]
fn run_gives_the_error_of_its_main() {
    let error = run!(async { Err::<(), _>(ValueError("Oops!")) }).unwrap_err();
    assert_eq!(format!("{error:?}"), "ValueError('Oops!')");
}

/// A task without a loop panics where it was to be made: at the call of the macro.
#[test]
fn a_panic_is_at_the_call() {
    let (here, place) = (std::thread::current().id(), Arc::new(Mutex::new(None)));
    let (noted, hook) = (Arc::clone(&place), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == here {
            *noted.lock().unwrap() = info.location().map(ToString::to_string);
        }
    }));
    let line = line!() + 1;
    let outcome = std::panic::catch_unwind(|| create_task!(sleep(0)).cancel());
    std::panic::set_hook(hook);
    assert!(outcome.is_err());
    let place = place.lock().unwrap().take().expect("a panic has a place");
    assert!(place.contains(&format!("options.rs:{line}:")), "{place}");
}
