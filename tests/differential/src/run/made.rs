//! What is awaited: coroutines, and handles of futures and tasks.

use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{Future, Result, Task};

use super::value::Value;
use super::world::{AnyLock, Fiber, World};
use crate::program::Awaited;

/// The level of what waits for no coroutine.
pub(super) const EVERYTHING: u32 = u32::MAX;

pub(super) type Coroutine = Pin<Box<dyn StdFuture<Output = Result<Value>>>>;

/// A future or a task of one of the types that programs make.
#[derive(Clone)]
pub(super) enum Handle {
    One(Future<Value>),
    Task(Task<Value>),
    /// Of `gather`.
    Many(Future<Vec<Value>>),
    /// Of `gather` with `return_exceptions`.
    Each(Future<Vec<Result<Value>>>),
    /// Of `gather` of two, each with a type of its own.
    Two(Future<(Value, Value)>),
    EachOfTwo(Future<(Result<Value>, Result<Value>)>),
}

/// Does the same with a handle of any type.
macro_rules! with_handle {
    ($handle:expr, $future:ident => $body:expr) => {
        match $handle {
            Handle::One($future) => $body,
            Handle::Task($future) => $body,
            Handle::Many($future) => $body,
            Handle::Each($future) => $body,
            Handle::Two($future) => $body,
            Handle::EachOfTwo($future) => $body,
        }
    };
}

impl Handle {
    pub(super) fn any(&self) -> asyncio::AnyFuture {
        match self {
            Self::One(future) => future.any(),
            Self::Task(task) => Future::any(task),
            Self::Many(future) => future.any(),
            Self::Each(future) => future.any(),
            Self::Two(future) => future.any(),
            Self::EachOfTwo(future) => future.any(),
        }
    }

    /// Tells whether the future is done, and a task's count.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Task(task) => format!("{} cancelling {}", self.state(), task.cancelling()),
            _ => self.state().to_owned(),
        }
    }

    pub(super) fn state(&self) -> &'static str {
        let future = self.any();
        match (future.cancelled(), future.done()) {
            (true, _) => "cancelled",
            (false, true) => "done",
            (false, false) => "pending",
        }
    }

    pub(super) fn result(&self) -> Result<Value> {
        with_handle!(self, future => value(future.result()))
    }

    async fn wait(&self) -> Result<Value> {
        with_handle!(self, future => value(future.await))
    }
}

/// What a number stands for.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) handle: Handle,
    /// The lowest number of a coroutine that it may wait for.
    pub(super) level: u32,
    /// Whether a program may set its result.
    pub(super) plain: bool,
}

/// Something to await.
pub(super) enum Made {
    Coroutine(u32, Coroutine),
    Slot(Slot),
}

impl Made {
    fn new(coroutine: impl StdFuture<Output = Result<Value>> + 'static) -> Self {
        Self::Coroutine(EVERYTHING, Box::pin(coroutine))
    }

    /// A coroutine whose result is no value yet.
    fn of<T: Into<Value>>(coroutine: impl StdFuture<Output = Result<T>> + 'static) -> Self {
        Self::new(async move { value(coroutine.await) })
    }

    fn future(handle: Handle, level: u32) -> Self {
        Self::Slot(Slot { handle, level, plain: false })
    }

    fn level(&self) -> u32 {
        match self {
            Self::Coroutine(level, _) => *level,
            Self::Slot(slot) => slot.level,
        }
    }

    pub(super) async fn wait(self) -> Result<Value> {
        match self {
            Self::Coroutine(_, coroutine) => coroutine.await,
            Self::Slot(slot) => slot.handle.wait().await,
        }
    }

    /// Makes a task of a coroutine.
    pub(super) fn ensure(self) -> Slot {
        let (level, coroutine) = match self {
            Self::Slot(slot) => return slot,
            Self::Coroutine(level, coroutine) => (level, coroutine),
        };
        let future = asyncio::ensure_future(coroutine);
        let handle = future.as_task().map_or(Handle::One(future), Handle::Task);
        Slot { handle, level, plain: false }
    }

