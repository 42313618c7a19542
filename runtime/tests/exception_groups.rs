//! Exception groups: their classes, texts and tracebacks, and how they are taken apart.
//!
//! What CPython 3.15 says was recorded by running it.

use std::{
    cell::RefCell,
    error::Error as StdError,
    fmt, io,
    panic::{Location, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use asyncio::exceptions::*;

fn group(message: &str, exceptions: impl IntoIterator<Item = Error>) -> Error {
    ExceptionGroup(message, exceptions)
}

/// `str`, `repr`.
#[track_caller]
fn check_texts(error: &Error, str: &str, repr: &str) {
    assert_eq!(error.to_string(), str);
    assert_eq!(format!("{error:?}"), repr);
}

/// CPython's `traceback.format_exception`.
#[track_caller]
fn check_traceback(error: &Error, lines: &[&str]) {
    assert_eq!(error.format_exception().split('\n').collect::<Vec<_>>(), lines);
}

// ---- building

#[test]
fn the_classes_are_pythons() {
    let plain = group("m", [ValueError("x")]);
    assert!(plain.is::<ExceptionGroup>() && plain.is::<BaseExceptionGroup>());
    assert!(plain.is::<Exception>() && plain.is::<BaseException>());
    assert!(!plain.is::<ValueError>());
    assert_eq!(plain.class_name(), "ExceptionGroup");

    let base = BaseExceptionGroup("m", [ValueError("x"), KeyboardInterrupt()]);
    assert!(base.is::<BaseExceptionGroup>() && base.is::<BaseException>());
    assert!(!base.is::<ExceptionGroup>() && !base.is::<Exception>());
    assert!(!base.is::<KeyboardInterrupt>());
    assert_eq!(base.class_name(), "BaseExceptionGroup");
}

#[test]
fn the_members_decide_the_class() {
    assert!(BaseExceptionGroup("m", [ValueError("x")]).is::<ExceptionGroup>());
    assert!(BaseExceptionGroup("m", [group("n", [ValueError("x")])]).is::<ExceptionGroup>());
    let cancelled = BaseExceptionGroup("n", [CancelledError()]);
    assert!(!cancelled.is::<ExceptionGroup>());
    assert!(!BaseExceptionGroup("m", [cancelled]).is::<ExceptionGroup>());
    assert!(BaseExceptionGroup("m", [fmt::Error.into()]).is::<ExceptionGroup>());
}

#[test]
fn both_types_are_read_alike() {
    let member = ValueError("x");
    let error = group("m", [member.clone()]);
    let derived = error.downcast_ref::<ExceptionGroup>().expect("the class");
    let base = error.downcast_ref::<BaseExceptionGroup>().expect("the base");
    assert_eq!((derived.message(), base.message()), ("m", "m"));
    assert!(derived.exceptions()[0].is_same(&member) && base.exceptions()[0].is_same(&member));
    assert_eq!(format!("{base:?} {derived}"), format!("{error:?} {base}"));
    assert!(error.exceptions()[0].is_same(&member));

    let error = BaseExceptionGroup("m", [CancelledError()]);
    assert!(error.downcast_ref::<ExceptionGroup>().is_none());
    assert!(error.downcast_ref::<BaseExceptionGroup>().is_some());
    assert!(member.downcast_ref::<BaseExceptionGroup>().is_none());
    assert!(member.exceptions().is_empty());
}

/// The text `f` panics with, and the exception a task would end with.
fn panic_of(f: impl FnOnce() -> Error + 'static) -> (String, Error) {
    let raised = asyncio::run(async move { asyncio::Ok(f()) }).expect_err("it raises");
    (raised.to_string(), raised)
}

#[test]
fn wrong_arguments_raise_where_python_does() {
    let empty = "second argument (exceptions) must be a non-empty sequence";
    let calls: [fn() -> Error; 3] = [
        || ExceptionGroup("m", vec![]),
        || BaseExceptionGroup("m", vec![]),
        || {
            let error = ExceptionGroup("m", [ValueError("x")]);
            error.downcast_ref::<ExceptionGroup>().expect("the class").derive([])
        },
    ];
    for call in calls {
        let (text, error) = panic_of(call);
        assert_eq!(text, empty);
        assert!(error.is::<ValueError>());
    }

    let nested = "Cannot nest BaseExceptions in an ExceptionGroup";
    let calls: [fn() -> Error; 3] = [
        || ExceptionGroup("m", [ValueError("x"), KeyboardInterrupt()]),
        || ExceptionGroup("m", [CancelledError()]),
        || ExceptionGroup("m", [BaseExceptionGroup("n", [CancelledError()])]),
    ];
    for call in calls {
        let (text, error) = panic_of(call);
        assert_eq!(text, nested);
        assert!(error.is::<TypeError>());
    }
}

#[test]
fn wrong_arguments_panic_at_the_callers_line() {
    thread_local! {
        static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|at| (at.file().to_owned(), at.line()));
        PLACE.set(place);
        before(info);
    }));
    let here = Location::caller();
    assert!(catch_unwind(|| ExceptionGroup("m", [])).is_err());
    assert_eq!(PLACE.take(), Some((here.file().to_owned(), here.line() + 1)));
    assert!(catch_unwind(|| ExceptionGroup("m", [CancelledError()])).is_err());
    assert_eq!(PLACE.take(), Some((here.file().to_owned(), here.line() + 3)));
    assert!(catch_unwind(|| BaseExceptionGroup("m", [])).is_err());
    assert_eq!(PLACE.take(), Some((here.file().to_owned(), here.line() + 5)));
}

