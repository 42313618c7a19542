//! The parser of arguments: what it reports, and that it goes on.

use crate::tests::{check_errors, gather, wait_for};

#[test]
fn a_missing_comma_is_reported_where_it_is_missing() {
    check_errors(gather("a() b()"), "`b`: a comma is missing before this: write `,`");
    check_errors(gather("a(); b()"), "`;`: arguments are separated by commas: write `,`");
}

#[test]
fn a_missing_argument_is_reported_at_the_comma() {
    check_errors(
        gather("a(),, b(),,"),
        "`,`: an argument is missing before this `,`: leave the comma out
         `,`: an argument is missing before this `,`: leave the comma out",
    );
}

#[test]
fn an_argument_is_named_with_an_equals_sign() {
    check_errors(
        wait_for("a(), timeout: 5"),
        "`:`: an argument is named with `=`: write `timeout = …`",
    );
    check_errors(
        wait_for("a(), timeout := 5"),
        "`:`: an argument is named with `=`: write `timeout = …`",
    );
}

#[test]
fn a_name_needs_a_value() {
    check_errors(wait_for("a(), timeout ="), "`=`: `timeout` has no value: write `timeout = …`");
    check_errors(
        gather("return_exceptions = , a()"),
        "`=`: `return_exceptions` has no value: write `return_exceptions = …`",
    );
}

#[test]
fn comparisons_and_paths_are_no_names() {
    check_errors(gather("a == b, c::d, Struct { field: 1 }, r#loop"), "");
}

#[test]
fn a_spread_has_two_dots_and_a_value() {
    check_errors(gather(".."), "`..`: nothing stands behind `..`: write `..tasks`");
    check_errors(gather("..=tasks"), "`..=`: a spread has two dots: write `..tasks`");
    check_errors(gather("...tasks"), "`...`: a spread has two dots: write `..tasks`");
}

#[test]
fn await_does_not_come_first() {
    check_errors(
        gather("await a()"),
        "`await`: `await` cannot come first: leave it out, or write `expression.await`",
    );
}

#[test]
fn an_unexpected_end_is_reported_at_the_last_token() {
    check_errors(gather("a(), b +"), "`+`: unexpected end of input, expected an expression");
    check_errors(gather("a(), if b"), "`b`: unexpected end of input, expected curly braces");
}

#[test]
fn each_unreadable_argument_is_reported() {
    check_errors(
        gather("a(), b(+), c::<D, E>(-), d(), e(f g)"),
        "`+`: expected an expression
         `)`: unexpected end of input, expected an expression
         `g`: expected `,`",
    );
}
