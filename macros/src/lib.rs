//! The macros of the `asyncio` crate, which re-exports them; nobody needs to depend on this one.
//!
//! Each macro goes through four stages of the same names: `parse` reads the syntax and keeps the
//! spans, `validate` holds all rules, `expand` only quotes, and `fallback` says what stands in when
//! a rule was broken. Mistakes are collected, and reported all at once.

#![forbid(unsafe_code)]

mod arguments;
mod blocks;
mod calls;
mod coroutines;
mod entry;
mod errors;
mod finish;
mod fragments;
mod passed;
mod spans;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::arguments::table::{
    AS_COMPLETED, ASYNC_FOR, ASYNC_WITH, CREATE_TASK, GATHER, RAISE, RUN, SHIELD, TASK_GROUP,
    TIMEOUT, TRY_EXCEPT, WAIT, WAIT_FOR,
};
use crate::coroutines::Kind;
use crate::entry::Entry;

/// Runs an `async fn` as the program.
///
/// Python's `asyncio.run(main())`: the function becomes a coroutine that a new event loop runs to
/// its end; what is left then is cancelled, and the loop is closed.
///
/// ```
/// #[asyncio::main]
/// async fn main() -> asyncio::Result<()> {
///     println!("hello");
///     asyncio::sleep(0.01).await?;
///     println!("world");
///     Ok(())
/// }
/// ```
///
/// # Result
/// Without a return type the program always succeeds. Otherwise it is a `Result`, of any error that
/// converts into `Box<dyn std::error::Error + Send + Sync>`. An error is printed to stderr as
/// Python prints an exception, causes first, and the status is 1; `SystemExit(n)` prints nothing,
/// and the status is `n`; after a `KeyboardInterrupt` it is 130. A value is dropped, unless it is a
/// [`std::process::ExitCode`].
///
/// # Options
/// `#[asyncio::main(debug = true, loop_factory = my::factory)]`, each at most once:
///
/// | option | value | if left out |
/// | --- | --- | --- |
/// | `debug` | `true` or `false`: whether the loop runs in debug mode | as the environment says |
/// | `loop_factory` | the path of a function that makes the loop | `asyncio::new_event_loop` |
/// | `crate` | the absolute path of the `asyncio` crate, if it has another name | `::asyncio` |
///
/// # Other functions
/// On a function of another name the attribute makes a plain function that runs the coroutine and
/// returns what it returns, of any type. Its parameters are passed on. They must not borrow, except
/// for `'static`.
///
/// ```
/// #[asyncio::main]
/// async fn doubled(number: u32) -> u32 {
///     number * 2
/// }
///
/// assert_eq!(doubled(21), 42);
/// ```
///
/// # Expansion
/// With `debug = true`:
///
/// ```text
/// fn main() -> std::process::ExitCode {
///     #[allow(clippy::unused_async)]
///     async fn main() -> asyncio::Result<()> { … }
///     {
///         use asyncio::__private as __asyncio;
///         __asyncio::main(main(), __asyncio::RunOptions::new().debug(true))
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    entry::attribute(Entry::Main, options.into(), item.into()).into()
}