    fn shield(self) -> Self {
        match self {
            Self::Coroutine(level, it) => Self::future(Handle::One(asyncio::shield(it)), level),
            Self::Slot(Slot { handle, level, .. }) => {
                let shield = match &handle {
                    Handle::One(future) => Handle::One(asyncio::shield(future)),
                    Handle::Task(task) => Handle::One(asyncio::shield(task)),
                    Handle::Many(future) => Handle::Many(asyncio::shield(future)),
                    Handle::Each(future) => Handle::Each(asyncio::shield(future)),
                    Handle::Two(future) => Handle::Two(asyncio::shield(future)),
                    Handle::EachOfTwo(future) => Handle::EachOfTwo(asyncio::shield(future)),
                };
                Self::future(shield, level)
            }
        }
    }

    fn wait_for(self, timeout: Option<f64>) -> Self {
        let level = self.level();
        let coroutine: Coroutine = Box::pin(async move {
            match self {
                Self::Coroutine(_, coroutine) => asyncio::wait_for(coroutine, timeout).await,
                Self::Slot(slot) => with_handle!(&slot.handle, future => {
                    value(asyncio::wait_for(future, timeout).await)
                }),
            }
        });
        Self::Coroutine(level, coroutine)
    }
}

/// The children of `gather` or `as_completed`: of one type, as Rust's lists are.
pub(super) enum Children {
    Coroutines(Vec<Coroutine>),
    Futures(Vec<Future<Value>>),
}

impl Children {
    fn of(made: Vec<Made>) -> Self {
        if made.iter().any(|made| matches!(made, Made::Slot(_))) {
            return Self::Futures(made.into_iter().map(|made| one(made.ensure())).collect());
        }
        let coroutines = made.into_iter().filter_map(|made| match made {
            Made::Coroutine(_, coroutine) => Some(coroutine),
            Made::Slot(_) => None,
        });
        Self::Coroutines(coroutines.collect())
    }
}

impl World {
    pub(super) fn make(self: &Rc<Self>, fiber: &Fiber, what: &Awaited) -> Made {
        match what {
            Awaited::Slot { slot } => self.make_slot(fiber, *slot),
            Awaited::Coroutine { body } => {
                let (level, coroutine) = self.coroutine(body);
                Made::Coroutine(level, coroutine)
            }
            Awaited::Sleep { delay, value } => Made::of(asyncio::sleep_with(*delay, *value)),
            Awaited::Gather { children, return_exceptions } => {
                self.make_gather(fiber, children, *return_exceptions)
            }
            Awaited::GatherTwo { slot, what, return_exceptions } => {
                let two = [self.make_slot(fiber, *slot), self.make(fiber, what)];
                self.gather_two(two, *return_exceptions)
            }
            Awaited::Shield { what } => self.make(fiber, what).shield(),
            Awaited::WaitFor { what, timeout } => {
                let made = self.make(fiber, what);
                // Without time, a coroutine never starts here, whatever the task factory.
                let eager = self.eager && matches!(made, Made::Coroutine(..));
                made.wait_for(timeout.map(|timeout| if eager { timeout.max(0.1) } else { timeout }))
            }
            Awaited::Request { generator, request } => {
                Made::new(self.request(fiber.level, *generator, request.clone()))
            }
            _ => self.make_primitive(what),
        }
    }

    fn make_slot(&self, fiber: &Fiber, slot: usize) -> Made {
        match self.slot_for(fiber, slot) {
            Some(slot) => Made::Slot(slot),
            None => Made::new(async { Ok(Value::None) }),
        }
    }

    /// What is in a slot, unless a coroutine that waits for it might wait for itself.
    pub(super) fn slot_for(&self, fiber: &Fiber, slot: usize) -> Option<Slot> {
        let slot = self.slots.borrow()[slot].clone();
        slot.filter(|slot| slot.level > fiber.level)
    }

