//! The loop of a thread: `GetEventLoopTestsMixin`, and of `PolicyTests` what functions without a
//! policy can be asked. Each runs on a thread of its own, which never had a loop; the main one
//! is different here.

use std::panic::resume_unwind;
use std::thread;

use asyncio::{
    _get_running_loop, EventLoop, Result, RuntimeError, get_event_loop, get_running_loop,
    new_event_loop, set_event_loop,
};

use crate::loops::raised;

fn on_a_thread(test: fn() -> Result<()>) -> Result<()> {
    thread::spawn(test).join().unwrap_or_else(|payload| resume_unwind(payload))
}

#[track_caller]
fn assert_raises(says: &str, get: fn() -> EventLoop) {
    let error = raised(|| Ok(get()));
    assert!(error.is::<RuntimeError>() && error.to_string().contains(says), "{error:?}");
}

#[track_caller]
fn assert_no_current_loop() {
    assert_raises("no current", get_event_loop);
}

#[track_caller]
fn assert_no_running_loop() {
    assert_raises("no running", get_running_loop);
    assert_eq!(_get_running_loop(), None);
}

/// All three functions find `loop_` while it runs.
fn assert_found_by_all(loop_: &EventLoop) -> Result<()> {
    let own = loop_.clone();
    loop_.run_until_complete(async move {
        assert_eq!(get_event_loop(), own);
        assert_eq!(get_running_loop(), own);
        assert_eq!(_get_running_loop(), Some(own));
        asyncio::Ok(())
    })
}

mod PolicyTests {
    use super::*;

    #[test]
    fn test_get_event_loop() -> Result<()> {
        on_a_thread(|| {
            assert_no_current_loop();
            // None was made by that.
            assert_no_current_loop();
            Ok(())
        })
    }

    #[test]
    fn test_get_event_loop_after_set_none() -> Result<()> {
        on_a_thread(|| {
            set_event_loop(None);
            assert_no_current_loop();
            Ok(())
        })
    }

    #[test]
    fn test_get_event_loop_thread() -> Result<()> {
        on_a_thread(|| {
            let loop_ = new_event_loop();
            set_event_loop(Some(&loop_));
            on_a_thread(|| {
                assert_no_current_loop();
                Ok(())
            })?;
            assert_eq!(get_event_loop(), loop_);
            loop_.close()
        })
    }

    #[test]
    fn test_new_event_loop() -> Result<()> {
        on_a_thread(|| {
            let loop_: EventLoop = new_event_loop();
            assert!(!loop_.is_running() && !loop_.is_closed());
            assert_no_current_loop();
            loop_.close()
        })
    }

    #[test]
    fn test_set_event_loop() -> Result<()> {
        on_a_thread(|| {
            let (old, new) = (new_event_loop(), new_event_loop());
            set_event_loop(Some(&old));
            set_event_loop(Some(&new));
            assert_eq!(get_event_loop(), new);
            assert_ne!(get_event_loop(), old);
            new.close()?;
            old.close()
        })
    }
}

mod GetEventLoopTestsMixin {
    use super::*;

    #[test]
    fn test_get_running_loop_already_running() -> Result<()> {
        let loop_ = new_event_loop();
        loop_.run_until_complete(async {
            let (running, other) = (get_running_loop(), new_event_loop());
            assert!(raised(|| other.run_forever()).is::<RuntimeError>());
            other.close()?;
            assert_eq!(get_running_loop(), running);
            asyncio::Ok(())
        })?;
        loop_.close()
    }

    /// The running loop is found without the thread being asked for its own, which in CPython is
    /// a policy that fails, and here another loop.
    #[test]
    fn test_get_event_loop_returns_running_loop() -> Result<()> {
        on_a_thread(|| {
            let (loop_, other) = (new_event_loop(), new_event_loop());
            set_event_loop(Some(&other));
            assert_eq!(get_event_loop(), other);
            assert_no_running_loop();
            assert_found_by_all(&loop_)?;
            assert_eq!(get_event_loop(), other);
            loop_.close()?;
            assert_no_running_loop();
            other.close()
        })
    }

    #[test]
    fn test_get_event_loop_returns_running_loop2() -> Result<()> {
        on_a_thread(|| {
            let loop_ = new_event_loop();
            assert_no_current_loop();
            set_event_loop(None);
            assert_no_current_loop();
            assert_found_by_all(&loop_)?;
            set_event_loop(Some(&loop_));
            assert_eq!(get_event_loop(), loop_);
            set_event_loop(None);
            assert_no_current_loop();
            loop_.close()?;
            assert_no_running_loop();
            Ok(())
        })
    }
}
