//! Context variables as CPython 3.15 has them; what it prints was recorded by running it.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::{Arc, Mutex},
};

use asyncio::contextvars::*;
use asyncio::{LookupError, Result};

static V: ContextVar<i32> = ContextVar::new("v");
static W: ContextVar<&str> = ContextVar::with_default("w", "d");

/// A text with every address cut, as they differ from run to run.
fn without_addresses(text: &str) -> String {
    let mut pieces = text.split("0x");
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        result.push_str("0x…");
        result.push_str(piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    result
}

/// The failure's class and text.
#[track_caller]
fn check_error<T: std::fmt::Debug>(result: Result<T>, class: &str, text: &str) {
    let error = result.expect_err("a failure");
    assert_eq!(error.class_name(), class);
    assert_eq!(without_addresses(&error.to_string()), text);
}

const TOKEN: &str = "<Token var=<ContextVar name='v' at 0x…> at 0x…>";
const USED_TOKEN: &str = "<Token used var=<ContextVar name='v' at 0x…> at 0x…>";

#[test]
fn values_stay_in_the_context_they_were_set_in() {
    let context = copy_context();
    let token = context.run(|| V.set(1)).expect("not entered");
    assert_eq!(without_addresses(&format!("{token:?}")), TOKEN);
    assert_eq!((V.get_or(0), context.get(&V), context.get(&W)), (0, Some(1), None));
    assert_eq!((context.len(), context.contains(&V), context.contains(&W)), (1, true, false));
    assert!(Context::new().is_empty() && !context.is_empty());

    let copy = context.copy();
    copy.run(|| V.set(2)).expect("not entered");
    assert_eq!((context.get(&V), copy.get(&V)), (Some(1), Some(2)));
}

#[test]
fn contexts_nest() {
    let (outer, inner) = (Context::new(), Context::new());
    outer.run(|| V.set(9)).expect("not entered");
    inner.run(|| V.set(2)).expect("not entered");
    let seen = outer.run(|| {
        let before = V.get_or(0);
        let inside = inner.run(|| {
            let first = V.get_or(0);
            V.set(20);
            (first, copy_context().get(&V))
        });
        (before, inside.expect("not entered"), V.get_or(0))
    });
    assert_eq!(seen.expect("not entered"), (9, (2, Some(20)), 9));
    assert_eq!(inner.get(&V), Some(20));
}

#[test]
fn a_context_is_entered_once_at_a_time() {
    let (outer, inner) = (Context::new(), Context::new());
    let again = outer.run(|| inner.run(|| outer.run(|| ())));
    let text = "cannot enter context: <_contextvars.Context object at 0x…> is already entered";
    check_error(again.and_then(|result| result).and_then(|result| result), "RuntimeError", text);
    // And once it was left, again.
    assert_eq!(outer.run(|| inner.run(|| 3)).and_then(|result| result).expect("free"), 3);
}

#[test]
fn a_panic_leaves_the_context() {
    let context = Context::new();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        context.run(|| {
            V.set(9);
            panic!("boom");
        })
    }));
    assert!(panic.is_err());
    assert_eq!((V.get_or(0), context.get(&V)), (0, Some(9)));
    assert_eq!(context.run(|| 3).expect("left"), 3);
}

#[test]
fn unset_variables_fail_with_pythons_text() {
    check_error(V.get(), "LookupError", "<ContextVar name='v' at 0x…>");
    let error = V.get().expect_err("unset");
    let repr = without_addresses(&format!("{error:?}"));
    assert_eq!(repr, "LookupError(<ContextVar name='v' at 0x…>)");
    assert!(error.is::<LookupError>());
}

#[test]
fn defaults_are_pythons() {
    assert_eq!((W.get().expect("a default"), W.get_or("other"), V.get_or(1)), ("d", "other", 1));
    W.set("e");
    assert_eq!(W.get_or("other"), "e");
    assert_eq!((V.name(), W.name()), ("v", "w"));
}

#[test]
fn tokens_restore_what_was_there() {
    let first = V.set(1);
    assert_eq!(first.old_value(), None);
    let second = V.set(2);
    assert_eq!(second.old_value(), Some(1));
    V.reset(&second).expect("its token");
    assert_eq!(V.get_or(0), 1);
    V.reset(&first).expect("its token");
    assert_eq!((V.get_or(0), copy_context().len()), (0, 0));

    // Out of order, too.
    let (first, second) = (V.set(1), V.set(2));
    V.reset(&first).expect("its token");
    assert_eq!(V.get_or(0), 0);
    V.reset(&second).expect("its token");
    assert_eq!(V.get_or(0), 1);
}

#[test]
fn wrong_tokens_are_refused_with_pythons_texts() {
    let other: ContextVar<i32> = ContextVar::new("other");
    let token = V.set(1);
    let different_variable = format!("{TOKEN} was created by a different ContextVar");
    check_error(other.reset(&token), "ValueError", &different_variable);
    let different_context = format!("{TOKEN} was created in a different Context");
    let elsewhere = copy_context().run(|| V.reset(&token)).and_then(|result| result);
    check_error(elsewhere, "ValueError", &different_context);

    // None of this used it up.
    V.reset(&token).expect("its token");
    let used = format!("{USED_TOKEN} has already been used once");
    check_error(V.reset(&token), "RuntimeError", &used);
    check_error(other.reset(&token), "RuntimeError", &used);

    let context = Context::new();
    let token = context.run(|| V.set(5)).expect("not entered");
    check_error(V.reset(&token), "ValueError", &different_context);
    context.run(|| V.reset(&token)).and_then(|result| result).expect("its context");
    assert_eq!(context.get(&V), None);
}

