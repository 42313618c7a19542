//! The front doors of the function-like macros: what users call, with its documentation.
//!
//! Each passes its `$crate` on, which reaches this crate under whatever name the caller knows it.
//! The expansions shown here are compared with what the macros make, in `macros/src/tests/docs.rs`.

mod blocks;

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
///
/// # Errors
/// Those of the function that it calls: [`gather`](crate::gather()) or
/// [`gather_all`](crate::gather_all), and with `return_exceptions`
/// [`gather_return_exceptions`](crate::gather_return_exceptions) or
/// [`gather_all_return_exceptions`](crate::gather_all_return_exceptions).
///
/// # Expansion
/// ```text
/// gather!(a(), b())
///
/// asyncio::__private::gather((
///     asyncio::__private::awaitable(a()),
///     asyncio::__private::awaitable(b()),
/// ))
/// ```
///
/// ```text
/// gather!(..tasks, return_exceptions = true)
///
/// asyncio::__private::gather_all_return_exceptions(asyncio::__private::awaitables(tasks))
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
/// for as long as it takes. The awaitable may borrow: it is awaited where it is.
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
///
/// # Errors
/// Those of the function [`wait_for`](crate::wait_for()).
///
/// # Expansion
/// ```text
/// wait_for!(work(), timeout = 1.5)
///
/// asyncio::__private::wait_for(
///     asyncio::__private::awaitable(work()),
///     asyncio::__private::timeout(1.5),
/// )
/// ```
#[macro_export]
macro_rules! wait_for {
    ($($arguments:tt)*) => {
        $crate::__private::macros::wait_for!(($crate) $($arguments)*)
    };
}

/// Waits for some of several futures and tasks, or for all of them.
///
/// Python's `asyncio.wait(fs, *, timeout=None, return_when=ALL_COMPLETED)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `done, pending = await wait(tasks)` | `let (done, pending) = wait!(tasks).await?;` |
/// | `await wait(tasks, timeout=5)` | `wait!(&tasks, timeout = 5).await?` |
/// | `await wait({a, b}, return_when=FIRST_COMPLETED)` | `wait!([a, b], return_when = FIRST_COMPLETED).await?` |
///
/// It takes any iterator of futures and tasks, not of coroutines. Handles that are lent come back
/// as handles of one's own. Both lists are in the order of the argument.
///
/// ```
/// use asyncio::{FIRST_COMPLETED, Result, create_task, sleep, wait};
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let tasks = [0.001, 3600.0].map(|delay| create_task(sleep(delay)));
///     let (done, pending) = wait!(&tasks, return_when = FIRST_COMPLETED).await?;
///     assert_eq!((&done, &pending), (&vec![tasks[0].clone()], &vec![tasks[1].clone()]));
///
///     let (done, pending) = wait!(pending, timeout = 0.001).await?;
///     assert_eq!((done.len(), pending.len()), (0, 1));
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of the function [`wait_with`](crate::wait_with). A timeout is none.
///
/// # Expansion
/// ```text
/// wait!(tasks, timeout = 5, return_when = FIRST_COMPLETED)
///
/// asyncio::__private::wait_with(
///     asyncio::__private::handles(tasks),
///     asyncio::__private::WaitOptions::new()
///         .timeout(asyncio::__private::timeout(5))
///         .return_when(asyncio::__private::return_when(FIRST_COMPLETED)),
/// )
/// ```
#[macro_export]
macro_rules! wait {
    ($($arguments:tt)*) => {
        $crate::__private::macros::wait!(($crate) $($arguments)*)
    };
}

