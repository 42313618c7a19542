//! What blocks and generators are made of.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Body, Class, Failure, Op};

/// An asynchronous context manager: what it does when it is entered and left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manager {
    pub(crate) enter: Body,
    pub(crate) exit: Body,
    /// The errors that it swallows.
    pub(crate) swallows: Option<Class>,
}

/// `except`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Arm {
    pub(crate) catch: Class,
    pub(crate) handler: Body,
    /// What it raises at its end.
    pub(crate) raises: Option<Raise>,
}

/// `raise` in an arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub(crate) enum Raise {
    Again,
    New {
        error: Failure,
    },
    /// `raise … from` the exception of the arm.
    From {
        error: Failure,
    },
    FromNone {
        error: Failure,
    },
}

/// What `async for` goes through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub(crate) enum Source {
    /// Nothing, if it is empty or might wait for whoever asks.
    Generator {
        generator: usize,
    },
    /// A generator that nobody else knows.
    Fresh {
        spec: Arc<Spec>,
    },
    /// A class of the program's own, which does the same for each of its items, and may then fail.
    Stream {
        items: usize,
        body: Body,
        error: Option<Failure>,
    },
    Queue {
        queue: usize,
    },
}

/// What is asked of a generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub(crate) enum Request {
    Anext,
    Asend { value: i64 },
    Athrow { error: Failure },
    Aclose,
}

/// An asynchronous generator: `try` with an `except` and a `finally`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spec {
    pub(crate) body: Vec<Give>,
    pub(crate) catch: Class,
    pub(crate) handler: Vec<Say>,
    pub(crate) reraise: bool,
    pub(crate) cleanup: Vec<Say>,
    /// Whether it waits for no coroutine, so that any of them may ask it.
    pub(crate) simple: bool,
    /// Whether it is kept until the end of the program; then it may refuse to be closed.
    pub(crate) kept: bool,
}

/// A step of a generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Give {
    Yield {
        value: i64,
    },
    /// Gives so many values inside of a manager, each after the same steps.
    YieldWith {
        manager: Manager,
        values: usize,
        body: Body,
    },
    /// Gives what another one gives, so much at most.
    YieldFrom {
        source: Source,
        most: usize,
    },
    #[serde(untagged)]
    Op(Op),
}

/// A step of a generator's `except` or `finally`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most are operations")]
pub(crate) enum Say {
    Yield {
        value: i64,
    },
    #[serde(untagged)]
    Op(Op),
}