// ---- a cancellation among the members

#[test]
fn a_group_with_a_cancellation_is_none() {
    let error = BaseExceptionGroup("m", [CancelledError(), CancelledError::with("why")]);
    assert!(!error.is::<CancelledError>());

    let boxed: Box<dyn StdError + Send + Sync> = error.clone().into();
    assert!(boxed.source().is_none());
    assert!(Error::from_boxed(boxed).is_same(&error));
    let wrapped = Error::from(io::Error::other(error.clone()));
    assert!(wrapped.is::<OSError>() && !wrapped.is::<CancelledError>());

    let ended = asyncio::run(async {
        let task = asyncio::create_task(async move { Err::<(), _>(error) });
        let ended = (&task).await.expect_err("the group");
        asyncio::Ok((ended, task.cancelled()))
    });
    let (ended, was_cancelled) = ended.expect("the task ended");
    assert!(ended.is::<BaseExceptionGroup>() && !was_cancelled);
}

// ---- texts

#[test]
fn texts_are_pythons() {
    let repr = "ExceptionGroup('m', [ValueError('x')])";
    check_texts(&group("m", [ValueError("x")]), "m (1 sub-exception)", repr);
    let two = group("it's", [ValueError("x"), group("n", [TypeError("y"), KeyError("z")])]);
    let repr = "ExceptionGroup(\"it's\", [ValueError('x'), ExceptionGroup('n', [TypeError('y'), \
                KeyError('z')])])";
    check_texts(&two, "it's (2 sub-exceptions)", repr);
    let base = BaseExceptionGroup("", [CancelledError(), SystemExit(3)]);
    let repr = "BaseExceptionGroup('', [CancelledError(), SystemExit(3)])";
    check_texts(&base, " (2 sub-exceptions)", repr);
}

// ---- taking apart

/// A group of three, one of them a group that is no `Exception`; all have links and notes.
struct Tree {
    leaf: Error,
    base: Error,
    plain: Error,
    cause: Error,
    context: Error,
    root: Error,
}

fn tree() -> Tree {
    let leaf = ValueError("a");
    let base =
        BaseExceptionGroup("n", [TypeError("b"), CancelledError()]).with_context(OSError("inner"));
    base.add_note("n2");
    let plain = group("o", [ValueError("d"), TypeError("e")]);
    let (cause, context) = (KeyError("k"), OSError("o"));
    let root = BaseExceptionGroup("m", [leaf.clone(), base.clone(), plain.clone()])
        .with_context(context.clone())
        .with_cause(cause.clone());
    root.add_note("note");
    Tree { leaf, base, plain, cause, context, root }
}

/// The group must be a part of the whole: same links and notes, and a context that is not printed.
#[track_caller]
fn check_links(part: &Error, cause: Option<&Error>, context: Option<&Error>, notes: &[&str]) {
    let same = |found: Option<Error>, expected: Option<&Error>| match (found, expected) {
        (Some(found), Some(expected)) => found.is_same(expected),
        (found, expected) => found.is_none() && expected.is_none(),
    };
    assert!(same(part.cause(), cause), "the cause of {part:?}");
    assert!(same(part.context(), context), "the context of {part:?}");
    assert_eq!(part.notes(), notes);
}

