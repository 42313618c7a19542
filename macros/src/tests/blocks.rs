//! The macros with blocks: their own rules, each mistake at its token.

use crate::tests::{call, check_errors};

#[track_caller]
fn check(source: &str, place: &str, message: &str) {
    check_errors(call(source), &format!("`{place}`: {message}"));
}

#[test]
fn a_block_is_code() {
    let expected = "a block of code is expected here: write";
    check("timeout!(1, work())", "work()", &format!("{expected} `{{ … }}`"));
    check("task_group!(work())", "work()", &format!("{expected} `|g| {{ … }}`"));
    check("try_except!(work(), |e: E| {})", "work()", &format!("{expected} `{{ … }}`"));
    check("try_except!({}, finally = end())", "end()", &format!("{expected} `finally = {{ … }}`"));
    check(
        "async_for!(stream, { work() })",
        "{ work() }",
        "the loop needs a name for the items: write `|item| { … }`",
    );
    check(
        "try_except!({}, {})",
        "{}",
        "an arm says what it catches: write `|e: ValueError| { … }`",
    );
}

#[test]
fn a_block_runs_where_it_stands() {
    check("timeout!(1, async {})", "async", "the block runs where it stands: leave `async` out");
    check(
        "timeout!(1, async |t| {})",
        "async",
        "the block may await as it is: leave `async` out before the bars",
    );
    check(
        "timeout!(1, move |t| {})",
        "move",
        "the block runs in place and may use all there is: leave `move` out",
    );
    check(
        "timeout!(1, |t| -> u8 { 1 })",
        "->",
        "the value of a block tells its type: leave `-> …` out",
    );
    check("timeout!(1, 'a: {})", "'a:", "a label belongs in the block: write `{ 'label: { … } }`");
}

#[test]
fn a_block_has_one_name() {
    check("timeout!(1, || {})", "||", "a block without a name has no bars: write `{ … }`");
    check(
        "task_group!(|a, b| {})",
        "|a, b|",
        "the block gets one value, for one name: write `|g| { … }`",
    );
    check("try_except!(|t| {}, |e: E| {})", "|t|", "nothing is given to this block: write `{ … }`");
    check("timeout!(1, *|t| {})", "*", "only arms of `try_except!` have a star: leave it out");
    check(
        "try_except!({ a? }, #[cfg(b)] |e: E| {})",
        "#[cfg(b)]",
        "the bars of a block have no attributes: write them in its braces",
    );
}

#[test]
fn an_arm_has_its_types() {
    let arm = |bars: &str| format!("try_except!({{}}, {bars} {{}})");
    check(
        &arm("|e|"),
        "e",
        "an arm says which errors it catches: write `|e: Exception|`, or `BaseException` for all",
    );
    check(&arm("||"), "||", "an empty arm catches nothing: write `|e: Exception|`");
    check(
        &arm("|a: A, b: B|"),
        "|a: A, b: B|",
        "several types stand in parentheses: write `|e: (A, B)| { … }`",
    );
    check(&arm("|e: &A|"), "&", "an arm names the type alone: leave `&` out");
    check(&arm("|e: ()|"), "()", "no type is caught by `()`: write `|e: (A, B)| { … }`");
    check(&arm("|e: _|"), "_", "`_` is no type to catch: write `Exception`, or `BaseException`");
    check(&arm("|E(a): E|"), "E(a)", "the error is lent under a name: write `|e: ValueError|`");
}

#[test]
fn arms_are_in_order() {
    check(
        "try_except!({}, |e: A| {}, *|e: B| {})",
        "B",
        "arms with and without a star do not mix: write `*|e: …|` for all or for none",
    );
    check(
        "try_except!({}, |e: BaseException| raise!(), |e: B| {})",
        "B",
        "no error comes as far as this arm: write it before the one with `BaseException`",
    );
    let group = "`except*` looks into groups and catches none itself: write the type of the \
                 members, or leave the star out";
    check("try_except!({}, *|e: ExceptionGroup| {})", "ExceptionGroup", group);
    check("try_except!({}, *|e: (A, BaseExceptionGroup)| {})", "BaseExceptionGroup", group);
}

#[test]
fn a_try_is_for_something() {
    check(
        "try_except!({ a })",
        "{ a }",
        "nothing is done about errors here: write an arm, `|e: ValueError| { … }`, or \
         `finally = { … }`",
    );
    check(
        "try_except!({ a }, else_ = { b }, finally = {})",
        "{ b }",
        "`else_` runs when no arm had to, but there is none: put it behind the tried code",
    );
    check_errors(call("try_except!({ a }, finally = {})"), "");
}