    fn make_gather(self: &Rc<Self>, fiber: &Fiber, children: &[Awaited], exceptions: bool) -> Made {
        let made = children.iter().map(|child| self.make(fiber, child)).collect();
        gather(made, exceptions)
    }

    /// Gathers a future and a coroutine as they are, and anything else as a list.
    fn gather_two(&self, two: [Made; 2], exceptions: bool) -> Made {
        let level = two.iter().map(Made::level).min().unwrap_or(EVERYTHING);
        let (future, coroutine) = match two {
            [
                Made::Slot(Slot { handle: Handle::One(future), .. }),
                Made::Coroutine(_, coroutine),
            ] => (future, coroutine),
            [
                Made::Slot(Slot { handle: Handle::Task(task), .. }),
                Made::Coroutine(_, coroutine),
            ] => (Future::clone(&task), coroutine),
            two => return gather(two.into(), exceptions),
        };
        let handle = match exceptions {
            false => Handle::Two(asyncio::gather((&future, coroutine))),
            true => Handle::EachOfTwo(asyncio::gather_return_exceptions((&future, coroutine))),
        };
        Made::future(handle, level)
    }

    /// Makes the children of `as_completed`.
    pub(super) fn children(self: &Rc<Self>, fiber: &Fiber, children: &[Awaited]) -> Children {
        Children::of(children.iter().map(|child| self.make(fiber, child)).collect())
    }

    fn make_primitive(self: &Rc<Self>, what: &Awaited) -> Made {
        match what {
            Awaited::Acquire { lock } => match &self.locks[*lock] {
                AnyLock::Lock(lock) => Made::of(lock.acquire()),
                AnyLock::Condition(lock) => Made::of(lock.acquire()),
                AnyLock::Semaphore(lock) => Made::of(lock.acquire()),
                AnyLock::Bounded(lock) => Made::of(lock.acquire()),
            },
            Awaited::Event { event } => Made::of(self.events[*event].wait()),
            Awaited::Condition { condition } => Made::of(self.conditions[*condition].wait()),
            Awaited::ConditionFor { condition, count } => {
                let (world, enough) = (Rc::clone(self), *count);
                Made::of(self.conditions[*condition].wait_for(move || {
                    world.note(&format!("count {}", world.count.get()));
                    world.count.get() >= enough
                }))
            }
            Awaited::Barrier => Made::of(self.barrier.wait()),
            Awaited::ResetBarrier => Made::of(self.barrier.reset()),
            Awaited::AbortBarrier => Made::of(self.barrier.abort()),
            Awaited::Get { queue } => Made::of(self.queues[*queue].get()),
            Awaited::Put { queue, item } => {
                let put = self.queues[*queue].put(*item);
                Made::new(async move { Ok(put.await.map(Value::from)?) })
            }
            Awaited::Join { queue } => Made::of(self.queues[*queue].join()),
            _ => unreachable!("made by `make`: {what:?}"),
        }
    }
}

fn gather(made: Vec<Made>, exceptions: bool) -> Made {
    let level = made.iter().map(Made::level).min().unwrap_or(EVERYTHING);
    let handle = match (Children::of(made), exceptions) {
        (Children::Coroutines(list), false) => Handle::Many(asyncio::gather_all(list)),
        (Children::Futures(list), false) => Handle::Many(asyncio::gather_all(&list)),
        (Children::Coroutines(list), true) => {
            Handle::Each(asyncio::gather_all_return_exceptions(list))
        }
        (Children::Futures(list), true) => {
            Handle::Each(asyncio::gather_all_return_exceptions(&list))
        }
    };
    Made::future(handle, level)
}

/// A future of one value: a `gather` is followed by a task.
fn one(slot: Slot) -> Future<Value> {
    match slot.handle {
        Handle::One(future) => future,
        Handle::Task(task) => Future::clone(&task),
        handle => asyncio::ensure_future(async move { handle.wait().await }),
    }
}

fn value<T: Into<Value>>(outcome: Result<T>) -> Result<Value> {
    outcome.map(Into::into)
}