#[test]
fn splitting_keeps_the_tree() {
    let Tree { leaf, base, cause, context, root, .. } = tree();
    let (matching, rest) = root.split::<ValueError>();
    let (matching, rest) = (matching.expect("some"), rest.expect("some"));

    let repr = "ExceptionGroup('m', [ValueError('a'), ExceptionGroup('o', [ValueError('d')])])";
    assert_eq!(format!("{matching:?}"), repr);
    check_links(&matching, Some(&cause), Some(&context), &["note"]);
    assert!(matching.exceptions()[0].is_same(&leaf));
    check_links(&matching.exceptions()[1], None, None, &[]);

    let repr = "BaseExceptionGroup('m', [BaseExceptionGroup('n', [TypeError('b'), \
                CancelledError()]), ExceptionGroup('o', [TypeError('e')])])";
    assert_eq!(format!("{rest:?}"), repr);
    check_links(&rest, Some(&cause), Some(&context), &["note"]);
    check_links(&rest.exceptions()[0], None, base.context().as_ref(), &["n2"]);
    assert!(!rest.exceptions()[0].is_same(&base));

    // The whole is as it was, and its notes are its own.
    assert_eq!((root.exceptions().len(), root.to_string().as_str()), (3, "m (3 sub-exceptions)"));
    rest.add_note("later");
    assert_eq!((root.notes().len(), rest.notes().len()), (1, 2));
}

#[test]
fn what_matches_whole_is_returned_as_it_is() {
    let Tree { base, plain, cause, context, root, .. } = tree();
    let (matching, rest) = root.split::<BaseException>();
    assert!(matching.is_some_and(|matching| matching.is_same(&root)) && rest.is_none());
    assert!(root.subgroup::<BaseExceptionGroup>().is_some_and(|whole| whole.is_same(&root)));

    // A group in it that matches, too.
    let (matching, rest) = root.split::<ExceptionGroup>();
    let (matching, rest) = (matching.expect("some"), rest.expect("some"));
    check_links(&matching, Some(&cause), Some(&context), &["note"]);
    assert_eq!(matching.exceptions().len(), 1);
    assert!(matching.exceptions()[0].is_same(&plain));
    let repr = "BaseExceptionGroup('m', [ValueError('a'), BaseExceptionGroup('n', \
                [TypeError('b'), CancelledError()])])";
    assert_eq!(format!("{rest:?}"), repr);
    assert!(!rest.exceptions()[1].is_same(&base));
}

#[test]
fn what_matches_nowhere_is_rebuilt() {
    let Tree { leaf, base, root, .. } = tree();
    let (matching, rest) = root.split::<IndexError>();
    let rest = rest.expect("all");
    assert!(matching.is_none() && root.subgroup::<IndexError>().is_none());
    assert!(!rest.is_same(&root) && !rest.exceptions()[1].is_same(&base));
    assert!(rest.exceptions()[0].is_same(&leaf));
    assert_eq!(format!("{rest:?}"), format!("{root:?}"));
}

#[test]
fn a_condition_is_asked_of_groups_first() {
    let Tree { root, .. } = tree();
    let mut asked = Vec::new();
    let (matching, rest) = root.split_by(|error| {
        asked.push(error.to_string());
        false
    });
    assert!(matching.is_none() && rest.is_some());
    let expected = [
        "m (3 sub-exceptions)",
        "a",
        "n (2 sub-exceptions)",
        "b",
        "",
        "o (2 sub-exceptions)",
        "d",
        "e",
    ];
    assert_eq!(asked, expected);

    let several = root.subgroup_by(|error| error.is::<ValueError>() || error.is::<TypeError>());
    let repr = "ExceptionGroup('m', [ValueError('a'), ExceptionGroup('n', [TypeError('b')]), \
                ExceptionGroup('o', [ValueError('d'), TypeError('e')])])";
    assert_eq!(format!("{:?}", several.expect("some")), repr);
    let once = root.subgroup_by(|error| error.to_string().starts_with('n'));
    let repr = "BaseExceptionGroup('m', [BaseExceptionGroup('n', [TypeError('b'), \
                CancelledError()])])";
    assert_eq!(format!("{:?}", once.expect("some")), repr);
}