#[test]
fn the_words_of_python_are_answered() {
    check(
        "try_except!({}, |e: A| {}, else = {})",
        "else",
        "`else` is a word of Rust: write `else_ = { … }`",
    );
    check(
        "try_except!({}, except = {})",
        "except",
        "an arm has its type in bars: write `|e: ValueError| { … }`",
    );
    check(
        "async_with!(open() as file, {})",
        "as",
        "Python's `as` comes with the block here: write `|name| { … }`",
    );
    check(
        "timeout!(when = 5, body = {})",
        "when",
        "a point in time is for `timeout_at`: write `async_with!(timeout_at(when), { … })`",
    );
    check_errors(
        call("async_with!(|name| {}, lock)"),
        "`|name| {}`: what is entered comes first: write `lock, …`
         `lock`: a block of code is expected here: write `|name| { … }`",
    );
}

#[test]
fn some_blocks_are_not_left() {
    let finally = "`finally` must not be left like this, for the error on its way would be lost: \
                   leave behind the block";
    for way in ["return", "break", "continue"] {
        check(&format!("try_except!({{}}, finally = {{ {way}; }})"), way, finally);
    }
    check("try_except!({}, finally = { timeout!(1, { return }) })", "return", finally);
    check_errors(call("try_except!({}, finally = { loop { break } })"), "");
    let starred = "an `except*` arm must not be left like this, for other arms may come behind it: \
                   leave behind the block";
    check("try_except!({}, *|e: A| return)", "return", starred);
    check(
        "async_for!(a, |b| { break 1; })",
        "1",
        "a loop over a stream has no value: leave it out behind `break`",
    );
}

#[test]
fn what_hides_a_way_out_is_refused_in_any_block() {
    let message = "`?` in `select!` leaves the block unseen: bind the value with `let` before \
                   `select!`";
    check("timeout!(1, { select!(a?) })", "?", message);
    check("task_group!(|g| { select!(a?) })", "?", message);
    check("async_with!(l, { select!(a?) })", "?", message);
    check("async_for!(s, |x| { select!(a?) })", "?", message);
    check("try_except!({ select!(a?) }, finally = {})", "?", message);
    check("try_except!({}, |e: E| { select!(a?) })", "?", message);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    check_errors(
        call("try_except!({ x!(a?) }, |e| {}, |_: &B| {}, els = {}, finally = { return })"),
        "`e`: an arm says which errors it catches: write `|e: Exception|`, or `BaseException` for all
         `&`: an arm names the type alone: leave `&` out
         `els`: `try_except!` has no `els`: did you mean `else_`? it also takes `body`, `finally`
         `return`: `finally` must not be left like this, for the error on its way would be lost: leave behind the block
         `?`: `?` in `x!` leaves the block unseen: bind the value with `let` before `x!`",
    );
}

#[test]
fn an_arm_that_keeps_everything_is_warned_of() {
    let warned = |arm: &str| {
        let output = call(&format!("try_except!({{ a? }}, |e: BaseException| {arm})"));
        output.to_string().contains("this_arm_swallows_cancellation")
    };
    assert!(warned("{}") && warned("log(e)") && warned("{ loop { break } }"));
    assert!(!warned("raise!()") && !warned("{ a?; }") && !warned("return Err(e)"));
    assert!(!warned("if a { raise!(b) }") && !warned("timeout!(1, {})"));
    // What a block around it makes of `return Err(e)`.
    assert!(!warned("break '__exit_0 Err(e)") && warned("break 'outer"));
    assert!(!warned("unreachable!()") && !warned("{ todo!() }"));
    let output = call("try_except!({ a? }, |e: Exception| {})").to_string();
    assert!(!output.contains("swallows"));
}

#[test]
fn attributes_stand_before_what_replaces_a_way_out() {
    for way in ["a?", "a.await", "return", "break", "continue", "break 'x", "continue 'x"] {
        for (name, body) in [("timeout!", "1, "), ("async_for!", "a, |b| ")] {
            let output = call(&format!("{name}({body}{{ #[cfg(c)] {way}; }})")).to_string();
            assert_eq!(output.matches("# [cfg (c)]").count(), 1, "{name}: {output}");
        }
    }
}
