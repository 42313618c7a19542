//! A crate of an older edition, without `unsafe` and without the prelude, that has asyncio from
//! another crate alone.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, rust_2018_idioms, unused, clippy::all, clippy::pedantic)]

use ::facade::runtime::{AsyncGenerator, Result, Task};

/// A program.
///
/// # Errors
/// If its time is over.
#[::facade::main(crate = ::facade::runtime, debug = true)]
pub async fn program(number: u8) -> Result<u8> {
    ::facade::wait_for!(doubled(number), timeout = 5).await
}

async fn doubled(number: u8) -> Result<u8> {
    if number > 127 {
        let cause = ::facade::runtime::KeyError("no such number");
        ::facade::raise!(::facade::runtime::ValueError("too large"), from = cause);
    }
    ::facade::runtime::sleep(0).await?;
    ::facade::runtime::Ok(2 * number)
}

/// The sum of what a generator gives.
///
/// # Errors
/// None.
#[::facade::runtime::coroutine(crate = ::facade::runtime)]
pub async fn sum(n: u8, more: &u8) -> Result<u8> {
    let doubles = doubles(n, *more);
    let mut sum = *more;
    while let ::std::result::Result::Ok(number) = doubles.anext().await {
        sum += number;
    }
    ::facade::runtime::Ok(sum)
}

#[::facade::runtime::generator(crate = ::facade::runtime)]
async fn doubles(n: u8, first: u8) -> AsyncGenerator<u8> {
    ::facade::runtime::yield_!(first)?;
    for number in 0..n {
        ::facade::runtime::yield_!(doubled(number).await?)?;
    }
}

/// All the function-like macros.
///
/// # Errors
/// If one of the numbers is too large.
pub async fn calls() -> Result<u8> {
    let task: Task<u8> = ::facade::create_task!(doubled(1), name = "guest");
    let (done, _) = ::facade::wait!([task], timeout = 5).await?;
    let mut sum = 0;
    for next in ::facade::as_completed!(..done) {
        sum += next.await?;
    }
    sum += ::facade::shield!(doubled(2)).await?;
    for number in ::facade::gather!(..[doubled(3), doubled(4)]).await? {
        sum += number;
    }
    let (five, six) = ::facade::both!(doubled(5), doubled(6)).await?;
    ::facade::runtime::Ok(sum + five? + six?)
}

/// All the macros with blocks.
///
/// # Errors
/// None.
pub async fn blocks() -> Result<u8> {
    let lock = ::facade::runtime::Lock::new();
    let queue = ::facade::runtime::Queue::new(0);
    let mut sum = 0;
    ::facade::task_group!(|group| {
        sum += group.create_task(doubled(1))?.await?;
        queue.put_nowait(3)?;
        queue.shutdown(false);
    })?;
    ::facade::async_for!(queue.stream(), |number| {
        sum += number;
    })?;
    ::facade::try_except!(
        {
            ::facade::async_with!(lock, {
                sum += doubled(128).await?;
            })?;
        },
        *|_: ::facade::runtime::ValueError| {
            sum += 1;
        },
    )?;
    ::facade::try_except!(
        {
            ::facade::timeout!(5, |limit| {
                if !limit.expired() {
                    sum += doubled(128).await?;
                }
            })?;
        },
        |_: (::facade::runtime::KeyError, ::facade::runtime::OSError)| ::facade::raise!(),
        |error: ::facade::runtime::ValueError| {
            if error.message() == "too large" {
                sum += 1;
            }
        },
        finally = {
            return_nothing();
        },
    )?;
    ::facade::runtime::Ok(sum)
}

fn return_nothing() {}

#[cfg(test)]
mod tests {
    #[::facade::test(crate = ::facade::runtime, virtual_time = true)]
    async fn blocks_expand_to_what_can_be_reached() -> ::facade::runtime::Result<()> {
        ::std::assert_eq!(super::blocks().await?, 7);
        ::facade::runtime::Ok(())
    }

    #[::facade::test(crate = ::facade::runtime, virtual_time = true)]
    async fn macros_expand_to_what_can_be_reached() -> ::facade::runtime::Result<()> {
        ::std::assert_eq!(super::calls().await?, 42);
        ::std::assert_eq!(super::sum(3, &1).await?, 8);
        ::facade::runtime::Ok(())
    }

    #[::core::prelude::v1::test]
    fn programs_run() {
        ::std::assert!(::std::matches!(super::program(21), ::std::result::Result::Ok(42)));
        let error = super::program(128).unwrap_err();
        ::std::assert!(error.cause().is_some());
        ::std::assert!(::facade::run!(super::calls(), debug = true).is_ok());
    }
}
