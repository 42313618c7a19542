//! The front doors of the macros that hold blocks of code.

/// Runs a block for a limited time.
///
/// Python's `async with asyncio.timeout(delay) as t: body`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `async with timeout(1.5):` | `timeout!(1.5, { … })?` |
/// | `async with timeout(1.5) as t:` | `timeout!(1.5, \|t\| { … })?` |
///
/// The delay is a number of seconds, a [`Duration`](std::time::Duration), or `None`. The block gets
/// the [`Timeout`](crate::Timeout). Its value comes in a `Result`.
///
/// The block runs where it stands. `?` fails it; `return`, `break` and `continue` leave it for where
/// they lead, once the timeout is left: a `return Err(e)`, too, has not failed the block. What a plain
/// block may move, initialise or borrow, this one may, too; a jump that moves something out of a loop
/// needs the label of the loop for that. Behind a block that may have failed the compiler takes nothing
/// in it for initialised: what is needed there should be its value.
///
/// ```
/// use asyncio::{Result, TimeoutError, sleep, timeout};
///
/// async fn answer() -> Result<u32> {
///     timeout!(10, |t| {
///         sleep(0.001).await?;
///         t.reschedule(None)?;
///         return Ok(42);
///     })?
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     assert_eq!(answer().await?, 42);
///     let error = timeout!(0.001, { sleep(3600).await? }).unwrap_err();
///     assert!(error.is::<TimeoutError>());
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of [`Timeout::run`](crate::Timeout::run), and what the block fails with.
///
/// # Panics
/// A panic of what the block awaits is an error of the block; one of its own code leaves it as it
/// leaves any, and only destructors run.
///
/// # Cancellation
/// What the block waits for is cancelled when the time is over: futures of ours are asked, others
/// are dropped.
///
/// # Expansion
/// ```text
/// timeout!(1.5, { work().await? })
///
/// {
///     let manager = &asyncio::__private::new_timeout(asyncio::__private::timeout(1.5));
///     let place = asyncio::__private::place();
///     let mut with = asyncio::__private::with(manager, &place);
///     'done: {
///         let error: asyncio::__private::Error = 'raise: {
///             let value = match asyncio::__private::enter(&mut with).await {
///                 ::core::result::Result::Ok(value) => value,
///                 ::core::result::Result::Err(error) => {
///                     break 'done asyncio::__private::failed(error);
///                 }
///             };
///             let outcome = {
///                 _ = value;
///                 {
///                     (match asyncio::__private::attempt(
///                         (match asyncio::__private::slot(work()) {
///                             slot => {
///                                 match asyncio::__private::within(
///                                         &place,
///                                         ::core::pin::pin!(slot),
///                                     )
///                                     .await
///                                 {
///                                     ::core::result::Result::Ok(value) => value,
///                                     ::core::result::Result::Err(error) => break 'raise error,
///                                 }
///                             }
///                         }),
///                     ) {
///                         ::core::result::Result::Ok(value) => value,
///                         ::core::result::Result::Err(error) => break 'raise error,
///                     })
///                 }
///             };
///             #[allow(unreachable_code)]
///             {
///                 with.pass().await;
///                 break 'done asyncio::__private::ok(outcome);
///             }
///         };
///         #[allow(unreachable_code)]
///         { break 'done asyncio::__private::failed(with.failure(error).await) }
///     }
/// }
/// ```
#[macro_export]
macro_rules! timeout {
    ($($arguments:tt)*) => {
        $crate::__private::macros::timeout!(($crate) $($arguments)*)
    };
}

