//! `#[asyncio::test]`, and `#[asyncio::main]` on functions that are not the program.

use std::cell::Cell;

use asyncio::{
    CancelledError, EventLoop, Result, TimeoutError, ValueError, get_running_loop, sleep,
};

#[asyncio::test]
async fn a_test_runs_in_debug_mode() {
    assert!(get_running_loop().get_debug());
}

#[asyncio::test(debug = false)]
async fn a_test_may_run_without_debug_mode() {
    assert!(!get_running_loop().get_debug());
}

#[asyncio::test(virtual_time = true)]
async fn an_hour_passes_at_once() -> Result<()> {
    sleep(3600).await?;
    assert_eq!(get_running_loop().time(), 3600.0);
    Ok(())
}

#[asyncio::test]
#[should_panic(expected = "ValueError: Oops!")]
async fn a_test_fails_with_its_error() -> Result<()> {
    Err(ValueError("Oops!"))
}

#[asyncio::test]
#[should_panic(expected = "The above exception was the direct cause of the following exception:")]
async fn a_failing_test_shows_the_cause_too() -> Result<()> {
    Err(ValueError("Oops!").with_cause(ValueError("Why")))
}

#[asyncio::test]
#[should_panic(expected = "left: 1")]
async fn a_panic_of_a_test_stays_one() {
    assert_eq!(1, 2);
}

#[asyncio::test]
#[should_panic(expected = "ParseIntError")]
async fn any_error_will_do() -> std::result::Result<u8, std::num::ParseIntError> {
    "x".parse()
}

#[asyncio::test]
async fn any_value_will_do() -> anyhow::Result<&'static str> {
    Ok("value")
}

#[asyncio::test(timeout = 2.5, virtual_time = true)]
#[should_panic(expected = "TimeoutError: the test was not done after 2.5 seconds")]
async fn a_test_has_a_time_limit() -> Result<()> {
    sleep(3).await
}

#[asyncio::test(timeout = 1, virtual_time = true)]
#[should_panic(expected = "TimeoutError: the test was not done after 1 seconds")]
async fn a_time_limit_ends_a_deadlock() -> Result<()> {
    get_running_loop().create_future::<()>().await
}

#[asyncio::test(timeout = 1, virtual_time = true)]
async fn a_test_may_survive_its_time_limit() -> Result<()> {
    let error = sleep(3).await.unwrap_err();
    assert!(error.is::<CancelledError>());
    Ok(())
}

#[asyncio::test(timeout = 1)]
#[should_panic(expected = "TimeoutError: mine")]
async fn an_error_of_the_test_comes_before_its_time_limit() -> Result<()> {
    Err(TimeoutError("mine"))
}

#[asyncio::main]
async fn total(numbers: &'static [u32], (factor, mut sum): (u32, u32)) -> u32 {
    for number in numbers {
        sum += number * factor;
    }
    sum
}

#[test]
fn a_function_of_another_name_takes_and_gives_what_it_says() {
    assert_eq!(total(&[1, 2], (10, 5)), 35);
}

#[asyncio::main]
async fn repeated<T: Clone + 'static, const N: usize>(value: T) -> Result<[T; N]> {
    sleep(0).await?;
    Ok(std::array::from_fn(|_| value.clone()))
}

#[test]
fn generic_parameters_are_passed_on() -> Result<()> {
    assert_eq!(repeated::<_, 2>('a')?, ['a', 'a']);
    Ok(())
}

#[asyncio::main]
async fn fails() -> Result<(), String> {
    Err("as it is".to_owned())
}

#[test]
fn an_error_keeps_its_type() {
    assert_eq!(fails(), Err("as it is".to_owned()));
}

#[asyncio::main]
async fn panics() -> u8 {
    panic!("this very panic")
}

#[test]
#[should_panic(expected = "this very panic")]
fn a_panic_goes_through() {
    panics();
}

mod factory {
    use super::{Cell, EventLoop};

    thread_local! {
        pub(super) static MADE: Cell<u32> = const { Cell::new(0) };
    }

    pub(super) fn counted() -> EventLoop {
        MADE.set(MADE.get() + 1);
        asyncio::new_event_loop()
    }
}

#[asyncio::main(loop_factory = factory::counted, debug = true)]
async fn debug_in_a_loop_of_mine() -> bool {
    get_running_loop().get_debug()
}

#[test]
fn options_reach_the_runner() {
    assert!(debug_in_a_loop_of_mine());
    assert_eq!(factory::MADE.get(), 1);
}

/// The function stays what was written, seen from inside and outside.
#[asyncio::main]
#[doc(hidden)]
pub(crate) async fn counts_down(from: u32) -> u32 {
    #![allow(clippy::needless_return)]
    if from == 0 {
        return 0;
    }
    Box::pin(counts_down(from - 1)).await
}

#[test]
fn inside_the_name_is_the_coroutines() {
    assert_eq!(counts_down(3), 0);
}
