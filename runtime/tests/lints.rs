//! Expansions are silent under every lint that a caller may deny; that this file compiles is the
//! test of it.

#![deny(
    warnings,
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    edition_2024_expr_fragment_specifier,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unstable_features,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::default_numeric_fallback,
    clippy::exit,
    clippy::expect_used,
    clippy::missing_docs_in_private_items,
    clippy::panic,
    clippy::print_stderr,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::unwrap_used
)]
#![forbid(unsafe_code)]
#![allow(clippy::future_not_send, reason = "what awaits a task belongs to the task's thread")]

use std::error::Error as StdError;
use std::process::ExitCode;
use std::rc::Rc;
use std::result::Result as StdResult;

use asyncio::{
    BaseException, Error, FIRST_COMPLETED, Lock, LookupError, Queue, Result, Task, TypeError,
    ValueError, as_completed, async_for, async_with, copy_context, create_task, gather, raise, run,
    shield, sleep, task_group, timeout, try_except, wait, wait_for,
};

/// Something to wait for.
async fn work(number: u8) -> Result<u8> {
    sleep(0_u8).await?;
    Ok(number)
}

/// Every form of `gather!` and `wait_for!`.
async fn calls() -> Result<u8> {
    let (one, two) = gather!(work(1), work(2)).await?;
    let (three, four) = gather!(work(3), work(4), return_exceptions = true).await?;
    let list: Vec<u8> = gather!(..[work(5), work(6)]).await?;
    let results: Vec<Result<u8>> =
        gather!(..list.into_iter().map(work), return_exceptions = true).await?;
    gather!().await?;
    let seven = wait_for!(work(7), 1_u8).await?;
    let eight = wait_for!(work(8), timeout = None).await?;
    let mut sum = one + two + three? + four? + seven + eight;
    for result in results {
        sum += result?;
    }
    Ok(sum)
}

/// Every form of the macros that take options.
async fn options() -> Result<u8> {
    let mut tasks: Vec<Task<u8>> = vec![create_task!(work(1))];
    tasks.push(create_task!(work(2), name = "two", context = copy_context()));
    tasks.push(create_task!(work(3), eager_start = tasks.len() == 2));
    let (done, pending) = wait!(&tasks, timeout = 5_u8, return_when = FIRST_COMPLETED).await?;
    let (all, none) = wait!(&tasks).await?;
    assert_eq!(done.len() + pending.len(), all.len() + none.len(), "each of them once");
    let mut sum = shield!(work(4)).await?;
    for next in as_completed!(..tasks) {
        sum += next.await?;
    }
    for next in as_completed!(..[work(5)], timeout = None) {
        sum += next.await?;
    }
    Ok(sum)
}

/// Every form of `raise!`, as a statement, a branch and the last expression.
fn raises(number: u8) -> Result<u8> {
    if number == 0 {
        raise!(ValueError("zero"));
    }
    let cause = match number {
        1 => raise!(ValueError("one"), from = None),
        2 => ValueError("two"),
        _ => return Ok(number),
    };
    raise!(ValueError("more"), from = cause)
}

/// `raise!` in a closure, and in a function with an error of its own.
fn raises_elsewhere() -> StdResult<u8, Box<dyn StdError>> {
    let raising = |error: &Error| -> Result<u8> { raise!(error) };
    let error = raising(&ValueError("inside"));
    assert!(error.is_err(), "it raises");
    raise!(ValueError("outside"))
}

/// Every form of the blocks that managers hold, and every way out of them.
async fn managed(number: u8) -> Result<u8> {
    let lock = Lock::new();
    let mut sum = 0;
    'all: for round in 0..number {
        timeout!(5_u8, |limit| {
            if limit.expired() {
                return Ok(0);
            }
            sum += work(round).await?;
        })?;
        sum += timeout!(None, { work(round).await? })?;
        task_group!(|group| {
            let task = group.create_task(work(round))?;
            if round == 3 {
                break 'all;
            }
            sum += (&task).await?;
            sum += (if round == 4 { task.result() } else { raises(3).map(|_| 0) })?;
        })?;
        sum += async_with!(lock, { work(round).await? })?;
        async_with!(&lock, |()| {
            if round == 2 {
                continue;
            }
            sum += 1;
        })?;
        async_with!(lock, {
            if round == 9 {
                break;
            }
            return Ok(sum);
        })?;
    }
    Ok(sum)
}

/// Every form of `async_for!`.
async fn looped() -> Result<u8> {
    let queue = Queue::new(0);
    for number in 0..5_u8 {
        queue.put_nowait(number)?;
    }
    queue.shutdown(false);
    let mut sum = 0;
    async_for!(queue.stream(), |number| {
        if number == 1 {
            continue;
        }
        sum += number;
        if number == 3 {
            break;
        }
    })?;
    async_for!(queue.stream(), |number| sum += number, else_ = { sum += 10 })?;
    Ok(sum)
}

