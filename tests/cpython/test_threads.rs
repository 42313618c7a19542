//! `test_threads.py`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use asyncio::{ContextVar, Result, RuntimeError, gather_all, to_thread};

mod ToThreadTests {
    use super::*;

    #[asyncio::test]
    async fn test_to_thread() -> Result<()> {
        let numbers = [40, 2];
        let sum = to_thread(move || asyncio::Ok(numbers.iter().sum::<i32>())).await?;
        assert_eq!(sum, 42);
        Ok(())
    }

    #[asyncio::test]
    async fn test_to_thread_exception() -> Result<()> {
        let error = to_thread(|| Err::<(), _>(RuntimeError("test"))).await.unwrap_err();
        assert!(error.is::<RuntimeError>());
        assert_eq!(error.to_string(), "test");
        Ok(())
    }

    #[asyncio::test]
    async fn test_to_thread_once() -> Result<()> {
        let calls = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&calls);
        to_thread(move || asyncio::Ok(count.fetch_add(1, Ordering::SeqCst))).await?;
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        Ok(())
    }

    #[asyncio::test]
    async fn test_to_thread_concurrent() -> Result<()> {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let call = || {
            let calls = Arc::clone(&calls);
            to_thread(move || {
                calls.lock().unwrap().push(1);
                asyncio::Ok(())
            })
        };
        gather_all((0..10).map(|_| call())).await?;
        assert_eq!(calls.lock().unwrap().iter().sum::<i32>(), 10);
        Ok(())
    }

    #[asyncio::test]
    async fn test_to_thread_args_kwargs() -> Result<()> {
        struct Options {
            something: bool,
        }

        let calls = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&calls);
        let function = move |text: &str, options: Options| {
            log.lock().unwrap().push((text.to_owned(), options.something));
        };
        // A closure takes its arguments along.
        to_thread(move || {
            function("test", Options { something: true });
            asyncio::Ok(())
        })
        .await?;
        assert_eq!(*calls.lock().unwrap(), [("test".to_owned(), true)]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_to_thread_contextvars() -> Result<()> {
        static TEST: ContextVar<&str> = ContextVar::new("test_ctx");

        TEST.set("parrot");
        assert_eq!(to_thread(|| TEST.get()).await?, "parrot");
        Ok(())
    }
}
