//! Functions and futures of other threads, and threads that have the loop work for them.
//!
//! A thread is heard of in whichever iteration comes next, so most of these scenarios run on a
//! loop that the trace does not know. Where the loop's thread waits for the other one at once,
//! even the iterations are certain.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use asyncio::concurrent::{self, ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{Awaitable, ContextVar, Error, Result, TimeoutError, ValueError};

use crate::blocks::{current_task, value};
use crate::repr::Repr;
use crate::trace::{
    attempt, collect, new_event_loop, outcome, run, run_forever, run_once, show, state, trace,
    watch,
};

crate::scenarios! { threads:
    functions_return_and_fail,
    to_thread_calls_when_it_is_awaited,
    only_to_thread_carries_the_context,
    several_threads_at_once,
    the_loop_goes_on_meanwhile,
    an_executor_may_be_given_or_set,
    a_failure_that_nobody_asks_for_is_logged,
    a_function_that_did_not_begin_is_not_called,
    a_function_that_runs_goes_on,
    cancelling_the_task_that_waits_for_a_thread,
    a_thread_that_takes_too_long,
    after_the_shutdown_there_is_no_default_executor,
    the_shutdown_waits_for_its_threads,
    the_shutdown_does_not_wait_for_ever,
    run_waits_for_the_threads_of_the_default_executor,
    a_closed_loop_runs_nothing,
    a_wrapped_future_ends_with_the_other,
    a_future_that_was_done_before,
    a_future_that_another_thread_ends,
    a_loop_that_does_not_run_hears_of_it_later,
    a_cancelled_future_cancels_the_other_in_the_next_iteration,
    a_future_that_runs_cannot_be_cancelled,
    exceptions_change_sides,
    nothing_is_told_to_a_closed_loop,
    a_thread_waits_for_a_coroutine,
    the_task_of_a_coroutine_for_a_thread,
    a_thread_gives_a_coroutine_up,
    a_coroutine_that_is_given_up_before_it_began,
    a_cancelled_coroutine_cancels_the_future_of_the_thread,
    a_thread_that_does_not_wait_long,
    a_coroutine_has_the_context_of_the_thread,
    calls_of_a_thread_come_in_order,
    calls_of_a_thread_and_of_the_loop_come_in_order,
    a_thread_takes_its_call_back,
    a_thread_wakes_a_loop_that_sleeps,
    a_thread_stops_the_loop,
    calls_to_a_closed_loop_fail,
    a_call_from_the_own_thread_costs_no_iteration,
}

static VARIABLE: ContextVar<&str> = ContextVar::with_default("variable", "default");

fn get() -> Result<&'static str> {
    VARIABLE.get()
}

impl<T> Repr for concurrent::Future<T> {
    fn repr(&self) -> String {
        format!("{self:?}")
    }
}

/// Tells a function that it may end, and hears when it begins.
struct Gate {
    began: Receiver<()>,
    may_end: Sender<()>,
}

impl Gate {
    /// A gate and its function.
    fn new() -> (Self, impl FnOnce() -> Result<&'static str> + Send) {
        let ((begin, began), (may_end, end)) = (channel(), channel());
        let function = move || {
            // Who does not listen any more, or cannot tell, has ended the scenario.
            let _ = begin.send(());
            let _ = end.recv();
            Ok("through")
        };
        (Self { began, may_end }, function)
    }

    fn wait(&self) {
        self.began.recv().expect("the function begins");
    }

    fn open(&self) {
        self.may_end.send(()).expect("the function waits");
    }
}

/// What threads write down.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Calls {
    fn append(&self, call: &'static str) {
        self.0.lock().expect("no thread fails with it").push(call);
    }

    fn list(&self) -> Vec<&'static str> {
        self.0.lock().expect("no thread fails with it").clone()
    }
}

fn pool(prefix: &str) -> ThreadPoolExecutor {
    ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1).thread_name_prefix(prefix))
}

fn single() -> ThreadPoolExecutor {
    pool("single")
}

fn failing() -> Result<()> {
    Err(ValueError("there"))
}