/// Runs awaitables concurrently and gives their results as they come.
///
/// Python's `asyncio.as_completed(fs, *, timeout=None)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `for next in as_completed(tasks): await next` | `for next in as_completed!(..tasks) { next.await?; }` |
/// | `as_completed([a(), b()], timeout=5)` | `as_completed!(..[a(), b()], timeout = 5)` |
///
/// What stands behind `..` is any iterator of awaitables of one type. The result is an iterator
/// and a stream: [`AsCompleted`](crate::AsCompleted).
///
/// ```
/// use asyncio::{Result, as_completed, sleep_with};
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let mut order = Vec::new();
///     for next in as_completed!(..[0.003, 0.001].map(|delay| sleep_with(delay, delay))) {
///         order.push(next.await?);
///     }
///     assert_eq!(order, [0.001, 0.003]);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Each result may be one: what its awaitable failed with or, when the time is over, a
/// `TimeoutError`.
///
/// # Panics
/// Where the function [`as_completed_with`](crate::as_completed_with) does.
///
/// # Expansion
/// ```text
/// as_completed!(..tasks, timeout = 5)
///
/// asyncio::__private::as_completed_with(
///     asyncio::__private::awaitables(tasks),
///     asyncio::__private::timeout(5),
/// )
/// ```
#[macro_export]
macro_rules! as_completed {
    ($($arguments:tt)*) => {
        $crate::__private::macros::as_completed!(($crate) $($arguments)*)
    };
}

/// Waits for an awaitable and shields it from cancellation.
///
/// Python's `asyncio.shield(arg)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `await shield(work())` | `shield!(work()).await?` |
///
/// ```
/// use asyncio::{CancelledError, Result, create_task, shield, sleep, sleep_with};
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let work = create_task(sleep_with(0.001, "done"));
///     let shielded = work.clone();
///     let waiting = create_task(async { shield!(shielded).await });
///     sleep(0).await?;
///     waiting.cancel();
///     assert!(waiting.await.unwrap_err().is::<CancelledError>());
///     assert_eq!(work.await?, "done");
///     Ok(())
/// }
/// ```
///
/// # Errors
/// What the awaitable fails with, and `CancelledError` if whoever waits is cancelled; see the
/// function [`shield`](crate::shield()).
///
/// # Expansion
/// ```text
/// shield!(work())
///
/// asyncio::__private::shield(asyncio::__private::awaitable(work()))
/// ```
#[macro_export]
macro_rules! shield {
    ($($arguments:tt)*) => {
        $crate::__private::macros::shield!(($crate) $($arguments)*)
    };
}

/// Schedules a coroutine on the running event loop, to run beside its creator.
///
/// Python's `asyncio.create_task(coro, *, name=None, context=None, eager_start=None)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `create_task(work())` | `create_task!(work())` |
/// | `create_task(work(), name="worker")` | `create_task!(work(), name = "worker")` |
/// | `create_task(work(), context=copy_context())` | `create_task!(work(), context = copy_context())` |
/// | `create_task(work(), eager_start=True)` | `create_task!(work(), eager_start = true)` |
///
/// The name is anything that converts into a `String`; the context may be lent.
///
/// ```
/// use asyncio::{Result, create_task};
///
/// async fn add(a: i32, b: i32) -> Result<i32> {
///     Ok(a + b)
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let task = create_task!(add(1, 2), name = "adder");
///     assert_eq!(task.get_name(), "adder");
///     assert_eq!(task.await?, 3);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// None: what the coroutine fails with is the result of the task.
///
/// # Panics
/// Where the function [`create_task`](crate::create_task()) does.
///
/// # Expansion
/// ```text
/// create_task!(work(), name = "worker", eager_start = true)
///
/// asyncio::__private::create_task_with(
///     asyncio::__private::awaitable(work()),
///     asyncio::__private::TaskOptions::new()
///         .name(asyncio::__private::name("worker"))
///         .eager_start(asyncio::__private::flag(true)),
/// )
/// ```
#[macro_export]
macro_rules! create_task {
    ($($arguments:tt)*) => {
        $crate::__private::macros::create_task!(($crate) $($arguments)*)
    };
}

/// Runs a coroutine in a new event loop, and closes the loop at the end.
///
/// Python's `asyncio.run(main, *, debug=None, loop_factory=None)`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `asyncio.run(main())` | `run!(main())?` |
/// | `asyncio.run(main(), debug=True)` | `run!(main(), debug = true)?` |
/// | `asyncio.run(main(), loop_factory=factory)` | `run!(main(), loop_factory = factory)?` |
///
/// The factory is a function without parameters, or a closure that captures nothing. For the
/// program itself there is [`#[asyncio::main]`](macro@crate::main).
///
/// ```
/// use asyncio::{Result, get_running_loop, run};
///
/// async fn is_debugged() -> Result<bool> {
///     Ok(get_running_loop().get_debug())
/// }
///
/// fn main() -> Result<()> {
///     assert!(run!(is_debugged(), debug = true)?);
///     assert!(!run!(is_debugged(), debug = false)?);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of the function [`run_with`](crate::run_with).
///
/// # Expansion
/// ```text
/// run!(main(), debug = true)
///
/// asyncio::__private::run_with(
///     asyncio::__private::awaitable(main()),
///     asyncio::__private::RunOptions::new().debug(asyncio::__private::flag(true)),
/// )
/// ```
#[macro_export]
macro_rules! run {
    ($($arguments:tt)*) => {
        $crate::__private::macros::run!(($crate) $($arguments)*)
    };
}

