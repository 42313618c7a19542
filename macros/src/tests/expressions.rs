//! `gather!` and `wait_for!`: what they expand to, and the rules of arguments that they show.

use crate::tests::{check_errors, check_expression, gather, wait_for};

#[test]
fn gather_passes_a_tuple() {
    check_expression(
        gather("first(), second()"),
        "::asyncio::__private::gather((
            ::asyncio::__private::awaitable(first()),
            ::asyncio::__private::awaitable(second()),
        ))",
    );
}

#[test]
fn gather_of_one_is_a_tuple_too() {
    check_expression(
        gather("one,"),
        "::asyncio::__private::gather((::asyncio::__private::awaitable(one),))",
    );
}

#[test]
fn gather_of_nothing_is_allowed() {
    check_expression(gather(""), "::asyncio::__private::gather(())");
    check_expression(
        gather("return_exceptions = true"),
        "::asyncio::__private::gather_return_exceptions(())",
    );
}

#[test]
fn gather_chooses_its_function_by_the_flag() {
    check_expression(
        gather("a, return_exceptions = true"),
        "::asyncio::__private::gather_return_exceptions((::asyncio::__private::awaitable(a),))",
    );
    check_expression(
        gather("a, return_exceptions = false"),
        "::asyncio::__private::gather((::asyncio::__private::awaitable(a),))",
    );
}

#[test]
fn gather_spreads_an_iterator() {
    check_expression(
        gather("..(0..3).map(work)"),
        "::asyncio::__private::gather_all(::asyncio::__private::awaitables((0..3).map(work)))",
    );
    check_expression(
        gather("..tasks, return_exceptions = true,"),
        "::asyncio::__private::gather_all_return_exceptions(::asyncio::__private::awaitables(tasks))",
    );
}

#[test]
fn gather_takes_sixteen_and_no_more() {
    let arguments =
        |count: usize| (0..count).map(|n| format!("a{n}")).collect::<Vec<_>>().join(", ");
    check_errors(gather(&arguments(16)), "");
    check_errors(
        gather(&arguments(19)),
        "`a16`: more than 16 arguments: collect them and write `gather!(..tasks)`",
    );
}

#[test]
fn gather_does_not_mix_positional_and_spread() {
    let message =
        "positional arguments and `..` do not mix: write `gather!(a(), gather!(..tasks))`";
    check_errors(gather("a(), ..tasks"), &format!("`..`: {message}"));
    check_errors(gather("..tasks, a()"), &format!("`a()`: {message}"));
    check_errors(
        gather("..first, ..second"),
        "`..`: only one `..` may be given: write `..first.chain(second)`",
    );
}

#[test]
fn gather_answers_the_habits_of_python() {
    check_errors(gather("*tasks"), "`*`: Python's `*` has two dots here: write `..tasks`");
    check_errors(
        gather("a(), loop = l"),
        "`loop`: the running loop is taken, as in Python since 3.10: leave `loop` out",
    );
    check_errors(
        gather("a(), return_exceptions = True"),
        "`True`: Rust's `True` is lower-case: write `return_exceptions = true`",
    );
    check_errors(
        gather("a(), return_exceptions = False"),
        "`False`: Rust's `False` is lower-case: write `return_exceptions = false`",
    );
}

#[test]
fn a_flag_is_a_literal() {
    check_errors(
        gather("a(), return_exceptions = flag"),
        "`flag`: `return_exceptions` has to be known while compiling: write `return_exceptions = true` or \
         `return_exceptions = false`",
    );
    check_errors(
        gather("a(), return_exceptions = 1"),
        "`1`: `return_exceptions` is either on or off: write `return_exceptions = true` or `return_exceptions = false`",
    );
}

#[test]
fn an_awaited_argument_is_refused_at_its_await() {
    check_errors(
        gather("a().await, b(), c.await"),
        "`.await`: this is awaited before it is passed on, alone and to its end: leave `.await` out
         `.await`: this is awaited before it is passed on, alone and to its end: leave `.await` out",
    );
    check_errors(gather("a().await?"), "");
}

