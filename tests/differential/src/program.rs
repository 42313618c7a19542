//! Programs as data: what the generator writes, and what both interpreters read.
//!
//! There are no loops and no names but small numbers, so that every program ends, and every
//! part of one can be cut out and leaves a program. Slots hold futures and tasks, handles what
//! `call_soon` and its kin return; each number names what was last put there.

mod blocks;

use std::num::NonZeroUsize;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use blocks::{Arm, Give, Manager, Raise, Request, Say, Source, Spec};

pub(crate) const SLOTS: usize = 6;
pub(crate) const CALLBACKS: usize = 4;
pub(crate) const HANDLES: usize = 4;
pub(crate) const TIMEOUTS: usize = 3;
pub(crate) const GROUPS: usize = 3;
pub(crate) const GENERATORS: usize = 3;
pub(crate) const VARIABLES: usize = 2;
pub(crate) const CONTEXTS: usize = 2;
pub(crate) const EVENTS: usize = 2;
pub(crate) const CONDITIONS: usize = 2;
/// Two locks, two conditions, the second with the first lock, a semaphore and a bounded one.
pub(crate) const LOCKS: usize = 6;
/// A queue of one, an endless one, a priority queue of two and an endless stack.
pub(crate) const QUEUES: usize = 4;

/// A program: main coroutines, run one after the other on the loop of one `Runner`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Program {
    /// Whether the loop has the eager task factory.
    pub(crate) eager: bool,
    /// Whether it else has a factory that makes plain tasks.
    #[serde(default)]
    pub(crate) factory: bool,
    /// What the loop's exception handler does.
    pub(crate) handler: Handler,
    pub(crate) runs: Vec<Run>,
}

/// A main coroutine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) body: Body,
    /// Run by `run_forever`, and stopped after so many seconds.
    pub(crate) forever: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Handler {
    /// There is none, so that the loop logs.
    Default,
    /// Traces what it gets.
    Trace,
    /// Traces and fails.
    Fail,
}

/// What a coroutine does.
pub(crate) type Body = Arc<[Op]>;

/// What a callback does.
pub(crate) type Acts = Arc<[Act]>;

/// A step of a coroutine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Op {
    Await {
        what: Awaited,
    },
    Return {
        value: i64,
    },
    /// Leaves the innermost loop; where there is none, the coroutine.
    Break,
    /// Goes on with the next round of the innermost loop; where there is none, leaves the
    /// coroutine.
    Continue,
    /// A plain loop of so many rounds.
    For {
        rounds: usize,
        body: Body,
    },
    Try {
        body: Body,
        catch: Class,
        handler: Body,
        reraise: bool,
    },
    Finally {
        body: Body,
        cleanup: Body,
    },
    /// `try` with all that it may have.
    TryExcept {
        body: Body,
        arm: Arm,
        /// A second arm, which catches any Exception.
        last: Option<Arm>,
        otherwise: Body,
        cleanup: Body,
    },
    /// `try` with two `except*`, the second for any Exception.
    TryStar {
        body: Body,
        arm: Arm,
        last: Arm,
        otherwise: Body,
        cleanup: Body,
    },
    /// `timeout(delay)`, or `timeout_at` that much later; the one of before, unless fresh.
    Timeout {
        timeout: usize,
        fresh: bool,
        delay: Option<f64>,
        at: bool,
        body: Body,
        /// Whether Rust has a block there, and not a function; so below.
        #[serde(default)]
        block: bool,
    },
    /// A group of its own, or the one of before.
    Group {
        group: usize,
        fresh: bool,
        body: Body,
        #[serde(default)]
        block: bool,
    },
    /// `async with` a lock.
    Hold {
        lock: usize,
        body: Body,
        #[serde(default)]
        block: bool,
    },
    /// `async with` a manager of the program's own.
    With {
        manager: Manager,
        body: Body,
    },
    /// `async with aclosing`.
    Closing {
        generator: usize,
        body: Body,
    },
    /// `async for`, of so many rounds at most; with `closing` inside of `aclosing`.
    AsyncFor {
        source: Source,
        most: usize,
        closing: bool,
        body: Body,
        otherwise: Body,
    },
    /// In one function: a loop, a manager, a `try`, a timeout.
    NestLoop {
        rounds: usize,
        manager: Manager,
        delay: Option<f64>,
        body: Body,
        handler: Body,
        cleanup: Body,
    },
    /// In one function: `async for`, a `try`, a lock, another manager.
    NestStream {
        source: Source,
        most: usize,
        lock: usize,
        manager: Manager,
        body: Body,
        cleanup: Body,
    },
    /// In one function: a `try` with a star, a group, a loop, a `try`.
    NestGroup {
        rounds: usize,
        group: usize,
        body: Body,
        handler: Body,
        cleanup: Body,
    },
    /// Takes so many of the results, by `async for` or by `for`.
    AsCompleted {
        children: Vec<Awaited>,
        timeout: Option<f64>,
        stream: bool,
        take: usize,
    },
    Wait {
        slots: Vec<usize>,
        timeout: Option<f64>,
        when: When,
    },
    #[serde(untagged)]
    Act(Act),
}