/// Leaves a function with an exception.
///
/// Python's `raise exception from cause`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `raise ValueError("x")` | `raise!(ValueError("x"))` |
/// | `raise ValueError("x") from error` | `raise!(ValueError("x"), from = error)` |
/// | `raise ValueError("x") from None` | `raise!(ValueError("x"), from = None)` |
/// | `raise` | `raise!()` |
///
/// The exception, and its cause, are an [`Error`](crate::Error), a reference to one, any standard
/// error, or a box of one. It may stand wherever `return` may, and like that it leaves the
/// innermost function, closure or `async` block. That one gives a `Result`, whose error is
/// [`Error`](crate::Error) or converts from it, as for `?`.
///
/// In an arm of [`try_except!`](macro@crate::try_except) `raise!()` raises the exception that is being
/// handled once more. In the blocks of macros it raises in the block.
///
/// ```
/// use asyncio::{Result, TypeError, ValueError, raise};
///
/// fn port(text: &str) -> Result<u16> {
///     match text.parse() {
///         Ok(0) => raise!(ValueError("port 0 is no port")),
///         Ok(port) => Ok(port),
///         Err(error) => raise!(TypeError("a port is a number"), from = error),
///     }
/// }
///
/// assert_eq!(format!("{:?}", port("0").unwrap_err()), "ValueError('port 0 is no port')");
/// let error = port("http").unwrap_err();
/// assert_eq!(error.to_string(), "a port is a number");
/// assert!(error.cause().unwrap().is::<std::num::ParseIntError>());
/// ```
///
/// # Errors
/// It is one.
///
/// # Expansion
/// The function `err` makes it one of the type that is returned.
///
/// ```text
/// raise!(ValueError("x"))
///
/// return asyncio::__private::err(asyncio::__private::exception(ValueError("x")))
/// ```
///
/// ```text
/// raise!(ValueError("x"), from = error)
///
/// return asyncio::__private::err(
///     asyncio::__private::exception(ValueError("x"))
///         .with_cause(asyncio::__private::cause(error))
/// )
/// ```
#[macro_export]
macro_rules! raise {
    ($($arguments:tt)*) => {
        $crate::__private::macros::raise!(($crate) $($arguments)*)
    };
}

/// Gives a value out of a generator, and waits until the next one is asked for.
///
/// Python's `yield value`, in the body of an [`#[asyncio::generator]`](macro@crate::generator):
///
/// | Python | Rust |
/// | --- | --- |
/// | `yield x` | `yield_!(x)?` |
/// | `y = yield x` | `let y = yield_!(x)?` |
/// | `yield` | `yield_!()?` |
///
/// It is a `Result` of what was sent.
///
/// ```
/// use asyncio::{AsyncGenerator, Result, yield_};
///
/// /// Gives the sum of all that it was sent.
/// #[asyncio::generator]
/// async fn sums() -> AsyncGenerator<u32, Option<u32>> {
///     let mut sum = 0;
///     while let Some(number) = yield_!(sum)? {
///         sum += number;
///     }
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let sums = sums();
///     assert_eq!(sums.anext().await?, 0);
///     assert_eq!(sums.asend(Some(2)).await?, 2);
///     assert_eq!(sums.asend(Some(3)).await?, 5);
///     sums.aclose().await
/// }
/// ```
///
/// # Errors
/// What [`athrow`](crate::AsyncGenerator::athrow) throws, and GeneratorExit when the generator is
/// closed.
#[macro_export]
macro_rules! yield_ {
    (@generator) => {};
    ($($value:tt)*) => {
        $crate::__private::macros::yield_!(($crate) $($value)*)
    };
}
