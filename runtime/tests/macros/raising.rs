//! `raise!`: out of functions, closures and `async` blocks, as any `Result`.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use asyncio::{
    CancelledError, Error, KeyError, Result, TypeError, ValueError, gather, raise, sleep,
};

#[derive(Debug)]
struct Refused(u8);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.0)
    }
}

impl StdError for Refused {}

/// An application's own error, as `thiserror` makes them.
#[derive(Debug)]
enum Failure {
    Exception(Error),
    Other,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Exception(error)
    }
}

#[test]
fn any_error_is_raised() {
    fn exception() -> Result<()> {
        raise!(ValueError("x"))
    }
    fn of_rust() -> Result<()> {
        raise!(Refused(5));
    }
    fn in_a_box() -> Result<()> {
        let error: Box<dyn StdError + Send + Sync> = Refused(6).into();
        raise!(error)
    }
    fn io_error() -> Result<()> {
        raise!(io::Error::from(io::ErrorKind::ConnectionReset))
    }
    assert_eq!(format!("{:?}", exception().unwrap_err()), "ValueError('x')");
    assert!(of_rust().unwrap_err().is::<Refused>());
    assert!(in_a_box().unwrap_err().downcast_ref::<Refused>().is_some_and(|error| error.0 == 6));
    assert!(io_error().unwrap_err().is::<asyncio::ConnectionResetError>());
}

#[test]
fn the_same_exception_is_raised_again() {
    fn again(error: &Error) -> Result<()> {
        raise!(error)
    }
    let error = ValueError("x");
    assert!(again(&error).unwrap_err().is_same(&error));
}

#[test]
fn a_cause_is_any_exception() {
    fn from_rust() -> Result<()> {
        raise!(ValueError("x"), from = Refused(5))
    }
    fn from_lent(cause: &Error) -> Result<()> {
        raise!(ValueError("x"), from = cause)
    }
    fn from_none(cause: Error) -> Result<()> {
        raise!(ValueError("x").with_context(cause), from = None)
    }
    assert!(from_rust().unwrap_err().cause().is_some_and(|cause| cause.is::<Refused>()));
    let cause = KeyError("k");
    assert!(from_lent(&cause).unwrap_err().cause().is_some_and(|set| set.is_same(&cause)));
    let error = from_none(cause.clone()).unwrap_err();
    assert!(error.cause().is_none());
    assert!(error.context().is_some_and(|context| context.is_same(&cause)));
    assert_eq!(error.format_exception(), "ValueError: x");
}

/// Python has made the exception when it looks at the cause.
#[test]
fn the_exception_comes_before_its_cause() {
    fn raising(order: &mut Vec<&str>) -> Result<()> {
        let order = std::cell::RefCell::new(order);
        let made = |name| {
            order.borrow_mut().push(name);
            ValueError(name)
        };
        raise!(made("exception"), from = made("cause"))
    }
    let mut order = Vec::new();
    assert!(raising(&mut order).is_err());
    assert_eq!(order, ["exception", "cause"]);
}

#[test]
fn the_result_may_have_another_error() {
    fn own(number: u8) -> std::result::Result<u8, Failure> {
        match number {
            0 => Err(Failure::Other),
            1 => raise!(ValueError("x")),
            _ => Ok(number),
        }
    }
    fn boxed() -> std::result::Result<u8, Box<dyn StdError + Send + Sync>> {
        raise!(ValueError("x"))
    }
    fn boxed_for_one_thread() -> std::result::Result<u8, Box<dyn StdError>> {
        raise!(ValueError("x"))
    }
    assert!(matches!(own(0), Err(Failure::Other)) && matches!(own(2), Ok(2)));
    assert!(matches!(own(1), Err(Failure::Exception(error)) if error.is::<asyncio::ValueError>()));
    assert_eq!(boxed().unwrap_err().to_string(), "x");
    assert_eq!(boxed_for_one_thread().unwrap_err().to_string(), "x");
    // What went out as a box is the same exception when it comes back.
    assert!(Error::from_boxed(boxed().unwrap_err()).is::<asyncio::ValueError>());
}

#[cfg(feature = "anyhow")]
#[test]
fn the_error_may_be_that_of_anyhow() {
    fn raising() -> anyhow::Result<()> {
        raise!(ValueError("x"))
    }
    assert_eq!(raising().unwrap_err().to_string(), "x");
}

#[test]
fn it_leaves_the_innermost_closure() {
    let half = |number: u32| -> Result<u32> {
        if number % 2 == 1 {
            raise!(ValueError(format!("{number} is odd")));
        }
        Ok(number / 2)
    };
    assert_eq!(half(4).unwrap(), 2);
    assert_eq!(half(5).unwrap_err().to_string(), "5 is odd");
}

#[test]
fn it_is_of_any_type_like_return() -> Result<()> {
    fn number(text: Option<&str>) -> Result<u32> {
        let Some(text) = text else { raise!(TypeError("nothing to read")) };
        let number: u32 = match text.parse() {
            Ok(number) => number,
            Err(error) => raise!(ValueError("no number"), from = error),
        };
        Ok(if number > 9 { raise!(ValueError("too large")) } else { number })
    }
    assert_eq!(number(Some("7"))?, 7);
    assert_eq!(number(None).unwrap_err().to_string(), "nothing to read");
    assert_eq!(number(Some("x")).unwrap_err().to_string(), "no number");
    assert_eq!(number(Some("10")).unwrap_err().to_string(), "too large");
    Ok(())
}

#[asyncio::test]
async fn it_leaves_the_innermost_async_block() -> Result<()> {
    let fails = true;
    let work = async move {
        sleep(0).await?;
        if fails {
            raise!(ValueError("in the block"));
        }
        asyncio::Ok(1)
    };
    let (outcome,) = gather!(work, return_exceptions = true).await?;
    assert_eq!(outcome.unwrap_err().to_string(), "in the block");

    let annotated: Result<u8> = async { raise!(CancelledError()) }.await;
    assert!(annotated.unwrap_err().is::<asyncio::CancelledError>());
    Ok(())
}

#[asyncio::test]
async fn it_leaves_an_async_closure() {
    let work = async |fails: bool| -> Result<u8> {
        sleep(0).await?;
        if fails {
            raise!(ValueError("in the closure"));
        }
        Ok(1)
    };
    assert_eq!(work(false).await.unwrap(), 1);
    assert_eq!(work(true).await.unwrap_err().to_string(), "in the closure");
}

#[test]
fn the_shared_cancellation_keeps_its_cause_to_itself() {
    fn raising() -> Result<()> {
        raise!(CancelledError(), from = Refused(5))
    }
    let error = raising().unwrap_err();
    assert!(error.is::<asyncio::CancelledError>() && error.cause().is_some());
    assert!(CancelledError().cause().is_none());
}
