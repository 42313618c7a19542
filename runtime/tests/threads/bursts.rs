//! Calls that other threads have sent while the loop did something else: they come in at once,
//! and each is a handle for itself all the same, with and without debug mode.

use std::panic::panic_any;
use std::sync::{Arc, Mutex};
use std::thread;

use asyncio::{
    ContextVar, EventLoop, LoopHandle, Result, SystemExit, ThreadSafeHandle, ValueError,
};

use crate::Logged;

/// What happened, in its order.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    /// A function that says that it was called.
    fn says(&self, line: &'static str) -> impl FnOnce() + Send + 'static {
        let lines = self.clone();
        move || lines.add(line)
    }

    #[track_caller]
    fn expect(&self, expected: &[&str]) {
        assert_eq!(*self.0.lock().unwrap(), expected);
    }
}

/// Runs `check` with a loop in either mode, and with what was said.
fn in_both_modes(check: impl Fn(&EventLoop, Lines) -> Result<()>) -> Result<()> {
    for debug in [false, true] {
        let loop_ = EventLoop::with_virtual_clock();
        loop_.set_debug(debug);
        check(&loop_, Lines::default())?;
        loop_.close()?;
    }
    Ok(())
}

/// Has another thread send something, and waits for its end.
fn send<T: Send>(loop_: &EventLoop, send: impl FnOnce(LoopHandle) -> Result<T> + Send) -> T {
    let handle = loop_.handle();
    thread::scope(|scope| scope.spawn(|| send(handle)).join().unwrap().unwrap())
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.stop();
    loop_.run_forever()
}

#[test]
fn an_exit_leaves_the_rest_for_the_next_run() -> Result<()> {
    in_both_modes(|loop_, lines| {
        send(loop_, |handle| {
            handle.call_soon_threadsafe(lines.says("first"))?;
            handle.call_soon_threadsafe(|| Err::<(), _>(SystemExit(1)))?;
            handle.call_soon_threadsafe(lines.says("third"))?;
            handle.call_soon_threadsafe(|| Err::<(), _>(SystemExit(2)))
        });
        loop_.call_soon(lines.says("own"));
        assert!(run_briefly(loop_).unwrap_err().is::<SystemExit>());
        lines.expect(&["first"]);
        send(loop_, |handle| handle.call_soon_threadsafe(lines.says("late")));
        assert!(run_briefly(loop_).unwrap_err().is::<SystemExit>());
        lines.expect(&["first", "third"]);
        run_briefly(loop_)?;
        lines.expect(&["first", "third", "own", "late"]);
        Ok(())
    })
}

#[test]
fn a_failure_is_that_of_one_call() -> Result<()> {
    in_both_modes(|loop_, lines| {
        let told = lines.clone();
        loop_.set_exception_handler(move |_, context| {
            let handle = context.handle.as_ref().expect("a handle has failed");
            assert!(format!("{handle:?}").starts_with("<_ThreadSafeHandle "), "{handle:?}");
            told.add(format!("{:?}", context.exception.as_ref().expect("an error")));
            asyncio::Ok(())
        });
        send(loop_, |handle| {
            handle.call_soon_threadsafe(|| Err::<(), _>(ValueError("one")))?;
            handle.call_soon_threadsafe(lines.says("two"))?;
            handle.call_soon_threadsafe(|| -> () { panic_any("three") })
        });
        run_briefly(loop_)?;
        lines.expect(&["ValueError('one')", "two", "PanicError('three')"]);
        Ok(())
    })
}

#[test]
fn one_call_takes_back_another() -> Result<()> {
    in_both_modes(|loop_, lines| {
        let later: Arc<Mutex<Vec<ThreadSafeHandle>>> = Arc::default();
        send(loop_, |handle| {
            let to_cancel = Arc::clone(&later);
            handle.call_soon_threadsafe(move || {
                to_cancel.lock().unwrap().iter().for_each(ThreadSafeHandle::cancel);
            })?;
            let taken_back = handle.call_soon_threadsafe(lines.says("taken back"))?;
            later.lock().unwrap().push(taken_back);
            handle.call_soon_threadsafe(lines.says("last"))
        });
        run_briefly(loop_)?;
        lines.expect(&["last"]);
        assert!(later.lock().unwrap()[0].cancelled());
        Ok(())
    })
}

#[test]
fn a_stop_between_calls_comes_after_both() -> Result<()> {
    in_both_modes(|loop_, lines| {
        send(loop_, |handle| {
            handle.call_soon_threadsafe(lines.says("before"))?;
            handle.stop()?;
            handle.call_soon_threadsafe(lines.says("behind"))
        });
        loop_.run_forever()?;
        lines.expect(&["before", "behind"]);
        Ok(())
    })
}

#[test]
fn each_call_has_its_context() -> Result<()> {
    static NUMBER: ContextVar<u32> = ContextVar::with_default("number", 0);
    in_both_modes(|loop_, lines| {
        let says = || {
            let lines = lines.clone();
            move || {
                lines.add(NUMBER.get()?.to_string());
                NUMBER.set(7);
                asyncio::Ok(())
            }
        };
        send(loop_, |handle| {
            handle.call_soon_threadsafe(says())?;
            NUMBER.set(1);
            handle.call_soon_threadsafe(says())?;
            NUMBER.set(2);
            handle.call_soon_threadsafe(says())
        });
        loop_.call_soon(says());
        run_briefly(loop_)?;
        lines.expect(&["0", "1", "2", "0"]);
        Ok(())
    })
}

#[test]
fn what_is_dropped_with_the_loop_is_dropped_one_by_one() -> Result<()> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("it goes off");
        }
    }
    in_both_modes(|loop_, lines| {
        let logged = Logged::start();
        send(loop_, |handle| {
            for _ in 0..2 {
                let bomb = Bomb;
                handle.call_soon_threadsafe(move || drop(bomb))?;
            }
            handle.call_soon_threadsafe(lines.says("never"))
        });
        loop_.call_soon(lines.says("never"));
        loop_.close()?;
        lines.expect(&[]);
        assert_eq!(logged.take().len(), 2);
        Ok(())
    })
}