/// Runs an `async fn` as a test.
///
/// Python's `unittest.IsolatedAsyncioTestCase`: each test has a loop of its own, in debug mode. The
/// result is nothing or any `Result`, as for [`main`](macro@main); an error fails the test, and
/// shows what Python would print.
///
/// ```
/// # mod tests {
/// #[asyncio::test(virtual_time = true, timeout = 7200)]
/// async fn an_hour_passes() -> asyncio::Result<()> {
///     let loop_ = asyncio::get_running_loop();
///     let start = loop_.time();
///     asyncio::sleep(3600).await?;
///     assert_eq!(loop_.time() - start, 3600.0);
///     Ok(())
/// }
/// # }
/// ```
///
/// # Options
/// Each at most once:
///
/// | option | value | if left out |
/// | --- | --- | --- |
/// | `debug` | `true` or `false`: whether the loop runs in debug mode | `true` |
/// | `loop_factory` | the path of a function that makes the loop | `asyncio::new_event_loop` |
/// | `virtual_time` | `true` or `false`: whether the clock is virtual | `false` |
/// | `timeout` | after how many seconds, a number, the test fails | no limit |
/// | `cancel` | `"each_await"`: the test is run again and again, cancelled at each of its awaits | it is run once |
/// | `crate` | the absolute path of the `asyncio` crate, if it has another name | `::asyncio` |
///
/// A virtual clock comes with a loop of its own, so that it excludes `loop_factory`. It starts at 0, and jumps to the next deadline when there is nothing else to do. A
/// test whose time is over is cancelled; the limit is one of the loop's clock, so with a virtual
/// one it ends a deadlock at once. Code that blocks the thread is not interrupted.
///
/// # Cancelled at each await
/// With `cancel = "each_await"` the test is run once as it is, then again with its task cancelled at
/// its first suspension, at its second, and so on, each time in a new loop on a new thread: once
/// right behind the step in which it was suspended, as by a callback that comes next, and once
/// right in front of its next step, when what it waited for is there.
///
/// ```
/// # mod tests {
/// use asyncio::{Lock, Result, sleep};
///
/// async fn work(lock: &Lock) -> Result<()> {
///     lock.acquire().await?;
///     let outcome = sleep(1).await;
///     // With a `?` behind the sleep this would not be reached, and the test would fail.
///     lock.release()?;
///     outcome
/// }
///
/// #[asyncio::test(cancel = "each_await", virtual_time = true)]
/// async fn the_lock_is_free_again() -> Result<()> {
///     let lock = Lock::new();
///     let outcome = work(&lock).await;
///     assert!(!lock.locked());
///     outcome
/// }
/// # }
/// ```
///
/// A cancelled run may end with a value or as cancelled. The test fails, with a report of what was
/// found, if a run
/// - panics, by an assertion of the test or in a destructor,
/// - ends with another error than `CancelledError`,
/// - does not end: with a virtual clock, if nothing is left to do; otherwise within `timeout`, or
///   60 seconds of real time (or 100,000 iterations of the loop) and ten times what the first run
///   took,
/// - leaves tasks behind that the first run did not leave, also when they had a hundred iterations
///   of the loop to end, without any time,
/// - logs errors that the first run did not log, such as exceptions that nobody retrieved.
///
/// A test may be suspended a thousand times at most. `docs/TESTING.md` shows how to write such tests.
///
/// # Expansion
/// Other attributes, such as `#[should_panic]`, stay before the `#[test]` that is
/// added. With `timeout = 5`:
///
/// ```text
/// #[test]
/// fn works() {
///     #[allow(clippy::unused_async)]
///     async fn works() -> asyncio::Result<()> { … }
///     {
///         use asyncio::__private as __asyncio;
///         __asyncio::test(works(), __asyncio::TestOptions::new().timeout(5.0))
///     }
/// }
/// ```
///
/// With `cancel = "each_await"` the call is `__asyncio::each_await(works, …)`: of the function
/// itself, which makes a coroutine for each run.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    entry::attribute(Entry::Test, options.into(), item.into()).into()
}