#[test]
fn wait_for_passes_both_values() {
    let expected = "::asyncio::__private::wait_for(
        ::asyncio::__private::awaitable(work()),
        ::asyncio::__private::timeout(1.5),
    )";
    check_expression(wait_for("work(), 1.5"), expected);
    check_expression(wait_for("work(), timeout = 1.5"), expected);
    check_expression(wait_for("timeout = 1.5, fut = work()"), expected);
}

#[test]
fn wait_for_needs_both() {
    check_errors(
        wait_for("work()"),
        "`work()`: `wait_for!` needs `timeout`: write `timeout = 1.5`",
    );
    check_errors(
        wait_for("timeout = 1"),
        "`timeout = 1`: `wait_for!` needs `fut`: write `fut = work()`",
    );
    check_errors(
        wait_for(""),
        "`the whole call`: `wait_for!` needs `fut`: write `fut = work()`
         `the whole call`: `wait_for!` needs `timeout`: write `timeout = 1.5`",
    );
}

#[test]
fn wait_for_takes_two() {
    check_errors(
        wait_for("work(), 1, 2, 3"),
        "`2`: one argument too many: write `wait_for!(work(), timeout = 1.5)`",
    );
    check_errors(
        wait_for("..tasks, 1"),
        "`..`: `wait_for!` takes no `..`: write `wait_for!(work(), timeout = 1.5)`",
    );
}

#[test]
fn a_timeout_is_no_text() {
    check_errors(
        wait_for("work(), timeout = \"5s\""),
        "`\"5s\"`: a timeout is a number of seconds, a `Duration` or `None`: write `timeout = 1.5`",
    );
}

#[test]
fn an_argument_is_given_once() {
    check_errors(
        wait_for("a(), 1, timeout = 2"),
        "`timeout`: `timeout` is given twice: leave one of the two out",
    );
    check_errors(
        wait_for("a(), timeout = 1, timeout = 2"),
        "`timeout`: `timeout` is given twice: leave one of the two out",
    );
    check_errors(
        wait_for("a(), 1, fut = b()"),
        "`fut`: `fut` is given twice: leave one of the two out",
    );
}

#[test]
fn positional_arguments_come_first() {
    check_errors(
        gather("return_exceptions = true, a()"),
        "`a()`: a positional argument stands after a named one: write it before `return_exceptions = …`",
    );
    check_errors(
        wait_for("fut = a(), 1"),
        "`1`: a positional argument stands after a named one: write it before `fut = …`",
    );
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    check_errors(
        gather("a(), return_exception = true"),
        "`return_exception`: `gather!` has no `return_exception`: did you mean `return_exceptions`?",
    );
    check_errors(
        wait_for("a(), 1, shield = true"),
        "`shield`: `wait_for!` has no `shield`: it takes `fut`, `timeout`",
    );
    check_errors(
        gather("coros_or_futures = tasks"),
        "`coros_or_futures`: `gather!` has no `coros_or_futures`: it takes `return_exceptions`",
    );
}

#[test]
fn what_was_understood_is_still_checked_by_the_compiler() {
    let output = gather("a(), 5, c().await, bogus = d(), return_exceptions = False").to_string();
    let expected = "{ if false { let _ = (:: asyncio :: __private :: awaitable (a ()) , \
                    :: asyncio :: __private :: awaitable (5) ,) ; let _ = d () ; }";
    assert!(output.starts_with(expected), "{output}");
}

#[test]
fn expressions_of_a_macro_of_the_user_are_seen_through() {
    use proc_macro2::{Delimiter, Group, TokenTree};
    let mut arguments = super::behind_front_door("a, return_exceptions = ");
    arguments.extend([TokenTree::Group(Group::new(Delimiter::None, super::tokens("true")))]);
    check_expression(
        crate::calls::call(
            &crate::arguments::table::GATHER,
            crate::calls::gather::expand,
            arguments,
        ),
        "::asyncio::__private::gather_return_exceptions((::asyncio::__private::awaitable(a),))",
    );
}
