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
    ffi_unwind_calls,
    meta_variable_misuse,
    missing_debug_implementations,
    missing_docs,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
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

use std::process::ExitCode;

use asyncio::{Result, gather, sleep, wait_for};

/// Something to wait for.
async fn work(number: u8) -> Result<u8> {
    sleep(0_u8).await?;
    Ok(number)
}

/// Every form of the function-like macros.
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

/// A program with all options.
mod program {
    use super::{Result, calls};

    #[asyncio::main(debug = true, loop_factory = asyncio::new_event_loop)]
    pub(crate) async fn main() -> Result<()> {
        assert_eq!(calls().await?, 36, "the sum of one to eight");
        Ok(())
    }
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
    Ok(())
}

/// A test with all options.
#[asyncio::test(debug = false, virtual_time = true, timeout = 5)]
async fn tests_run() -> Result<()> {
    assert_eq!(calls().await?, 36, "the sum of one to eight");
    Ok(())
}
