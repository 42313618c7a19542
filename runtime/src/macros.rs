//! The front doors of the function-like macros: what users call, with its documentation.
//!
//! Each passes its `$crate` on, which reaches this crate under whatever name the caller knows it.

/// Runs awaitables concurrently and waits for all of them.
///
/// Python's `asyncio.gather(*coros_or_futures, return_exceptions=False)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `await gather(a(), b())` | `gather!(a(), b()).await?` |
/// | `await gather(*map(work, range(3)))` | `gather!(..(0..3).map(work)).await?` |
/// | `await gather(a(), return_exceptions=True)` | `gather!(a(), return_exceptions = true).await?` |
///
/// Up to 16 positional arguments give a tuple in which each keeps its type; an iterator behind
/// `..` gives a `Vec`, and stands alone. With `return_exceptions`, a literal, each result is a
/// `Result`.
///
/// It expands to a call of one of the functions [`gather`](crate::gather()),
/// [`gather_return_exceptions`](crate::gather_return_exceptions),
/// [`gather_all`](crate::gather_all) and
/// [`gather_all_return_exceptions`](crate::gather_all_return_exceptions), which say the rest.
///
/// ```
/// use asyncio::{Result, ValueError, gather};
///
/// async fn half(number: u32) -> Result<u32> {
///     if number % 2 == 1 {
///         return Err(ValueError(format!("{number} is odd")));
///     }
///     Ok(number / 2)
/// }
///
/// async fn name() -> Result<&'static str> {
///     Ok("half")
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     assert_eq!(gather!(half(4), name()).await?, (2, "half"));
///     assert_eq!(gather!(..[2, 4, 6].map(half)).await?, [1, 2, 3]);
///
///     let (four, five) = gather!(half(4), half(5), return_exceptions = true).await?;
///     assert_eq!(four?, 2);
///     assert_eq!(five.unwrap_err().to_string(), "5 is odd");
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! gather {
    ($($arguments:tt)*) => {
        $crate::__private::macros::gather!(($crate) $($arguments)*)
    };
}

/// Waits for an awaitable, for a limited time.
///
/// Python's `asyncio.wait_for(fut, timeout)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `await wait_for(work(), 1.5)` | `wait_for!(work(), 1.5).await?` |
/// | `await wait_for(work(), timeout=None)` | `wait_for!(work(), timeout = None).await?` |
///
/// The timeout is a number of seconds, a [`Duration`](std::time::Duration), or `None` to wait
/// for as long as it takes.
///
/// It expands to a call of the function [`wait_for`](crate::wait_for()), which says the rest.
///
/// ```
/// use asyncio::{Result, TimeoutError, sleep, wait_for};
///
/// async fn slow() -> Result<u8> {
///     sleep(3600).await?;
///     Ok(1)
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let error = wait_for!(slow(), timeout = 0.01).await.unwrap_err();
///     assert!(error.is::<TimeoutError>());
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! wait_for {
    ($($arguments:tt)*) => {
        $crate::__private::macros::wait_for!(($crate) $($arguments)*)
    };
}