/// What is given and not used, functions on one line, and blocks whose end is not reached.
mod spare {
    use asyncio::{
        AsyncGenerator, BaseException, Lock, LookupError, Queue, Result, ValueError, async_for,
        async_with, sleep, task_group, timeout, try_except, wait_for, yield_,
    };

    /// A body on one line.
    #[rustfmt::skip]
    #[asyncio::coroutine]
    async fn short(_number: u8) -> Result<u8> { Ok(1) }

    /// The same of a generator.
    #[rustfmt::skip]
    #[asyncio::generator]
    async fn given(_number: u8) -> AsyncGenerator<u8> { yield_!(1)? }

    /// Names that nothing uses.
    async fn names(queue: &Queue<u8>) -> Result<()> {
        timeout!(1_u8, |_limit| sleep(0_u8).await?)?;
        task_group!(|_group| sleep(0_u8).await?)?;
        async_with!(Lock::new(), |_unit| sleep(0_u8).await?)?;
        async_for!(queue.stream(), |_number| break)?;
        try_except!({ sleep(0_u8).await? }, |_e: ValueError| {}, |_e: LookupError| {})?;
        try_except!({ sleep(0_u8).await? }, *|_e: ValueError| {})
    }

    /// An arm that ends the function swallows nothing, in a block around it, either.
    async fn caught() -> Result<u8> {
        timeout!(1_u8, {
            try_except!({ sleep(0_u8).await? }, |e: BaseException| return Err(e.clone()))?;
        })?;
        Ok(4)
    }

    /// `else_` is a jump alone.
    async fn jump(queue: &Queue<u8>) -> Result<u8> {
        async_for!(queue.stream(), |_number| {}, else_ = { return Ok(2) })?;
        Ok(3)
    }

    /// The value is of any type, for there is none.
    async fn endless(lock: &Lock, is_endless: bool) -> Result<u8> {
        if is_endless {
            return async_with!(lock, {
                loop {
                    sleep(0_u8).await?;
                }
            });
        }
        async_with!(lock, { unreachable!("{is_endless}") })
    }

    /// What is given and not used comes to nothing.
    #[asyncio::test]
    async fn what_is_spare_runs() -> Result<()> {
        let queue = Queue::new(0);
        queue.put_nowait(1_u8)?;
        queue.shutdown(false);
        assert_eq!(short(0).await?, 1, "what it gives");
        assert_eq!(given(0).anext().await?, 1, "what it gives");
        names(&queue).await?;
        assert_eq!(caught().await?, 4, "nothing to catch");
        assert_eq!(jump(&queue).await?, 2, "the end");
        let lock = Lock::new();
        let endless = endless(&lock, true);
        assert!(wait_for!(endless, 0.001_f64).await.is_err(), "endless");
        Ok(())
    }
}

/// Every form of `try_except!`.
fn tried(number: u8) -> Result<u8> {
    let mut seen = 0;
    let value = try_except!(
        {
            seen += 1;
            raises(number)?
        },
        |e: ValueError| u8::from(e.message() == "zero"),
        |_: (TypeError, LookupError)| raise!(),
        |e: BaseException| {
            seen += u8::from(e.cause().is_some());
            raise!(ValueError("other"), from = e)
        },
        finally = { seen += 1 },
    )?;
    try_except!({ seen += 1 }, finally = { seen += 1 })?;
    let more = try_except!({ seen += value }, |_: ValueError| 0, else_ = { seen })?;
    try_except!({ raise!(TypeError("grouped")) }, *|e: TypeError| {
        assert!(e.is::<BaseException>(), "caught");
    })?;
    try_except!({ return Ok(more) }, finally = { assert_eq!(raises(3)?, 3, "not raised") })?;
    Ok(seen)
}

/// What the blocks come to.
#[asyncio::test]
async fn blocks_run() -> Result<()> {
    assert_eq!(managed(5).await?, 1, "left in the first round");
    assert_eq!(looped().await?, 19, "the rest of the queue, and its end");
    assert_eq!(tried(0)?, 5, "caught");
    Ok(())
}

/// Every form of `run!`.
#[test]
fn programs_run() -> Result<()> {
    assert_eq!(run!(options())?, 15, "the sum of one to five");
    let made = run!(options(), debug = true, loop_factory = asyncio::new_event_loop)?;
    assert_eq!(made, 15, "the sum of one to five");
    for (number, text) in (0..3).zip(["zero", "one", "more"]) {
        assert_eq!(
            raises(number).map_err(|error| error.to_string()),
            Err(text.to_owned()),
            "raised"
        );
    }
    assert_eq!(raises(3)?, 3, "not raised");
    assert!(raises_elsewhere().is_err(), "raised");
    Ok(())
}

/// A program with all options.
mod program {
    use super::{Result, calls};

    #[asyncio::main(debug = true, loop_factory = asyncio::new_event_loop)]
    pub(crate) async fn main() -> Result<()> {
        assert_eq!(calls().await?, 36, "the sum of one to eight");
        Ok(())
    }
}