/// Makes an `async fn` a coroutine function as Python has them.
///
/// The function is called and awaited as before. In addition
///
/// - it returns an `asyncio::Coroutine`, the type of coroutine objects, which has the name of the
///   function in its repr, and can be closed;
/// - a coroutine that is dropped before it began is reported on the log:
///   `RuntimeWarning: coroutine 'work' was never awaited`;
/// - each of its awaits of a future of another crate can be cancelled. The request goes to what is
///   of asyncio inside that future; if there is nothing, the future is dropped, and the
///   `CancelledError` is raised at the await: as its value, if that is a `Result` which can hold
///   the error, and otherwise out of the function;
/// - calls that are known to block the thread, and with it all other tasks, are refused.
///
/// It may be a method, also of a trait, and have generics, lifetimes and arguments of type
/// `impl Trait`. An implementation of a trait may have the attribute where the trait has a plain
/// `async fn`. If the trait has it, which may be on a method without a body, all its implementations
/// need it.
///
/// ```
/// use asyncio::{Result, create_task, sleep};
///
/// #[asyncio::coroutine]
/// async fn work(name: &'static str) -> Result<usize> {
///     sleep(0.001).await?;
///     Ok(name.len())
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let task = create_task(work("x"));
///     assert!(format!("{task:?}").contains("coro=<work() running"));
///     assert_eq!(task.await?, 1);
///     Ok(())
/// }
/// ```
///
/// # Options
/// Each at most once:
///
/// | option | value | if left out |
/// | --- | --- | --- |
/// | `allow_blocking` | `true` or `false`: whether calls that block are permitted | `false` |
/// | `crate` | the absolute path of the `asyncio` crate, if it has another name | `::asyncio` |
///
/// # Calls that block
/// They are known by their path, as it is written: `std::thread::sleep` and `thread::sleep`,
/// `std::fs::…`, `std::net::…`, `std::io::stdin` and `io::stdin`, paths through a module `blocking`,
/// functions named `block_on`, and `asyncio::run`. What stands in a closure, such as that of
/// `to_thread`, is not looked at.
///
/// # Macros of others
/// An await among the arguments of a macro, as in `info!("{}", fetch().await?)`, is like any other
/// if the macro is one of std's or of asyncio. In one of somebody else it is found if all that the
/// macro gets is a list of expressions, and can raise the `CancelledError` as its value. Where that
/// is no `Result`, or the tokens are of a language of their own, as in `select!`, the await is what
/// it is in a plain `async fn`: what is of asyncio inside raises the error, and a future that has
/// nothing of asyncio inside is dropped with the whole coroutine.
///
/// # Errors
/// Those of the function, and the `CancelledError` of an await.
///
/// # Expansion
/// An await becomes one of `asyncio::__private::cancellable`. With an argument and no await:
///
/// ```text
/// #[allow(refining_impl_trait)]
/// fn work(n: u32)
///     -> asyncio::Coroutine<impl ::core::future::Future<Output = asyncio::Result<()>>>
/// {
///     use asyncio::__private as __asyncio;
///     let __asyncio_unstarted = __asyncio::unstarted(|| {});
///     __asyncio::coroutine(async move {
///         __asyncio_unstarted.start();
///         if let __asyncio::Some(output) = __asyncio::None::<asyncio::Result<()>> {
///             return output;
///         }
///         #[allow(
///             clippy::no_effect_underscore_binding,
///             clippy::shadow_reuse,
///             clippy::shadow_same,
///             clippy::used_underscore_binding
///         )]
///         let n = n;
///         { … }
///     })
/// }
/// ```
#[proc_macro_attribute]
pub fn coroutine(options: TokenStream, item: TokenStream) -> TokenStream {
    coroutines::attribute(Kind::Coroutine, options.into(), item.into()).into()
}