#[test]
fn rust_errors_are_found_by_their_type() {
    let number = "x".parse::<u8>().expect_err("no number");
    let error = group("m", [number.into(), fmt::Error.into(), ValueError("x")]);
    let found = error.subgroup::<std::num::ParseIntError>().expect("one");
    assert_eq!(found.to_string(), "m (1 sub-exception)");
    assert!(found.exceptions()[0].is::<std::num::ParseIntError>());
    assert!(error.subgroup::<Exception>().is_some_and(|whole| whole.is_same(&error)));
}

#[test]
fn an_error_that_is_no_group_goes_whole_into_one_part() {
    let error = ValueError("x");
    let (matching, rest) = error.split::<ValueError>();
    assert!(matching.is_some_and(|matching| matching.is_same(&error)) && rest.is_none());
    let (matching, rest) = error.split::<TypeError>();
    assert!(matching.is_none() && rest.is_some_and(|rest| rest.is_same(&error)));
}

#[test]
fn a_derived_group_has_the_message_alone() {
    let Tree { leaf, root, .. } = tree();
    let whole = root.downcast_ref::<BaseExceptionGroup>().expect("the class");
    let derived = whole.derive([leaf.clone()]);
    assert_eq!(format!("{derived:?}"), "ExceptionGroup('m', [ValueError('a')])");
    check_links(&derived, None, None, &[]);
    assert!(derived.exceptions()[0].is_same(&leaf));
    let derived = derived.with_context(TypeError("c"));
    assert!(derived.format_exception().starts_with("TypeError: c\n"));
}

// ---- notes

#[test]
fn notes_are_printed_below_the_line() {
    let noted = ValueError("x");
    noted.add_note("one\ntwo");
    noted.add_note("");
    assert_eq!(noted.clone().notes(), ["one\ntwo", ""]);
    check_traceback(
        &TypeError("t").with_context(noted),
        &[
            "ValueError: x",
            "one",
            "two",
            "",
            "",
            "During handling of the above exception, another exception occurred:",
            "",
            "TypeError: t",
        ],
    );
    let member = ValueError("a");
    member.add_note("in\nside");
    let error = group("g", [member]);
    error.add_note("one\ntwo");
    error.add_note("");
    check_traceback(
        &error,
        &[
            "  | ExceptionGroup: g (1 sub-exception)",
            "  | one",
            "  | two",
            "  | ",
            "  +-+---------------- 1 ----------------",
            "    | ValueError: a",
            "    | in",
            "    | side",
            "    +------------------------------------",
        ],
    );
    CancelledError().add_note("lost");
    assert!(CancelledError().notes().is_empty());
}

// ---- tracebacks

#[test]
fn groups_are_printed_as_trees() {
    let inner = group("inner", [TypeError("b"), group("x", [KeyError("c")])]);
    check_traceback(
        &group("outer", [inner, ValueError("a")]),
        &[
            "  | ExceptionGroup: outer (2 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | ExceptionGroup: inner (2 sub-exceptions)",
            "    +-+---------------- 1 ----------------",
            "      | TypeError: b",
            "      +---------------- 2 ----------------",
            "      | ExceptionGroup: x (1 sub-exception)",
            "      +-+---------------- 1 ----------------",
            "        | KeyError: 'c'",
            "        +------------------------------------",
            "    +---------------- 2 ----------------",
            "    | ValueError: a",
            "    +------------------------------------",
        ],
    );
    let members = [CancelledError::with("why"), CancelledError(), ValueError("x")];
    check_traceback(
        &BaseExceptionGroup("unhandled errors in a TaskGroup", members),
        &[
            "  | BaseExceptionGroup: unhandled errors in a TaskGroup (3 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | asyncio.exceptions.CancelledError: why",
            "    +---------------- 2 ----------------",
            "    | asyncio.exceptions.CancelledError",
            "    +---------------- 3 ----------------",
            "    | ValueError: x",
            "    +------------------------------------",
        ],
    );
}