/// A program without options, in which nothing is awaited.
mod bare_program {
    #[asyncio::main]
    pub(crate) async fn main() {}
}

/// A function of another name, with parameters of several forms.
#[asyncio::main]
async fn total<const N: usize>(first: u8, mut numbers: [u8; N], (last,): (u8,)) -> Result<u8> {
    numbers.reverse();
    Ok(gather!(..numbers.map(work)).await?.into_iter().sum::<u8>() + first + last)
}

#[test]
fn functions_run() -> Result<()> {
    assert_eq!(total(1, [2, 3], (4,))?, 10, "the sum of one to four");
    let status = format!("{:?}", program::main());
    assert_eq!(status, format!("{:?}", ExitCode::SUCCESS), "nothing fails");
    assert_eq!(status, format!("{:?}", bare_program::main()), "nothing happens");
    Ok(())
}

/// A test with all options.
#[asyncio::test(debug = false, virtual_time = true, timeout = 5)]
async fn tests_run() -> Result<()> {
    assert_eq!(calls().await?, 36, "the sum of one to eight");
    Ok(())
}

/// A macro of the caller's.
macro_rules! twice {
    ($value:expr) => {
        $value * 2
    };
}

/// Has methods.
struct Words(String);

/// What others implement.
trait Count {
    /// In a plain function.
    async fn letters(&self) -> Result<usize>;

    /// In a coroutine.
    #[asyncio::coroutine]
    async fn words(&self) -> Result<usize>;

    /// As a coroutine by itself.
    #[asyncio::coroutine]
    async fn both(&self) -> Result<usize> {
        Ok(self.letters().await? + self.words().await?)
    }
}

impl Count for Words {
    #[asyncio::coroutine]
    async fn letters(&self) -> Result<usize> {
        sleep(0_u8).await?;
        Ok(self.0.replace(' ', "").len())
    }

    #[asyncio::coroutine]
    async fn words(&self) -> Result<usize> {
        Ok(twice!(work(1).await?).into())
    }
}

/// Coroutines and generators, as functions and methods.
mod coroutines {
    use std::rc::Rc;
    use std::thread;
    use std::time::Duration;

    use asyncio::{AsyncGenerator, Result, raise, yield_};

    use super::{ValueError, Words, sleep, work};

    /// Everything that a coroutine may take.
    #[asyncio::coroutine]
    pub(super) async fn sum<T: Into<u8>>(
        first: &u8,
        (second, mut third): (u8, u8),
        fourth: T,
        _: String,
        more: impl IntoIterator<Item = u8>,
    ) -> Result<u8> {
        sleep(0_u8).await?;
        third += 1;
        let mut sum = *first + second + third + fourth.into();
        for number in more {
            sum += work(number).await?;
        }
        let plain = async { 0_u8 }.await;
        let task = super::create_task(work(0));
        sum += (&task).await?;
        if sum == 0 {
            return Err(ValueError("nothing"));
        }
        Ok(sum + plain)
    }

    /// With permission to block.
    #[asyncio::coroutine(allow_blocking = true)]
    pub(super) async fn waits() -> Result<()> {
        thread::sleep(Duration::ZERO);
        Ok(())
    }

    impl Words {
        /// Borrows.
        #[asyncio::coroutine]
        pub(super) async fn first(&self) -> Result<&str> {
            sleep(0_u8).await?;
            Ok(self.0.split(' ').next().unwrap_or_default())
        }

        /// Owns.
        #[asyncio::generator]
        pub(super) async fn each(self: Rc<Self>) -> AsyncGenerator<String> {
            for word in self.0.split(' ') {
                yield_!(word.to_owned())?;
            }
        }
    }

    /// Sends and receives, and ends in every way.
    #[asyncio::generator]
    pub(super) async fn numbers(mut from: u8, _: String) -> AsyncGenerator<u8, Option<u8>> {
        loop {
            from += work(1).await?;
            let Some(sent) = yield_!(from)? else { return };
            if sent == 0 {
                raise!(ValueError("nothing"));
            }
        }
    }
}

/// Every form of a coroutine and a generator.
#[asyncio::test]
async fn coroutines_run() -> Result<()> {
    let sum = coroutines::sum(&1, (2, 3), 4_u8, String::new(), [5]).await?;
    assert_eq!(sum, 16, "one to five, and one");
    coroutines::waits().await?;
    let words = Rc::new(Words("a b".to_owned()));
    assert_eq!(words.first().await?, "a", "the first word");
    assert_eq!(words.both().await?, 4, "two and two");
    words.first().close();
    assert_eq!(words.each().anext().await?, "a", "the first word");
    let numbers = coroutines::numbers(1, String::new());
    assert_eq!(numbers.anext().await?, 2, "one more");
    assert!(numbers.asend(Some(0)).await.is_err(), "raised");
    Ok(())
}
