//! CPython's own tests that need the main thread, where signals are handled: a test harness keeps
//! that to itself, so this program has none, and runs its cases one after the other.
#![forbid(unsafe_code)]
#![allow(non_snake_case, reason = "the modules are CPython's classes")]

use std::env;
use std::panic::catch_unwind;
use std::process::{Command, ExitCode, id};

/// A case: its name as a test harness would print it, and its function.
type Case = (&'static str, fn());

/// Names the cases; one that is forgotten here is code that nobody calls.
macro_rules! cases {
    ($($file:ident::$class:ident { $($name:ident,)+ })+) => {
        const CASES: &[Case] = &[$($((
            concat!(stringify!($file), "::", stringify!($class), "::", stringify!($name)),
            $file::$class::$name,
        ),)+)+];
    };
}

cases! {
    test_runners::RunnerTests {
        test_interrupt_call_soon,
        test_interrupt_wait,
        test_interrupt_cancelled_task,
    }
}

/// Sends this process SIGINT; the handler has run when this returns.
fn interrupt_self() {
    let status = Command::new("kill").args(["-INT", &id().to_string()]).status();
    assert!(status.expect("there is a kill").success());
}

mod test_runners {
    use asyncio::{
        AnyTask, CancelledError, EventLoop, Future, KeyboardInterrupt, Result, RunOptions, Runner,
        create_task, current_task, get_running_loop, sleep,
    };

    use super::interrupt_self;

    fn new_runner() -> Runner {
        Runner::with(RunOptions::new().loop_factory(EventLoop::with_virtual_clock))
    }

    pub(super) mod RunnerTests {
        use super::*;

        pub(crate) fn test_interrupt_call_soon() {
            // It never waits for a future: it is always ready to run.
            let coroutine = async {
                while sleep(0).await.map_err(|error| assert!(error.is::<CancelledError>())).is_ok()
                {
                }
                Result::<()>::Err(CancelledError())
            };
            let mut runner = new_runner();
            runner.get_loop().unwrap().call_soon(|| {
                get_running_loop().call_soon(interrupt_self);
            });
            let error = runner.run(coroutine).unwrap_err();
            assert!(error.is::<KeyboardInterrupt>(), "{error:?}");
        }

        pub(crate) fn test_interrupt_wait() {
            let mut runner = new_runner();
            let loop_ = runner.get_loop().unwrap();
            let future: Future<()> = loop_.create_future();
            let awaited = future.clone();
            let coroutine = async move {
                assert!(awaited.await.unwrap_err().is::<CancelledError>());
                Result::<()>::Err(CancelledError())
            };
            loop_.call_later(0.1, interrupt_self);
            let error = runner.run(coroutine).unwrap_err();
            assert!(error.is::<KeyboardInterrupt>(), "{error:?}");
            assert!(future.cancelled());
        }

        pub(crate) fn test_interrupt_cancelled_task() {
            async fn subtask(task: AnyTask) -> Result<()> {
                sleep(0).await?;
                task.cancel();
                interrupt_self();
                Ok(())
            }

            let outcome = new_runner().run(async {
                create_task(subtask(current_task().expect("a task runs this")));
                sleep(10).await
            });
            assert!(outcome.unwrap_err().is::<CancelledError>());
        }
    }
}

fn main() -> ExitCode {
    // What a harness is asked, too: to list its tests, or to run those with a text in their names.
    let (options, names): (Vec<_>, Vec<_>) =
        env::args().skip(1).partition(|argument| argument.starts_with('-'));
    if options.iter().any(|option| option == "--list") {
        return ExitCode::SUCCESS;
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part));
    let mut failed = 0;
    for (name, case) in CASES.iter().filter(|(name, _)| is_wanted(name)) {
        let passed = catch_unwind(case).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