#[test]
fn causes_and_contexts_are_printed_inside_and_outside() {
    let members =
        [ValueError("a").with_context(OSError("o")), TypeError("b").with_cause(KeyError("c"))];
    let error = group("outer", members).with_cause(RuntimeError("r").with_context(TypeError("t")));
    check_traceback(
        &error,
        &[
            "TypeError: t",
            "",
            "During handling of the above exception, another exception occurred:",
            "",
            "RuntimeError: r",
            "",
            "The above exception was the direct cause of the following exception:",
            "",
            "  | ExceptionGroup: outer (2 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | OSError: o",
            "    | ",
            "    | During handling of the above exception, another exception occurred:",
            "    | ",
            "    | ValueError: a",
            "    +---------------- 2 ----------------",
            "    | KeyError: 'c'",
            "    | ",
            "    | The above exception was the direct cause of the following exception:",
            "    | ",
            "    | TypeError: b",
            "    +------------------------------------",
        ],
    );
}

#[test]
fn a_group_before_the_last_member_closes_its_frame() {
    // So does CPython: the frame of the outer group stays open.
    let last = ValueError("v").with_context(group("g", [TypeError("x")]));
    check_traceback(
        &group("outer", [last]),
        &[
            "  | ExceptionGroup: outer (1 sub-exception)",
            "  +-+---------------- 1 ----------------",
            "    | ExceptionGroup: g (1 sub-exception)",
            "    +-+---------------- 1 ----------------",
            "      | TypeError: x",
            "      +------------------------------------",
            "    | ",
            "    | During handling of the above exception, another exception occurred:",
            "    | ",
            "    | ValueError: v",
        ],
    );
}

#[test]
fn a_shared_context_is_printed_with_the_last_member() {
    let context = KeyError("c");
    let members = ["0", "1"].map(|text| ValueError(text).with_context(context.clone()));
    check_traceback(
        &group("g", members),
        &[
            "  | ExceptionGroup: g (2 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | ValueError: 0",
            "    +---------------- 2 ----------------",
            "    | KeyError: 'c'",
            "    | ",
            "    | During handling of the above exception, another exception occurred:",
            "    | ",
            "    | ValueError: 1",
            "    +------------------------------------",
        ],
    );
    let member = ValueError("m");
    check_traceback(
        &group("g", [member.clone(), member.clone()]).with_context(member),
        &[
            "ValueError: m",
            "",
            "During handling of the above exception, another exception occurred:",
            "",
            "  | ExceptionGroup: g (2 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | ValueError: m",
            "    +---------------- 2 ----------------",
            "    | ValueError: m",
            "    +------------------------------------",
        ],
    );
}

#[test]
fn the_shared_cancellation_is_printed_wherever_it_was() {
    // In Python each of them is an object of its own.
    let members = ["a", "b"].map(|text| TimeoutError(text).with_cause(CancelledError()));
    check_traceback(
        &group("late", members),
        &[
            "  | ExceptionGroup: late (2 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | asyncio.exceptions.CancelledError",
            "    | ",
            "    | The above exception was the direct cause of the following exception:",
            "    | ",
            "    | TimeoutError: a",
            "    +---------------- 2 ----------------",
            "    | asyncio.exceptions.CancelledError",
            "    | ",
            "    | The above exception was the direct cause of the following exception:",
            "    | ",
            "    | TimeoutError: b",
            "    +------------------------------------",
        ],
    );
}

#[test]
fn every_line_of_a_text_has_its_margin() {
    let members = [ValueError("a\nb"), ValueError("a\r\nb\x0bc\u{2028}d\n"), ValueError("")];
    check_traceback(
        &group("two\nlines", members),
        &[
            "  | ExceptionGroup: two",
            "  | lines (3 sub-exceptions)",
            "  +-+---------------- 1 ----------------",
            "    | ValueError: a",
            "    | b",
            "    +---------------- 2 ----------------",
            "    | ValueError: a\r",
            "    | b\x0b    | c\u{2028}    | d",
            "    | ",
            "    +---------------- 3 ----------------",
            "    | ValueError",
            "    +------------------------------------",
        ],
    );
}