/// Runs a block with a group of tasks, and waits for all of them.
///
/// Python's `async with asyncio.TaskGroup() as g: body`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `async with TaskGroup() as g:` | `task_group!(\|g\| { … })?` |
///
/// The block gets the [`TaskGroup`](crate::TaskGroup); its value comes out when all tasks are done. It
/// runs where it stands, as that of [`timeout!`](macro@crate::timeout).
///
/// ```
/// use asyncio::{Result, ValueError, raise, sleep, sleep_with, task_group, try_except};
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let (one, two) = task_group!(|g| {
///         let one = g.create_task(sleep_with(0.001, 1))?;
///         sleep(0).await?;
///         (one, g.create_task(sleep_with(0.002, "two"))?)
///     })?;
///     assert_eq!((one.result()?, two.result()?), (1, "two"));
///
///     try_except!(
///         {
///             task_group!(|g| {
///                 g.create_task(sleep(3600))?;
///                 raise!(ValueError("no more"));
///             })?;
///         },
///         *|e: ValueError| assert_eq!(e.exceptions()[0].to_string(), "no more"),
///     )
/// }
/// ```
///
/// # Errors
/// Those of [`TaskGroup::run`](crate::TaskGroup::run); RuntimeError if
/// [`cancel`](crate::TaskGroup::cancel) ends a block that was to have a value. If the group fails when the block is left by
/// `return`, or by a `break` or `continue` with a label, the error is raised where the macro stands,
/// as by a `?` behind it.
///
/// # Cancellation
/// As of [`TaskGroup::run`](crate::TaskGroup::run).
///
/// # Expansion
/// ```text
/// task_group!(|g| { return; })
///
/// {
///     let manager = &asyncio::__private::group();
///     let place = asyncio::__private::place();
///     let mut with = asyncio::__private::with(manager, &place);
///     'done: {
///         let () = ();
///         return asyncio::__private::then(
///             'exit_0: {
///                 let error: asyncio::__private::Error = 'raise: {
///                     let value = match asyncio::__private::enter(&mut with).await {
///                         ::core::result::Result::Ok(value) => value,
///                         ::core::result::Result::Err(error) => {
///                             break 'done asyncio::__private::failed(error);
///                         }
///                     };
///                     let outcome: () = {
///                         #[allow(clippy::no_effect_underscore_binding)]
///                         let g = value;
///                         {
///                             break 'exit_0;
///                         }
///                     };
///                     #[allow(unreachable_code)]
///                     {
///                         if let ::core::result::Result::Err(error) = asyncio::__private::leave(
///                                 &with,
///                             )
///                             .await
///                         {
///                             break 'done asyncio::__private::failed(error);
///                         }
///                         break 'done asyncio::__private::ok(outcome);
///                     }
///                 };
///                 #[allow(unreachable_code)]
///                 { break 'done asyncio::__private::fail(&with, error).await }
///             },
///             {
///                 if let ::core::result::Result::Err(error) = asyncio::__private::leave(
///                         &with,
///                     )
///                     .await
///                 {
///                     return asyncio::__private::err(error);
///                 }
///             },
///         );
///     }
/// }
/// ```
#[macro_export]
macro_rules! task_group {
    ($($arguments:tt)*) => {
        $crate::__private::macros::task_group!(($crate) $($arguments)*)
    };
}

/// Enters a context manager for a block.
///
/// Python's `async with manager as name: body`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `async with lock:` | `async_with!(lock, { … })?` |
/// | `async with open() as file:` | `async_with!(open(), \|file\| { … })?` |
///
/// A manager is a lock, a semaphore, a condition, a timeout, a group,
/// [`aclosing`](crate::aclosing) of something, and what implements
/// [`AsyncContextManager`](crate::AsyncContextManager). It is borrowed, so that it can be used again.
/// The block runs where it stands, as that of [`timeout!`](macro@crate::timeout).
///
/// ```
/// use asyncio::{Lock, Result, async_with, sleep};
///
/// async fn count(lock: &Lock, next: &std::cell::Cell<u32>) -> Result<u32> {
///     async_with!(lock, {
///         let number = next.get();
///         sleep(0).await?;
///         next.set(number + 1);
///         return Ok(number);
///     })?
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let (lock, next) = (Lock::new(), std::cell::Cell::new(0));
///     assert_eq!((count(&lock, &next).await?, count(&lock, &next).await?), (0, 1));
///     assert!(!lock.locked());
///     Ok(())
/// }
/// ```
///
/// # Errors
/// What the manager or the block fails with. A manager may swallow the error of a block; then the
/// block should have no value and an end that can be reached, or else there is a RuntimeError in its
/// place: whoever stands behind `{ …; return number; }` may wait for a number. If the manager fails
/// when the block is left by `return`, or by a `break` or `continue` with a label, the error is
/// raised where the macro stands, as by a `?` behind it.
///
/// # Cancellation
/// As of the function [`async_with`](crate::async_with()).
///
/// # Expansion
/// As of [`timeout!`](macro@crate::timeout), with this manager.
#[macro_export]
macro_rules! async_with {
    ($($arguments:tt)*) => {
        $crate::__private::macros::async_with!(($crate) $($arguments)*)
    };
}

/// Goes through what comes from a stream.
///
/// Python's `async for item in iterable: body else_`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `async for item in stream:` | `async_for!(stream, \|item\| { … })?` |
/// | `async for … else:` | `async_for!(stream, \|item\| { … }, else_ = { … })?` |
///
/// The stream is any `Stream` of `Result`s; an error of it ends the loop. `break` and `continue`
/// belong to the loop, and with a label to a loop around it; `else_` runs when no `break` has left
/// it. The block runs where it stands, and has no value.
///
/// ```
/// use asyncio::{Queue, Result, async_for};
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     let queue = Queue::new(0);
///     for number in 0..5 {
///         queue.put_nowait(number)?;
///     }
///     let mut seen = Vec::new();
///     async_for!(queue.stream(), |number| {
///         if number == 1 {
///             continue;
///         }
///         seen.push(number);
///         if number == 3 {
///             break;
///         }
///     })?;
///     assert_eq!(seen, [0, 2, 3]);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// What the stream or the block fails with.
///
/// # Expansion
/// ```text
/// async_for!(stream, |item| { work(item) })
///
/// {
///     let stream = asyncio::__private::iterable(stream);
///     let mut stream = ::core::pin::pin!(stream);
///     'done: {
///         let error: asyncio::__private::Error = 'raise: {
///             'items: loop {
///                 let item = match (match asyncio::__private::attempt(
///                     (match asyncio::__private::slot(
///                         asyncio::__private::next(stream.as_mut()),
///                     ) {
///                         slot => {
///                             match asyncio::__private::awaited(::core::pin::pin!(slot))
///                                 .await
///                             {
///                                 ::core::result::Result::Ok(value) => value,
///                                 ::core::result::Result::Err(error) => break 'raise error,
///                             }
///                         }
///                     }),
///                 ) {
///                     ::core::result::Result::Ok(value) => value,
///                     ::core::result::Result::Err(error) => break 'raise error,
///                 }) {
///                     ::core::option::Option::Some(item) => item,
///                     ::core::option::Option::None => break 'items,
///                 };
///                 let outcome: () = {
///                     #[allow(clippy::no_effect_underscore_binding)]
///                     let item = item;
///                     { work(item) }
///                 };
///             }
///             break 'done asyncio::__private::ok(());
///         };
///         #[allow(unreachable_code)] { break 'done asyncio::__private::failed(error) }
///     }
/// }
/// ```
#[macro_export]
macro_rules! async_for {
    ($($arguments:tt)*) => {
        $crate::__private::macros::async_for!(($crate) $($arguments)*)
    };
}

/// Runs a block, and does something about its errors.
///
/// Python's `try: body except: … else_ finally`:
///
/// | Python | Rust |
/// | --- | --- |
/// | `except ValueError as e:` | `\|e: ValueError\| { … }` |
/// | `except (KeyError, OSError):` | `\|_: (KeyError, OSError)\| { … }` |
/// | `except Exception as e:` | `\|e: Exception\| { … }` |
/// | `except:` | `\|_: BaseException\| { … }` |
/// | `except* ValueError as e:` | `*\|e: ValueError\| { … }` |
/// | `else:`, `finally:` | `else_ = { … }`, `finally = { … }` |
/// | `raise` | `raise!()` |
///
/// The arms come behind the block, in Python's order and by Python's tree of classes. `e` is an
/// `&E` if the type says all; it is an [`&Error`](crate::Error) for a class with derived ones, for
/// those of the system (an [`std::io::Error`] is one of them), for groups, for several types, and in
/// an arm with a star, where it is the group. The value is that of the block, or of `else_`, or of the arm, in
/// a `Result`; with stars it is `()`.
///
/// All blocks run where they stand. `?` and [`raise!`](macro@crate::raise) in the first one look for an
/// arm; `return`, `break` and `continue` leave for where they lead, behind `finally`. A `return Err(e)`
/// is a `return`: no arm sees it. An `&E` is only lent to its arm: `raise!()` raises it again, and not
/// `raise!(e)`.
///
/// ```
/// use asyncio::{CancelledError, KeyError, Result, ValueError, raise, sleep, try_except};
///
/// async fn half(number: u32) -> Result<u32> {
///     let mut log = Vec::new();
///     let half = try_except!(
///         {
///             sleep(0).await?;
///             if number % 2 == 1 {
///                 raise!(ValueError("odd"));
///             }
///             number / 2
///         },
///         |e: ValueError| {
///             log.push(e.to_string());
///             number / 2 + 1
///         },
///         |_: (KeyError, CancelledError)| raise!(),
///         finally = {
///             log.push("done".to_owned());
///             sleep(0).await?;
///         },
///     )?;
///     assert_eq!(log.last().unwrap(), "done");
///     Ok(half)
/// }
///
/// #[asyncio::main]
/// async fn main() -> Result<()> {
///     assert_eq!((half(4).await?, half(5).await?), (2, 3));
///     Ok(())
/// }
/// ```
///
/// # Errors
/// What no arm catches, and what an arm, `else_` or `finally` raises; that which was on its way then is
/// its context. If `finally` fails on the way of a `return`, or of a `break` or `continue` with a
/// label, the error is raised where the macro stands, as by a `?` behind it.
///
/// # Panics
/// A panic of what is awaited is an error, a [`PanicError`](struct@crate::PanicError). One of the block's
/// own code leaves it as it leaves any, and only destructors run.
///
/// # Cancellation
/// A `CancelledError` is an error like another, for an arm that names it or `BaseException`. An arm
/// with `BaseException` that never raises is warned of, as it keeps the task from being cancelled.
///
/// # Expansion
/// ```text
/// try_except!({ work()? }, |e: ValueError| { 0 })
///
/// {
///     'done: {
///         let error: asyncio::__private::Error = 'raised: {
///             let outcome = 'value: {
///                 let error: asyncio::__private::Error = 'raise: {
///                     let outcome = {
///                         let () = ();
///                         {
///                             (match asyncio::__private::attempt(work()) {
///                                 ::core::result::Result::Ok(value) => value,
///                                 ::core::result::Result::Err(error) => break 'raise error,
///                             })
///                         }
///                     };
///                     #[allow(unreachable_code)]
///                     {
///                         break 'value outcome;
///                     }
///                 };
///                 #[allow(unreachable_code)]
///                 {
///                     if let ::core::option::Option::Some(caught) = {
///                         #[allow(unused_imports)]
///                         use asyncio::__private::{CatchAny as _, CatchExact as _};
///                         asyncio::__private::caught::<ValueError>().catch(&error)
///                     } {
///                         let raised_again: asyncio::__private::Error = 'again: {
///                             #[allow(clippy::no_effect_underscore_binding)]
///                             let e = caught;
///                             let outcome = {
///                                 let () = ();
///                                 { 0 }
///                             };
///                             #[allow(unreachable_code)]
///                             {
///                                 break 'value outcome;
///                             }
///                         };
///                         #[allow(unreachable_code)]
///                         {
///                             break 'raised asyncio::__private::handling(
///                                 raised_again,
///                                 &error,
///                             );
///                         }
///                     }
///                     break 'raised error;
///                 }
///             };
///             #[allow(unreachable_code)]
///             { break 'done asyncio::__private::ok(outcome) }
///         };
///         #[allow(unreachable_code)] { break 'done asyncio::__private::failed(error) }
///     }
/// }
/// ```
///
/// The code of `finally` is there once for each way out:
///
/// ```text
/// try_except!({ return }, finally = { end() })
///
/// {
///     'done: {
///         let () = ();
///         return asyncio::__private::then(
///             'exit_0: {
///                 let error: asyncio::__private::Error = 'raised: {
///                     let outcome = 'value: {
///                         let error: asyncio::__private::Error = 'raise: {
///                             let outcome = {
///                                 let () = ();
///                                 { break 'exit_0 }
///                             };
///                             #[allow(unreachable_code)]
///                             {
///                                 break 'value outcome;
///                             }
///                         };
///                         #[allow(unreachable_code)]
///                         {
///                             break 'raised error;
///                         }
///                     };
///                     #[allow(unreachable_code)]
///                     {
///                         let (): () = { end() };
///                         break 'done asyncio::__private::ok(outcome);
///                     }
///                 };
///                 #[allow(unreachable_code)]
///                 {
///                     let (): () = { end() };
///                     break 'done asyncio::__private::failed(error);
///                 }
///             },
///             {
///                 let (): () = { end() };
///             },
///         );
///     }
/// }
/// ```
#[macro_export]
macro_rules! try_except {
    ($($arguments:tt)*) => {
        $crate::__private::macros::try_except!(($crate) $($arguments)*)
    };
}