#[test]
fn reprs_are_pythons() {
    let reprs = [
        format!("{V:?}"),
        format!("{:?}", ContextVar::with_default("w", 3)),
        format!("{:?}", Context::new()),
    ];
    let expected = [
        "<ContextVar name='v' at 0x…>",
        "<ContextVar name='w' default=3 at 0x…>",
        "<_contextvars.Context object at 0x…>",
    ];
    assert_eq!(reprs.map(|repr| without_addresses(&repr)), expected);
}

#[test]
fn a_context_is_equal_to_itself_alone() {
    let context = Context::default();
    assert_eq!(context, context.clone());
    assert_ne!(context, context.copy());
}

#[test]
fn many_variables_are_kept_apart() {
    let variables: Vec<ContextVar<usize>> =
        (0..100).map(|_| ContextVar::new("same name")).collect();
    // Backwards, so that they are not set in the order of their numbers.
    for (index, variable) in variables.iter().enumerate() {
        assert_eq!(variable.get_or(index), index);
    }
    let tokens: Vec<_> = variables.iter().enumerate().rev().map(|(i, v)| v.set(i)).collect();
    let before = copy_context();
    for (variable, token) in variables.iter().rev().zip(&tokens).step_by(2) {
        variable.reset(token).expect("its token");
    }
    assert_eq!((before.len(), copy_context().len()), (100, 50));
    for (index, variable) in variables.iter().enumerate() {
        assert_eq!(before.get(variable), Some(index));
        assert_eq!(variable.get().ok(), (index % 2 == 0).then_some(index));
    }
}

#[test]
fn each_thread_has_a_context_of_its_own() {
    V.set(1);
    let there = std::thread::spawn(|| (V.get_or(0), V.set(2).old_value())).join();
    assert_eq!(there.expect("no panic"), (0, None));
    assert_eq!(V.get_or(0), 1);
}

/// A value that uses its variable while it is cloned and while it is dropped.
struct Meddler(Arc<Mutex<Vec<&'static str>>>);

static MEDDLER: ContextVar<Option<Arc<Meddler>>> = ContextVar::new("meddler");
static CLONER: ContextVar<Cloner> = ContextVar::new("cloner");

impl Drop for Meddler {
    fn drop(&mut self) {
        let set = MEDDLER.get_or(None).is_some();
        V.set(77);
        self.0.lock().expect("no panic").push(if set { "set" } else { "unset" });
    }
}

struct Cloner;

impl Clone for Cloner {
    fn clone(&self) -> Self {
        V.set(V.get_or(0) + 1);
        CLONER.set(Cloner);
        Cloner
    }
}

#[test]
fn values_may_use_variables_while_they_are_cloned_and_dropped() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let context = Context::new();
    context
        .run(|| {
            CLONER.set(Cloner);
            CLONER.get().expect("set");
            assert_eq!(V.get_or(0), 1);
            drop(MEDDLER.set(Some(Arc::new(Meddler(log.clone())))));
            drop(MEDDLER.set(None));
            assert_eq!(
                (log.lock().expect("no panic").as_slice(), V.get_or(0)),
                (&["unset"][..], 77)
            );
            drop(MEDDLER.set(Some(Arc::new(Meddler(log.clone())))));
        })
        .expect("not entered");
    drop(context);
    // Dropped from outside the context, where the variable is not set.
    assert_eq!(*log.lock().expect("no panic"), ["unset", "unset"]);
    assert_eq!(V.get_or(0), 77);
}

#[test]
fn values_may_use_variables_while_their_thread_ends() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let value = Meddler(log.clone());
    std::thread::spawn(move || drop(MEDDLER.set(Some(Arc::new(value))))).join().expect("no panic");
    assert_eq!(*log.lock().expect("no panic"), ["unset"]);
}

#[test]
fn closures_may_borrow_and_return_anything() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let number = Context::new().run(|| {
        seen.borrow_mut().push("ran");
        42
    });
    assert_eq!((number.expect("not entered"), seen.borrow().len()), (42, 1));
}

#[test]
fn a_task_that_its_context_refused_has_not_begun() -> Result<()> {
    let logged = Rc::new(RefCell::new(String::new()));
    let log = logged.clone();
    asyncio::__private::set_log_sink(Some(Rc::new(move |text| log.borrow_mut().push_str(text))));
    let loop_ = asyncio::EventLoop::with_virtual_clock();
    let context = Context::new();
    let has_begun = Rc::new(RefCell::new(false));
    let begun = has_begun.clone();
    let begin = async move {
        begun.replace(true);
        asyncio::sleep(0).await
    };
    let options = asyncio::TaskOptions::new().context(&context);
    let task = loop_.create_task_with(begin, options);
    // The loop runs in the context of the task, whose step then cannot enter it.
    context.run(|| loop_.run_until_complete(asyncio::sleep(0))).expect("not entered")?;
    assert!(logged.take().contains("RuntimeError: cannot enter context: "));
    task.cancel();
    loop_.run_until_complete(asyncio::sleep(0))?;
    assert!(task.cancelled() && !*has_begun.borrow());
    loop_.close()
}