/// A step that waits for nothing: of a coroutine or of a callback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Act {
    Raise {
        error: Failure,
    },
    // Futures and tasks.
    NewFuture {
        slot: usize,
    },
    SetResult {
        slot: usize,
        value: i64,
    },
    SetException {
        slot: usize,
        error: Failure,
    },
    Cancel {
        slot: usize,
        message: Option<String>,
    },
    Uncancel {
        slot: usize,
    },
    State {
        slot: usize,
    },
    Result {
        slot: usize,
    },
    Exception {
        slot: usize,
    },
    AddCallback {
        slot: usize,
        callback: usize,
        body: Acts,
        context: Option<usize>,
    },
    RemoveCallback {
        slot: usize,
        callback: usize,
    },
    Spawn {
        slot: usize,
        body: Body,
        eager: Option<bool>,
        /// The context that it runs in, if that is no copy of the current one.
        context: Option<usize>,
    },
    /// `ensure_future`; of a `gather` or `shield` it is that future itself.
    Ensure {
        slot: usize,
        what: Awaited,
    },
    CancelSelf {
        message: Option<String>,
    },
    UncancelSelf,
    /// Puts the current task into a slot.
    KeepSelf {
        slot: usize,
    },
    AllTasks,
    // Blocks.
    GroupSpawn {
        group: usize,
        slot: usize,
        body: Body,
        eager: Option<bool>,
    },
    NewGroup {
        group: usize,
    },
    GroupCancel {
        group: usize,
    },
    /// Makes a generator.
    Generator {
        generator: usize,
        spec: Arc<Spec>,
    },
    /// Lets go of a generator.
    DropGenerator {
        generator: usize,
    },
    /// Moves a deadline to so much later than now.
    Reschedule {
        timeout: usize,
        delay: Option<f64>,
    },
    // The loop.
    CallSoon {
        handle: usize,
        body: Acts,
        context: Option<usize>,
    },
    CallLater {
        handle: usize,
        delay: f64,
        body: Acts,
    },
    CallAt {
        handle: usize,
        delay: f64,
        body: Acts,
    },
    CancelHandle {
        handle: usize,
    },
    /// Many timers, of which each one in so many is not cancelled at once.
    Timers {
        number: usize,
        kept: NonZeroUsize,
    },
    /// Does something so many iterations later.
    After {
        iterations: u32,
        body: Acts,
    },
    Stop,
    CallHandler,
    // Context variables.
    SetVar {
        variable: usize,
        value: i64,
    },
    GetVar {
        variable: usize,
    },
    ResetVar {
        variable: usize,
    },
    CopyContext {
        context: usize,
    },
    // Locks and queues.
    SetEvent {
        event: usize,
    },
    ClearEvent {
        event: usize,
    },
    Release {
        lock: usize,
    },
    /// Without a number, all are notified.
    Notify {
        condition: usize,
        number: Option<usize>,
    },
    /// Counts up what the predicates of conditions ask for.
    Count,
    PutNowait {
        queue: usize,
        item: i64,
    },
    GetNowait {
        queue: usize,
    },
    TaskDone {
        queue: usize,
    },
    Shutdown {
        queue: usize,
        immediate: bool,
    },
    /// Shows a repr.
    Show {
        what: Shown,
        number: usize,
    },
}

/// What has a repr.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    Slot,
    Event,
    Lock,
    Queue,
    Barrier,
    Timeout,
    Group,
}

/// What is awaited, gathered, shielded or made a task of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "await", rename_all = "snake_case")]
pub(crate) enum Awaited {
    /// Nothing, if it is empty or might wait for whoever asks.
    Slot {
        slot: usize,
    },
    Coroutine {
        body: Body,
    },
    Sleep {
        delay: f64,
        value: i64,
    },
    Gather {
        children: Vec<Awaited>,
        return_exceptions: bool,
    },
    /// Of what is in a slot, and of something else.
    GatherTwo {
        slot: usize,
        what: Box<Awaited>,
        return_exceptions: bool,
    },
    Shield {
        what: Box<Awaited>,
    },
    WaitFor {
        what: Box<Awaited>,
        timeout: Option<f64>,
    },
    Acquire {
        lock: usize,
    },
    Event {
        event: usize,
    },
    Condition {
        condition: usize,
    },
    /// Until the count is at least that.
    ConditionFor {
        condition: usize,
        count: i64,
    },
    Barrier,
    ResetBarrier,
    AbortBarrier,
    Get {
        queue: usize,
    },
    Put {
        queue: usize,
        item: i64,
    },
    Join {
        queue: usize,
    },
    /// Asks a generator; nothing, if there is none or it might wait for whoever asks.
    Request {
        generator: usize,
        request: Request,
    },
}

impl Awaited {
    /// What it is called in JSON and in traces.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Slot { .. } => "slot",
            Self::Coroutine { .. } => "coroutine",
            Self::Sleep { .. } => "sleep",
            Self::Gather { .. } => "gather",
            Self::GatherTwo { .. } => "gather_two",
            Self::Shield { .. } => "shield",
            Self::WaitFor { .. } => "wait_for",
            Self::Acquire { .. } => "acquire",
            Self::Event { .. } => "event",
            Self::Condition { .. } => "condition",
            Self::ConditionFor { .. } => "condition_for",
            Self::Barrier => "barrier",
            Self::ResetBarrier => "reset_barrier",
            Self::AbortBarrier => "abort_barrier",
            Self::Get { .. } => "get",
            Self::Put { .. } => "put",
            Self::Join { .. } => "join",
            Self::Request { .. } => "request",
        }
    }
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) class: Class,
    pub(crate) text: String,
    /// The members of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<Failure>,
}

/// A class of exceptions, to raise or to catch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Class {
    BaseException,
    Exception,
    CancelledError,
    ExceptionGroup,
    GeneratorExit,
    KeyboardInterrupt,
    RuntimeError,
    StopAsyncIteration,
    SystemExit,
    TimeoutError,
    ValueError,
}

/// `return_when` of `wait`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum When {
    AllCompleted,
    FirstCompleted,
    FirstException,
}
