//! What only this crate can reach: failures of coroutines, panics of ours, bare exceptions.

use std::{
    any::Any,
    borrow::Cow,
    convert::Infallible,
    error::Error as StdError,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind},
};

use super::*;

#[test]
fn failures_become_exceptions() {
    let error = ValueError("x");
    assert!(Error::from_failure(error.clone()).is_same(&error));

    let texts = [
        Error::from_failure("it's"),
        Error::from_failure(String::from("it's")),
        Error::from_failure(Cow::Borrowed("it's")),
    ];
    for error in texts {
        assert_eq!(format!("{error:?}"), "Exception(\"it's\")");
        assert_eq!(
            (error.to_string().as_str(), error.class_name().as_str()),
            ("it's", "Exception")
        );
        assert!(error.downcast_ref::<Exception>().is_some());
    }

    let boxed: Box<dyn StdError + Send + Sync> = error.clone().into();
    assert!(Error::from_failure(boxed).is_same(&error));
    let boxed: Box<dyn StdError + Send + Sync> = "it's".into();
    assert_eq!(format!("{:?}", Error::from_failure(boxed)), "Exception(\"it's\")");

    let error = Error::from_failure(fmt::Error);
    assert!(error.is::<fmt::Error>());
    assert_eq!(error.class_name(), "core::fmt::Error");
    let error = Error::from_failure(io::Error::from(io::ErrorKind::NotFound));
    assert!(error.is::<FileNotFoundError>() && error.is::<io::Error>());
    assert!(Error::from_failure(io::Error::other(CancelledError())).is_cancelled());

    // It need only compile: nothing fails with it.
    let _: fn(Infallible) -> Error = Error::from_failure;
}

#[cfg(feature = "anyhow")]
#[test]
fn an_exception_survives_anyhow() {
    let error = ValueError("x");
    assert!(Error::from_failure(anyhow::Error::from(error.clone())).is_same(&error));

    let wrapped = anyhow::Error::from(CancelledError()).context("while starting");
    let cancelled = Error::from_failure(wrapped);
    assert!(cancelled.is_cancelled());
    assert!(cancelled.context().is_some_and(|context| context.to_string() == "while starting"));

    let error = Error::from_failure(anyhow::Error::msg("oops"));
    assert_eq!(
        (error.to_string().as_str(), error.class_name().as_str()),
        ("oops", "anyhow::Error")
    );
}

#[test]
fn bare_exceptions_have_no_text() {
    let error = Error::bare::<TimeoutError>();
    assert_eq!((error.to_string().as_str(), format!("{error:?}").as_str()), ("", "TimeoutError()"));
    assert_eq!(error.format_exception(), "TimeoutError");
    assert!(error.is::<OSError>());
    assert_eq!(Error::bare::<QueueEmpty>().format_exception(), "asyncio.queues.QueueEmpty");
    assert!(Error::bare::<CancelledError>().is_same(&CancelledError()));
    assert_eq!(Error::bare::<KeyError>().to_string(), "");
}

#[test]
fn quick_questions_agree_with_the_tree() {
    let all =
        [CancelledError(), SystemExit(1), KeyboardInterrupt(), GeneratorExit(), ValueError("x")];
    for error in all {
        assert_eq!(error.is_cancelled(), error.is::<CancelledError>());
        assert_eq!(error.is_exit(), error.is::<SystemExit>() || error.is::<KeyboardInterrupt>());
    }
}

#[test]
fn objects_that_are_no_strings_print_their_repr() {
    let error = Error::new(LookupError::from(Args::Object("<ContextVar>".into())));
    assert_eq!(format!("{error:?} {error}"), "LookupError(<ContextVar>) <ContextVar>");
    let error = Error::new(KeyError::from(Args::Object("3".into())));
    assert_eq!(format!("{error:?} {error}"), "KeyError(3) 3");
}

/// Runs `f`, which panics, and gives the payload.
fn payload_of(f: impl FnOnce()) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(f)).expect_err("f panics")
}

#[test]
fn panics_of_ours_are_their_exception() {
    let error = RuntimeError("no running event loop");
    let raised = error.clone();
    let payload = payload_of(move || panic_with(raised));
    assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("no running event loop"));

    // Caught and resumed on the way, with a foreign panic in between.
    let foreign = payload_of(|| panic_any(String::from("no running event loop")));
    assert!(from_panic(foreign).is::<PanicError>());
    let payload = payload_of(move || resume_unwind(payload));
    assert!(from_panic(payload).is_same(&error));
}

#[test]
fn panics_of_others_keep_their_payload() {
    for payload in [
        payload_of(|| panic!("boom")),
        payload_of(|| panic!("{}", String::from("boom"))),
        payload_of(|| panic_any(String::from("boom"))),
    ] {
        let error = from_panic(payload);
        assert_eq!(format!("{error:?}"), "PanicError('boom')");
    }
    let error = from_panic(payload_of(|| panic_any(42_u8)));
    let panic = error.downcast_ref::<PanicError>().expect("the class");
    assert_eq!(
        panic.take_payload().and_then(|payload| payload.downcast::<u8>().ok()),
        Some(Box::new(42))
    );
}

#[test]
fn memory_of_an_old_panic_is_never_taken_for_it() {
    let mut met_again = 0;
    for _ in 0..100 {
        let payload = payload_of(|| panic_with(RuntimeError("no running event loop")));
        let old = payload.downcast::<String>().expect("a text");
        let (address, capacity) = (old.as_ptr().addr(), old.capacity());
        drop(old);
        // The same text, in memory of the same size, so that the allocator gives it again.
        let mut text = String::with_capacity(capacity - 1);
        text.push_str("no running event loop");
        met_again += usize::from(text.as_ptr().addr() == address);
        assert!(from_panic(Box::new(text)).is::<PanicError>());
    }
    assert!(met_again > 0, "the allocator never reused the memory: the test shows nothing");
}
