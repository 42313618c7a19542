//! Values of programs, and their reprs.

use std::fmt;

use asyncio::{
    BaseExceptionGroup, CancelledError, Error, Exception, GeneratorExit, KeyboardInterrupt, Result,
    RuntimeError, StopAsyncIteration, SystemExit, TimeoutError, ValueError,
};

use crate::program::{Class, Failure};

/// What coroutines return.
#[derive(Clone)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    Error(Error),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(value) => write!(f, "{value}"),
            // No text of a program needs an escape.
            Self::Text(text) => write!(f, "'{text}'"),
            Self::List(values) => write!(f, "{values:?}"),
            Self::Error(error) => write!(f, "{error:?}"),
        }
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::None
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).expect("a small number"))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<(T, T)> for Value {
    fn from((one, two): (T, T)) -> Self {
        Self::List(vec![one.into(), two.into()])
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl From<Error> for Value {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// With `return_exceptions`, an exception is a result like any other.
impl From<Result<Value>> for Value {
    fn from(outcome: Result<Value>) -> Self {
        outcome.unwrap_or_else(Self::Error)
    }
}

/// The exception that a program raises or sets.
pub(super) fn error(failure: &Failure) -> Error {
    let text = failure.text.clone();
    match failure.class {
        Class::CancelledError => CancelledError::with(text),
        Class::Exception => Exception(text),
        // A group of nothing is made while a program is shrunk.
        Class::ExceptionGroup if failure.members.is_empty() => ValueError("none"),
        Class::ExceptionGroup => BaseExceptionGroup(text, failure.members.iter().map(error)),
        Class::GeneratorExit => GeneratorExit(),
        Class::KeyboardInterrupt => KeyboardInterrupt(),
        Class::RuntimeError => RuntimeError(text),
        Class::StopAsyncIteration => StopAsyncIteration(text),
        Class::SystemExit => SystemExit(3),
        Class::TimeoutError => TimeoutError(text),
        Class::ValueError => ValueError(text),
        Class::BaseException => unreachable!("programs only catch these"),
    }
}

/// Does something with the type of a class.
macro_rules! with_class {
    ($class:expr, $E:ident => $body:expr) => {
        with_class! {
            $class, $E => $body;
            BaseException, Exception, CancelledError, GeneratorExit, KeyboardInterrupt,
            RuntimeError, StopAsyncIteration, SystemExit, TimeoutError, ValueError;
            ExceptionGroup = BaseExceptionGroup
        }
    };
    ($class:expr, $E:ident => $body:expr; $($same:ident),+; $name:ident = $type:ident) => {
        match $class {
            $(crate::program::Class::$same => {
                type $E = asyncio::$same;
                $body
            })+
            crate::program::Class::$name => {
                type $E = asyncio::$type;
                $body
            }
        }
    };
}
pub(super) use with_class;

/// Whether `except` of a class catches an exception.
pub(super) fn catches(class: Class, error: &Error) -> bool {
    with_class!(class, E => error.is::<E>())
}
