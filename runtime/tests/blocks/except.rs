//! Arms: what they catch, as what, and what follows.

use std::{fmt, io};

use asyncio::{
    CancelledError, ConnectionError, Error, Exception, ExceptionGroup, KeyError, LookupError,
    Result, TypeError, ValueError, create_task, raise, sleep, try_except,
};

#[derive(Debug)]
struct Own(u32);

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "own {}", self.0)
    }
}

impl std::error::Error for Own {}

fn failing(error: impl Into<Error>) -> Result<String> {
    Err(error.into())
}

/// Which arm catches an error.
fn caught(error: impl Into<Error>) -> Result<String> {
    let error = error.into();
    try_except!(
        { failing(error)? },
        |e: ValueError| format!("value {}", e.message()),
        |e: Own| format!("own {}", e.0),
        |e: LookupError| format!("lookup {e:?}"),
        |e: ConnectionError| format!("connection {}", e.is::<io::Error>()),
        |e: (TypeError, CancelledError)| format!("one of two {e:?}"),
    )
}

#[test]
fn the_first_arm_that_fits_is_run() {
    assert_eq!(caught(ValueError("x")).unwrap(), "value x");
    assert_eq!(caught(Own(7)).unwrap(), "own 7");
    assert_eq!(caught(KeyError("k")).unwrap(), "lookup KeyError('k')");
    assert_eq!(caught(io::Error::from(io::ErrorKind::BrokenPipe)).unwrap(), "connection true");
    assert_eq!(caught(TypeError("t")).unwrap(), "one of two TypeError('t')");
    assert_eq!(caught(CancelledError()).unwrap(), "one of two CancelledError()");
    assert!(caught(fmt::Error).unwrap_err().is::<fmt::Error>());
}

#[test]
fn what_an_arm_raises_has_the_error_as_context() {
    let outcome: Result<()> =
        try_except!({ raise!(ValueError("first")) }, |_: ValueError| raise!(TypeError("second")));
    let error = outcome.unwrap_err();
    assert!(error.is::<TypeError>());
    assert_eq!(error.context().unwrap().to_string(), "first");
}

#[test]
fn an_error_is_raised_again() {
    let first = ValueError("first");
    let outcome: Result<()> = try_except!({ raise!(&first) }, |_: Exception| raise!());
    assert!(outcome.unwrap_err().is_same(&first));
}

#[test]
fn an_inner_arm_raises_its_own() {
    let outcome: Result<()> = try_except!({ raise!(ValueError("outer")) }, |_: ValueError| {
        try_except!({ raise!(TypeError("inner")) }, |_: TypeError| raise!())?;
    });
    assert!(outcome.unwrap_err().is::<TypeError>());

    let outcome: Result<()> = try_except!({ raise!(ValueError("outer")) }, |_: ValueError| {
        try_except!({ raise!() }, |_: TypeError| {})?;
    });
    assert!(outcome.unwrap_err().is::<ValueError>());
}

#[test]
fn else_is_not_guarded_by_the_arms() {
    let outcome: Result<u8> = try_except!(
        {},
        |_: ValueError| 0,
        else_ = {
            if failing(ValueError("in else"))?.is_empty() {
                return;
            }
            1
        },
    );
    assert_eq!(outcome.unwrap_err().to_string(), "in else");
    let outcome = try_except!(
        {
            failing(Own(1))?;
        },
        |_: Own| 2,
        else_ = { 3 }
    );
    assert_eq!(outcome.unwrap(), 2);
    let outcome = try_except!({}, |_: Own| 2, else_ = { 3 });
    assert_eq!(outcome.unwrap(), 3);
}

#[test]
fn finally_takes_over_with_what_was_on_its_way() {
    let outcome: Result<()> = try_except!(
        { raise!(ValueError("first")) },
        finally = {
            failing(TypeError("second"))?;
        }
    );
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.to_string(), error.context().unwrap().to_string()),
        ("second".into(), "first".into())
    );
    let outcome = try_except!(
        { 1 },
        finally = {
            failing(TypeError("alone"))?;
        }
    );
    assert!(outcome.unwrap_err().context().is_none());
}

#[test]
fn stars_take_groups_apart() {
    let group = ExceptionGroup("g", [ValueError("a"), TypeError("b"), KeyError("c")]);
    let mut seen = Vec::new();
    let outcome: Result<()> = try_except!(
        { raise!(group) },
        *|e: ValueError| seen.push(format!("{e:?}")),
        *|e: (TypeError, Own)| {
            seen.push(format!("{e:?}"));
            raise!(Own(1));
        },
        finally = { seen.push("finally".to_owned()) },
    );
    assert_eq!(
        seen,
        [
            "ExceptionGroup('g', [ValueError('a')])",
            "ExceptionGroup('g', [TypeError('b')])",
            "finally"
        ]
    );
    assert_eq!(
        format!("{:?}", outcome.unwrap_err()),
        "ExceptionGroup('', [Own(1), ExceptionGroup('g', [KeyError('c')])])"
    );
}

#[test]
fn a_star_puts_a_lone_error_into_a_group() {
    let mut seen = String::new();
    let outcome: Result<()> =
        try_except!({ raise!(ValueError("a")) }, *|e: ValueError| seen = format!("{e:?}"));
    outcome.unwrap();
    assert_eq!(seen, "ExceptionGroup('', (ValueError('a'),))");
    let outcome: Result<()> = try_except!({ raise!(Own(3)) }, *|_: ValueError| {});
    assert!(outcome.unwrap_err().is::<Own>());
}

#[test]
fn stars_that_raise_again_leave_the_group_as_it_was() {
    let group = ExceptionGroup("g", [ValueError("a"), TypeError("b")]);
    let outcome: Result<()> =
        try_except!({ raise!(group) }, *|_: ValueError| raise!(), *|_: KeyError| {});
    assert_eq!(
        format!("{:?}", outcome.unwrap_err()),
        "ExceptionGroup('g', [ValueError('a'), TypeError('b')])"
    );
}

#[asyncio::test]
async fn a_cancellation_is_caught_at_any_await() -> Result<()> {
    async fn waits() -> Result<&'static str> {
        try_except!(
            {
                // A future that is none of ours: nobody in it takes the request.
                std::future::pending::<()>().await;
                "woken"
            },
            |_: CancelledError| "cancelled",
            finally = { sleep(0).await? },
        )
    }
    let task = create_task(waits());
    sleep(0).await?;
    task.cancel();
    assert_eq!(task.await?, "cancelled");
    Ok(())
}

#[asyncio::test]
async fn a_panic_of_what_is_awaited_is_caught() -> Result<()> {
    async fn panics() -> Result<()> {
        panic!("on purpose")
    }
    let text = try_except!(
        {
            panics().await?;
            String::new()
        },
        |e: asyncio::PanicError| e.message().to_owned(),
    )?;
    assert_eq!(text, "on purpose");
    Ok(())
}

#[test]
fn options_are_made_results_first() {
    let outcome =
        try_except!({ Some(1).filter(|number| *number > 1).ok_or(Own(5))? }, |e: Own| e.0,);
    assert_eq!(outcome.unwrap(), 5);
}

#[test]
fn lines_and_columns_are_those_of_the_source() {
    let here = line!() + 3;
    let outcome: Result<u32> = try_except!(
        {
            let line = line!();
            assert_eq!(line, here, "the line of {}", line!());
            std::panic::Location::caller().line()
        },
        |_: ValueError| 0,
    );
    assert_eq!(outcome.unwrap(), here + 2);
}
