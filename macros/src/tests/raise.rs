//! `raise!`: what it expands to, and its own rules.

use crate::tests::{call, check_call, check_errors};

#[test]
fn an_exception_is_returned() {
    check_call(call("raise!(ValueError(\"x\"))"), "return err(exception(ValueError(\"x\")))");
}

#[test]
fn a_cause_is_set_on_the_way() {
    check_call(
        call("raise!(ValueError(\"x\"), from = error)"),
        "return err(exception(ValueError(\"x\")).with_cause(cause(error)))",
    );
    check_call(
        call("raise!(error, from = None)"),
        "return err(exception(error).without_context())",
    );
}

#[test]
fn nothing_is_raised_again_where_nothing_is_handled() {
    let message = "nothing is being handled here that could be raised again: write \
                   `raise!(error)`, or this in an arm of `try_except!`";
    check_errors(call("raise!()"), &format!("`the whole call`: {message}"));
    let message = "nothing stands before `from`: write `raise!(error, from = cause)`";
    check_errors(call("raise!(from = error)"), &format!("`error`: {message}"));
    check_errors(call("raise!(from = None)"), &format!("`None`: {message}"));
}

#[test]
fn in_a_block_it_goes_where_the_block_says() {
    check_call(call("raise!(@raise('r) error)"), "break 'r exception(error)");
    check_call(call("raise!(@raise('r) @handled(e))"), "break 'r exception(&e)");
    check_call(call("raise!(@handled(e))"), "return err(exception(&e))");
}

#[test]
fn the_from_of_python_is_an_argument() {
    let message = "Python's `from` is an argument here: write `, from = error`";
    check_errors(call("raise!(ValueError(\"x\") from error)"), &format!("`from`: {message}"));
    check_errors(call("raise!(ValueError(\"x\"), from None)"), &format!("`from`: {message}"));
    check_errors(
        call("raise!(ValueError(\"x\") from = error)"),
        "`from`: a comma is missing before this: write `,`",
    );
    // A variable may have this name.
    check_errors(call("gather!(from, from.clone(), from())"), "");
}

#[test]
fn a_cause_has_another_word() {
    check_errors(
        call("raise!(error, cause = other)"),
        "`cause`: Python's word for the cause is `from`: write `from = error`",
    );
}

#[test]
fn an_err_is_not_wrapped_twice() {
    check_errors(
        call("raise!(Err(error))"),
        "`Err(error)`: `raise!` makes the `Err` itself: leave `Err(…)` out around the exception",
    );
}

#[test]
fn one_exception_is_raised() {
    check_errors(
        call("raise!(one, other)"),
        "`other`: `raise!` takes its other arguments by name: write `raise!(ValueError(\"…\"), from = error)`",
    );
}

#[test]
fn a_mistake_leaves_what_was_understood() {
    let output = call("raise!(error, from = None, from = cause)").to_string();
    let expected = "{ if false { let _ = :: asyncio :: __private :: exception (error) ; \
                    let _ = () ; let _ = cause ; }";
    assert!(output.starts_with(expected), "{output}");
}