#[test]
fn at_most_15_members_are_printed() {
    let last_lines = |count: usize| -> Vec<String> {
        let text = group("w", (0..count).map(|n| ValueError(n.to_string()))).format_exception();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len() - 4..].iter().map(|line| (*line).to_owned()).collect()
    };
    let recorded = [
        (
            15,
            [
                "    | ValueError: 13",
                "    +---------------- 15 ----------------",
                "    | ValueError: 14",
                "    +------------------------------------",
            ],
        ),
        (
            16,
            [
                "    | ValueError: 14",
                "    +---------------- ... ----------------",
                "    | and 1 more exception",
                "    +------------------------------------",
            ],
        ),
        (
            17,
            [
                "    | ValueError: 14",
                "    +---------------- ... ----------------",
                "    | and 2 more exceptions",
                "    +------------------------------------",
            ],
        ),
    ];
    for (count, lines) in recorded {
        assert_eq!(last_lines(count), lines);
    }
}

#[test]
fn at_most_10_groups_are_printed_inside_each_other() {
    let nested = |depth: usize| {
        (0..depth).fold(ValueError("leaf"), |inner, n| group(&format!("d{n}"), [inner]))
    };
    let last_lines = |error: Error| -> Vec<String> {
        let text = error.format_exception();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len() - 4..].iter().map(|line| (*line).to_owned()).collect()
    };
    let recorded = [
        "                    | ExceptionGroup: d0 (1 sub-exception)",
        "                    +-+---------------- 1 ----------------",
        "                      | ValueError: leaf",
        "                      +------------------------------------",
    ];
    assert_eq!(last_lines(nested(10)), recorded);
    let recorded = [
        "                    | ExceptionGroup: d1 (1 sub-exception)",
        "                    +-+---------------- 1 ----------------",
        "                      | ... (max_group_depth is 10)",
        "                      +------------------------------------",
    ];
    assert_eq!(last_lines(nested(11)), recorded);
}

/// An error of Rust whose source is the concrete type behind an exception.
#[derive(Debug, thiserror::Error)]
#[error("startup failed")]
struct Startup {
    source: Error,
}

#[test]
fn a_group_in_the_sources_of_a_rust_error_is_printed_whole() {
    let failures = group("two failed", [ValueError("x"), TypeError("y")]);
    let name = std::any::type_name::<Startup>();
    let expected = format!(
        "{}\n\nThe above exception was the direct cause of the following exception:\n\n\
         {name}: startup failed",
        failures.format_exception()
    );
    assert_eq!(Error::from(Startup { source: failures }).format_exception(), expected);
}

// ---- nothing is kept forever

/// Counts how many of it were dropped.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("counted")
    }
}

impl StdError for Counted {}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A group around a counted member must be freed after `link` was made between them.
#[track_caller]
fn check_freed(link: impl FnOnce(&Error, &Error)) {
    let dropped = Arc::new(AtomicUsize::new(0));
    let member = Error::from(Counted(dropped.clone()));
    let whole = group("outer", [group("inner", [ValueError("x"), member.clone()])]);
    link(&whole, &member);
    drop((whole, member));
    assert_eq!(dropped.load(Ordering::Relaxed), 1, "it was not freed");
}

#[test]
fn a_member_never_owns_its_group() {
    check_freed(|_, _| {});
    check_freed(|whole, member| {
        let before = KeyError("before");
        member.set_context(Some(before.clone()));
        member.set_context(Some(whole.clone()));
        assert!(member.context().is_some_and(|context| context.is_same(&before)));
    });
    check_freed(|whole, member| {
        let raised = member.clone().with_cause(whole.clone());
        assert!(raised.is_same(member) && raised.cause().is_none());
    });
    // By way of another error, and of another group.
    check_freed(|whole, member| {
        let other = ValueError("other").with_context(whole.clone());
        member.set_context(Some(other.clone()));
        assert!(other.context().is_none());
        assert!(member.context().is_some_and(|context| context.is_same(&other)));
    });
    check_freed(|whole, member| {
        let inside = ValueError("inside").with_cause(whole.clone());
        member.set_context(Some(group("other", [inside.clone()])));
        assert!(inside.cause().is_none() && member.context().is_some());
    });
}

#[test]
fn a_group_may_follow_its_own_member() {
    let member = ValueError("x");
    let whole = group("g", [member.clone()]).with_context(member.clone());
    assert!(whole.context().is_some_and(|context| context.is_same(&member)));
    check_freed(|whole, member| whole.set_context(Some(member.clone())));
}

#[test]
fn deep_groups_are_dropped_without_exhausting_the_stack() {
    let mut error = ValueError("first");
    for _ in 0..100_000 {
        error = group("next", [error]);
    }
    drop(error);
}
