//! Which loop a future belongs to.

use asyncio::{Future, new_event_loop, set_event_loop};

use super::TestLoop;
use crate::support::{in_fresh_thread, panic_text};

mod BaseFutureTests {
    use super::*;

    #[test]
    fn test_constructor_without_loop() {
        in_fresh_thread(|| {
            assert!(panic_text(Future::<()>::new).contains("no current event loop"));
        });
    }

    #[test]
    fn test_constructor_use_running_loop() {
        let loop_ = TestLoop::new();
        let make = async { asyncio::Ok(Future::<()>::new()) };
        let future = loop_.run_until_complete(make).unwrap();
        assert_eq!(future.get_loop(), *loop_);
    }

    #[test]
    fn test_constructor_use_global_loop() {
        in_fresh_thread(|| {
            let loop_ = new_event_loop();
            set_event_loop(Some(&loop_));
            assert_eq!(Future::<()>::new().get_loop(), loop_);
            set_event_loop(None);
            loop_.close().unwrap();
        });
    }
}