fn thread_name() -> Result<Option<String>> {
    Ok(thread::current().name().map(str::to_owned))
}

/// Calls a function on another thread, and waits for it.
fn on_another_thread<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> T {
    thread::spawn(function).join().expect("the thread ends")
}

/// Runs a coroutine on a loop that the trace does not know.
fn run_unseen<A>(main: A) -> Result<A::Value>
where
    A: Awaitable<Failure = Error> + 'static,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    asyncio::run(main)
}

fn count_tasks() {
    show("tasks", asyncio::all_tasks().len());
}

// Functions of other threads.

fn functions_return_and_fail() {
    async fn main() -> Result<()> {
        outcome("value", asyncio::to_thread(|| asyncio::Ok(42))).await?;
        outcome("failure", asyncio::to_thread(failing)).await?;
        let loop_ = asyncio::get_running_loop();
        outcome("value", loop_.run_in_executor(None, || asyncio::Ok(43))?).await?;
        outcome("failure", loop_.run_in_executor(None, failing)?).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn to_thread_calls_when_it_is_awaited() {
    async fn main() -> Result<()> {
        let calls = Calls::default();
        let (never, once) = (calls.clone(), calls.clone());
        let coroutine = asyncio::to_thread(move || {
            never.append("never");
            asyncio::Ok(())
        });
        asyncio::sleep(0).await?;
        drop(coroutine);
        let coroutine = asyncio::to_thread(move || {
            once.append("once");
            asyncio::Ok(())
        });
        coroutine.await?;
        show("calls", calls.list());
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn only_to_thread_carries_the_context() {
    fn function() -> Result<&'static str> {
        let seen = get();
        VARIABLE.set("by the thread");
        seen
    }

    async fn main() -> Result<()> {
        VARIABLE.set("by main");
        show("to_thread", asyncio::to_thread(function).await?);
        show("main", get()?);
        show("executor", asyncio::get_running_loop().run_in_executor(None, get)?.await?);
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn several_threads_at_once() {
    async fn main() -> Result<()> {
        let functions = (0..4).map(|n| asyncio::to_thread(move || asyncio::Ok(n * 2)));
        outcome("gather", asyncio::gather_all(functions)).await?;
        let failures = (asyncio::to_thread(failing), asyncio::to_thread(|| asyncio::Ok(1)));
        outcome("all", asyncio::gather_return_exceptions(failures)).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn the_loop_goes_on_meanwhile() {
    async fn main() -> Result<()> {
        let (gate, function) = Gate::new();
        let task = asyncio::create_task(asyncio::to_thread(function));
        asyncio::sleep(0).await?;
        gate.wait();
        trace!("it runs");
        for _ in 0..3 {
            watch("sleep", asyncio::sleep(0)).await?;
        }
        state("task", &task);
        gate.open();
        outcome("task", task).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn an_executor_may_be_given_or_set() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        show("default", loop_.run_in_executor(None, thread_name)?.await?);
        let given = single();
        show("given", loop_.run_in_executor(Some(&given), thread_name)?.await?);
        loop_.set_default_executor(pool("set"));
        show("set", loop_.run_in_executor(None, thread_name)?.await?);
        given.shutdown(true, false)?;
        attempt("shut down", || loop_.run_in_executor(Some(&given), thread_name));
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn a_failure_that_nobody_asks_for_is_logged() {
    async fn main() -> Result<()> {
        let pool = single();
        let future = asyncio::get_running_loop().run_in_executor(Some(&pool), failing)?;
        pool.shutdown(true, false)?;
        asyncio::wait([&future]).await?;
        state("future", &future);
        drop(future);
        collect();
        trace!("end");
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

// Cancellation.

fn a_function_that_did_not_begin_is_not_called() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let (pool, calls) = (single(), Calls::default());
        let (gate, function) = Gate::new();
        let running = loop_.run_in_executor(Some(&pool), function)?;
        gate.wait();
        let never = calls.clone();
        let queued = loop_.run_in_executor(Some(&pool), move || {
            never.append("called");
            asyncio::Ok(())
        })?;
        show("cancel", queued.cancel());
        outcome("queued", queued).await?;
        // The thread's side is cancelled in the next iteration.
        asyncio::sleep(0).await?;
        gate.open();
        outcome("running", running).await?;
        pool.shutdown(true, false)?;
        show("calls", calls.list());
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn a_function_that_runs_goes_on() {
    async fn main() -> Result<()> {
        let (pool, calls) = (single(), Calls::default());
        let (gate, function) = Gate::new();
        let called = calls.clone();
        let running = asyncio::get_running_loop().run_in_executor(Some(&pool), move || {
            function()?;
            called.append("called");
            asyncio::Ok(())
        })?;
        gate.wait();
        show("cancel", running.cancel_with("too late"));
        outcome("running", &running).await?;
        gate.open();
        pool.shutdown(true, false)?;
        asyncio::sleep(0).await?;
        show("calls", calls.list());
        show("running", running);
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn cancelling_the_task_that_waits_for_a_thread() {
    async fn main() -> Result<()> {
        let (gate, function) = Gate::new();
        let task = asyncio::create_task(asyncio::to_thread(function));
        asyncio::sleep(0).await?;
        gate.wait();
        task.cancel_with("why");
        outcome("task", &task).await?;
        state("task", &task);
        gate.open();
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn a_thread_that_takes_too_long() {
    async fn main() -> Result<()> {
        let (gate, function) = Gate::new();
        let task = asyncio::create_task(asyncio::to_thread(function));
        asyncio::sleep(0).await?;
        gate.wait();
        outcome("wait_for", asyncio::wait_for(task, 0.01)).await?;
        gate.open();
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

// The end of the default executor.

fn after_the_shutdown_there_is_no_default_executor() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        outcome("there is none", loop_.shutdown_default_executor(None)).await?;
        outcome("to_thread", asyncio::to_thread(thread_name)).await?;
        attempt("run_in_executor", || loop_.run_in_executor(None, thread_name));
        let pool = single();
        outcome("another one", loop_.run_in_executor(Some(&pool), thread_name)?).await?;
        loop_.set_default_executor(pool.clone());
        attempt("run_in_executor", || loop_.run_in_executor(None, thread_name));
        outcome("again", loop_.shutdown_default_executor(None)).await?;
        attempt("another one", || loop_.run_in_executor(Some(&pool), thread_name));
        Ok(())
    }

    run_unseen(main()).expect("main does not fail");
}

fn the_shutdown_waits_for_its_threads() {
    async fn open_later(gate: Gate) -> Result<()> {
        watch("sleep", asyncio::sleep(0)).await?;
        gate.open();
        Ok(())
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let (gate, function) = Gate::new();
        let future = loop_.run_in_executor(None, function)?;
        gate.wait();
        let task = asyncio::create_task(open_later(gate));
        outcome("shutdown", loop_.shutdown_default_executor(5)).await?;
        outcome("task", task).await?;
        outcome("future", future).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn the_shutdown_does_not_wait_for_ever() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let (gate, function) = Gate::new();
        let future = loop_.run_in_executor(None, function)?;
        gate.wait();
        for timeout in [0.01, 0.0] {
            outcome("shutdown", loop_.shutdown_default_executor(timeout)).await?;
        }
        gate.open();
        outcome("future", future).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn run_waits_for_the_threads_of_the_default_executor() {
    async fn main(calls: Calls) -> Result<&'static str> {
        let loop_ = asyncio::get_running_loop();
        let (gate, function) = Gate::new();
        loop_.run_in_executor(None, move || {
            function()?;
            calls.append("called");
            asyncio::Ok(())
        })?;
        gate.wait();
        // Nothing but the shutdown is left by then.
        loop_.call_later(0.01, move || gate.open());
        Ok("main")
    }

    let calls = Calls::default();
    show("run", run_unseen(main(calls.clone())));
    show("calls", calls.list());
}

fn a_closed_loop_runs_nothing() {
    let loop_ = asyncio::new_event_loop();
    loop_.close().expect("it does not run");
    attempt("run_in_executor", || loop_.run_in_executor(None, thread_name));
}

// Futures of threads.

fn a_wrapped_future_ends_with_the_other() {
    async fn main() -> Result<()> {
        let sources = [(); 3].map(|()| concurrent::Future::new());
        let futures = sources.clone().map(asyncio::wrap_future);
        let [good, bad, given_up] = sources;
        show("pending", &futures[0]);
        good.set_result(1)?;
        bad.set_exception(ValueError("bad"))?;
        given_up.cancel();
        for future in futures {
            show("done", &future);
            outcome("future", future).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_future_that_was_done_before() {
    async fn main() -> Result<()> {
        let done = concurrent::Future::new();
        done.set_result(1)?;
        let future = asyncio::wrap_future(done);
        state("future", &future);
        outcome("future", future).await
    }

    run(main());
}

fn a_future_that_another_thread_ends() {
    async fn main() -> Result<()> {
        let source = concurrent::Future::new();
        let future = asyncio::wrap_future(source.clone());
        on_another_thread(move || source.set_result("from there"))?;
        state("future", &future);
        outcome("future", future).await
    }

    run(main());
}

fn a_loop_that_does_not_run_hears_of_it_later() {
    let loop_ = new_event_loop();
    let source = concurrent::Future::new();
    let future = asyncio::wrap_future_with(source.clone(), &loop_);
    source.set_result(1).expect("nobody else sets it");
    state("future", &future);
    run_once(&loop_);
    state("future", &future);
}

fn a_cancelled_future_cancels_the_other_in_the_next_iteration() {
    async fn main() -> Result<()> {
        let source = concurrent::Future::<()>::new();
        let future = asyncio::wrap_future(source.clone());
        show("cancel", future.cancel_with("why"));
        show("source", &source);
        asyncio::sleep(0).await?;
        show("source", &source);
        outcome("future", future).await
    }

    run(main());
}

fn a_future_that_runs_cannot_be_cancelled() {
    async fn main() -> Result<()> {
        let source = concurrent::Future::new();
        source.set_running_or_notify_cancel()?;
        let future = asyncio::wrap_future(source.clone());
        future.cancel();
        asyncio::sleep(0).await?;
        show("source", &source);
        source.set_result("unheard".to_owned())?;
        trace!("source: {}", source.repr().replace("String", "str"));
        outcome("future", future).await
    }

    run(main());
}

fn exceptions_change_sides() {
    async fn main() -> Result<()> {
        for error in [
            concurrent::CancelledError(),
            concurrent::InvalidStateError("state"),
            TimeoutError("time"),
        ] {
            let source = concurrent::Future::<()>::new();
            source.set_exception(error)?;
            let future = asyncio::wrap_future(source);
            state("future", &future);
            outcome("future", future).await?;
        }
        Ok(())
    }

    run(main());
}

fn nothing_is_told_to_a_closed_loop() {
    let loop_ = new_event_loop();
    let source = concurrent::Future::new();
    let future = asyncio::wrap_future_with(source.clone(), &loop_);
    loop_.close().expect("it does not run");
    source.set_result(1).expect("nobody else sets it");
    state("future", &future);
}

// Coroutines for threads.

fn a_thread_waits_for_a_coroutine() {
    async fn failing() -> Result<&'static str> {
        asyncio::sleep(0).await?;
        Err(ValueError("here"))
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        let (first, second) = (loop_.clone(), loop_);
        let waiting =
            move || asyncio::run_coroutine_threadsafe(|| value("here", 0), &first).result(None);
        outcome("value", asyncio::to_thread(waiting)).await?;
        let waiting = move || asyncio::run_coroutine_threadsafe(failing, &second).result(None);
        outcome("failure", asyncio::to_thread(waiting)).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn the_task_of_a_coroutine_for_a_thread() {
    async fn child() -> Result<()> {
        let task = current_task();
        asyncio::sleep(0).await?;
        show("task", task);
        Ok(())
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        on_another_thread(move || asyncio::run_coroutine_threadsafe(child, &loop_));
        count_tasks();
        for _ in 0..3 {
            asyncio::sleep(0).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_thread_gives_a_coroutine_up() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        let future = asyncio::run_coroutine_threadsafe(|| value(1, 10), &loop_);
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
        let cancelled = future.clone();
        on_another_thread(move || cancelled.cancel());
        show("future", future);
        asyncio::sleep(1).await?;
        count_tasks();
        Ok(())
    }

    run(main());
}

fn a_coroutine_that_is_given_up_before_it_began() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        let future = asyncio::run_coroutine_threadsafe(|| value(1, 0), &loop_);
        show("cancel", future.cancel());
        for _ in 0..3 {
            watch("main", asyncio::sleep(0)).await?;
            count_tasks();
        }
        Ok(())
    }

    run(main());
}

fn a_cancelled_coroutine_cancels_the_future_of_the_thread() {
    async fn child() -> Result<()> {
        current_task().cancel_with("why");
        asyncio::sleep(0).await
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        let future = asyncio::run_coroutine_threadsafe(child, &loop_);
        for _ in 0..3 {
            asyncio::sleep(0).await?;
        }
        show("future", &future);
        attempt("result", || future.result(0));
        asyncio::sleep(0).await?;
        show("future", &future);
        attempt("result", || future.result(0));
        Ok(())
    }

    run(main());
}

fn a_thread_that_does_not_wait_long() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        let future = asyncio::run_coroutine_threadsafe(|| value(1, 1), &loop_);
        attempt("result", || future.result(0));
        attempt("exception", || future.exception(0));
        asyncio::sleep(2).await?;
        attempt("result", || future.result(0));
        attempt("exception", || future.exception(0));
        Ok(())
    }

    run(main());
}

fn a_coroutine_has_the_context_of_the_thread() {
    async fn child() -> Result<()> {
        show("child", get()?);
        Ok(())
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        VARIABLE.set("by main");
        on_another_thread(move || {
            VARIABLE.set("by the thread");
            asyncio::run_coroutine_threadsafe(child, &loop_)
        });
        asyncio::sleep(1).await?;
        show("main", get()?);
        Ok(())
    }

    run(main());
}

// Calls from threads.

fn calls_of_a_thread_come_in_order() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        on_another_thread(move || {
            for number in 0..3 {
                loop_.call_soon_threadsafe(move || trace!("call {number}"))?;
            }
            asyncio::Ok(())
        })?;
        trace!("the thread is over");
        asyncio::sleep(1).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn calls_of_a_thread_and_of_the_loop_come_in_order() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.call_soon(|| trace!("before the thread"));
        let remote = loop_.handle();
        on_another_thread(move || remote.call_soon_threadsafe(|| trace!("by the thread")))?;
        loop_.call_soon(|| trace!("after the thread"));
        asyncio::sleep(0).await?;
        trace!("the next iteration");
        Ok(())
    }

    run(main());
}

fn a_thread_takes_its_call_back() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop().handle();
        on_another_thread(move || {
            loop_.call_soon_threadsafe(|| trace!("kept"))?;
            loop_.call_soon_threadsafe(|| trace!("taken back"))?.cancel();
            asyncio::Ok(())
        })?;
        asyncio::sleep(1).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_thread_wakes_a_loop_that_sleeps() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let source = concurrent::Future::new();
        let future = asyncio::wrap_future(source.clone());
        let remote = loop_.handle();
        thread::spawn(move || remote.call_soon_threadsafe(move || source.set_result("woken")));
        outcome("future", future).await
    }

    run_unseen(main()).expect("main does not fail");
}

fn a_thread_stops_the_loop() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| trace!("first iteration"));
    let remote = loop_.handle();
    on_another_thread(move || remote.stop()).expect("the loop is open");
    run_forever(&loop_);
    trace!("stopped");
}

fn calls_to_a_closed_loop_fail() {
    async fn main() -> Result<()> {
        Ok(())
    }

    let loop_ = run(main());
    loop_.close().expect("it does not run");
    attempt("call", || loop_.handle().call_soon_threadsafe(|| trace!("never")).map(drop));
}

fn a_call_from_the_own_thread_costs_no_iteration() {
    async fn main() -> Result<()> {
        asyncio::get_running_loop().call_soon_threadsafe(|| trace!("called"));
        asyncio::sleep(1).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}
