//! A crate that knows asyncio by another name and hands it on, whole and macro by macro.

pub use aio as runtime;
pub use aio::{
    as_completed, async_for, async_with, create_task, gather, main, raise, run, shield, task_group,
    test, timeout, try_except, wait, wait_for,
};

/// A macro of one's own over a macro of asyncio: its callers know neither.
#[macro_export]
macro_rules! both {
    ($first:expr, $second:expr) => {
        $crate::gather!($first, $second, return_exceptions = true)
    };
}

/// What a crate does that has asyncio under another name in its manifest.
#[cfg(test)]
mod tests {
    #[aio::test(crate = ::aio, virtual_time = true)]
    async fn the_name_is_that_of_the_manifest() -> aio::Result<()> {
        let task = aio::create_task!(aio::sleep_with(1, 'a'), name = "renamed");
        let (a, b) = aio::gather!(task, aio::sleep_with(1, 'b')).await?;
        assert_eq!((a, b), ('a', 'b'));
        Ok(())
    }

    #[aio::main(crate = ::aio)]
    async fn answer() -> aio::Result<u8> {
        aio::wait_for!(aio::sleep_with(0, 42), timeout = 1).await
    }

    #[test]
    fn a_program_runs() {
        assert_eq!(answer().unwrap(), 42);
    }
}