/// Makes an `async fn` an asynchronous generator: Python's `async def` with a `yield` in it.
///
/// | Python | Rust |
/// | --- | --- |
/// | `yield x` | `yield_!(x)?` |
/// | `y = yield x` | `let y = yield_!(x)?`, an `Option` |
/// | `return` | `return` |
///
/// The function returns an `AsyncGenerator<Y>` of the values `Y`, or an `AsyncGenerator<Y, Option<S>>`
/// that is sent values `S`. Nothing of the body runs before the first value is asked for. An error
/// that leaves it comes out of `anext`. `yield_!` is an `Err` when something is thrown at it, or the
/// generator is closed: with `?` the body ends.
///
/// A generator owns its arguments. The rest is as with [`coroutine`](macro@coroutine).
///
/// ```
/// use asyncio::{AsyncGenerator, Result, sleep, yield_};
///
/// #[asyncio::generator]
/// async fn countdown(from: u32) -> AsyncGenerator<u32> {
///     for number in (1..=from).rev() {
///         sleep(0.001).await?;
///         yield_!(number)?;
///     }
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let numbers = countdown(3);
///     assert_eq!(numbers.anext().await?, 3);
///     assert_eq!(numbers.anext().await?, 2);
///     numbers.aclose().await
/// }
/// ```
///
/// # Options
/// Each at most once:
///
/// | option | value | if left out |
/// | --- | --- | --- |
/// | `allow_blocking` | `true` or `false`: whether calls that block are permitted | `false` |
/// | `crate` | the absolute path of the `asyncio` crate, if it has another name | `::asyncio` |
///
/// # Places
/// `yield_!` stands in the body itself: not in a closure or an `async` block, which are functions of
/// their own; and not in a `timeout!` or `task_group!`, whose cancellation would hit the consumer
/// instead of the body (PEP 789).
///
/// # Expansion
/// With `yield_!(1)?` as the body:
///
/// ```text
/// fn numbers() -> AsyncGenerator<u32> {
///     use asyncio::__private as __asyncio;
///     __asyncio::generator(
///         move |
///             __asyncio_yielder: <AsyncGenerator<u32> as __asyncio::IsGenerator>::Yielder,
///         | async move {
///             if let __asyncio::Some(output) = __asyncio::None::<__asyncio::Result<()>> {
///                 return output;
///             }
///             let _ = &__asyncio_yielder;
///             {
///                 { yield_! { @generator } __asyncio_yielder.yield_(1) }.await?;
///             }
///             #[allow(unreachable_code)]
///             return __asyncio::Ok(());
///         },
///     )
/// }
/// ```
#[proc_macro_attribute]
pub fn generator(options: TokenStream, item: TokenStream) -> TokenStream {
    coroutines::attribute(Kind::Generator, options.into(), item.into()).into()
}

/// What `asyncio::yield_!` calls with its `$crate`, where no generator has replaced it.
#[doc(hidden)]
#[proc_macro]
pub fn yield_(input: TokenStream) -> TokenStream {
    coroutines::yields::misplaced(input.into()).into()
}

/// What `asyncio::gather!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn gather(input: TokenStream) -> TokenStream {
    calls::call(&GATHER, calls::gather::expand, input.into()).into()
}

/// What `asyncio::wait_for!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn wait_for(input: TokenStream) -> TokenStream {
    calls::call(&WAIT_FOR, calls::plain, input.into()).into()
}

/// What `asyncio::wait!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn wait(input: TokenStream) -> TokenStream {
    calls::call(&WAIT, calls::plain, input.into()).into()
}

/// What `asyncio::as_completed!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn as_completed(input: TokenStream) -> TokenStream {
    calls::call(&AS_COMPLETED, calls::plain, input.into()).into()
}

/// What `asyncio::shield!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn shield(input: TokenStream) -> TokenStream {
    calls::call(&SHIELD, calls::plain, input.into()).into()
}

/// What `asyncio::create_task!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn create_task(input: TokenStream) -> TokenStream {
    calls::call(&CREATE_TASK, calls::plain, input.into()).into()
}

/// What `asyncio::run!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn run(input: TokenStream) -> TokenStream {
    calls::call(&RUN, calls::plain, input.into()).into()
}

/// What `asyncio::raise!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn raise(input: TokenStream) -> TokenStream {
    calls::call(&RAISE, calls::raise::expand, input.into()).into()
}

/// What `asyncio::timeout!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn timeout(input: TokenStream) -> TokenStream {
    calls::call(&TIMEOUT, blocks::with::timeout, input.into()).into()
}

/// What `asyncio::task_group!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn task_group(input: TokenStream) -> TokenStream {
    calls::call(&TASK_GROUP, blocks::with::task_group, input.into()).into()
}

/// What `asyncio::async_with!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn async_with(input: TokenStream) -> TokenStream {
    calls::call(&ASYNC_WITH, blocks::with::async_with, input.into()).into()
}

/// What `asyncio::async_for!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn async_for(input: TokenStream) -> TokenStream {
    calls::call(&ASYNC_FOR, blocks::async_for::expand, input.into()).into()
}

/// What `asyncio::try_except!` calls with its `$crate`.
#[doc(hidden)]
#[proc_macro]
pub fn try_except(input: TokenStream) -> TokenStream {
    calls::call(&TRY_EXCEPT, blocks::try_except::expand, input.into()).into()
}
