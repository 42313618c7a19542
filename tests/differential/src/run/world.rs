//! All that the coroutines of one program share.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio::{
    AnyTask, Barrier, BoundedSemaphore, CallbackId, Condition, Context, ContextVar, Event,
    EventLoop, GeneratorExit, Handle, LifoQueue, Lock, PriorityQueue, Queue, Result, RuntimeError,
    Semaphore, Task, TaskGroup, TaskOptions, Timeout, TimerHandle, Token,
};

use super::generators::{Agen, Known};
use super::made::{Coroutine, Handle as Awaitable, Slot};
use super::steps::Way;
use super::trace::Trace;
use super::value::Value;
use crate::program::{
    Acts, Body, CALLBACKS, CONDITIONS, CONTEXTS, EVENTS, GENERATORS, GROUPS, HANDLES, SLOTS,
    TIMEOUTS, VARIABLES,
};

pub(super) static VARIABLE: [ContextVar<i64>; VARIABLES] =
    [ContextVar::new("v0"), ContextVar::new("v1")];

/// A lock of any kind.
pub(super) enum AnyLock {
    Lock(Lock),
    Condition(Condition),
    Semaphore(Semaphore),
    Bounded(BoundedSemaphore),
}

/// Does the same with a lock of any kind.
macro_rules! with_lock {
    ($any:expr, $lock:ident => $body:expr) => {
        match $any {
            AnyLock::Lock($lock) => $body,
            AnyLock::Condition($lock) => $body,
            AnyLock::Semaphore($lock) => $body,
            AnyLock::Bounded($lock) => $body,
        }
    };
}
pub(super) use with_lock;

/// What `call_soon` and its kin return.
pub(super) enum AnyHandle {
    Soon(Handle),
    Timer(TimerHandle),
}

pub(super) struct World {
    pub(super) loop_: EventLoop,
    trace: Rc<Trace>,
    /// Whether the loop has the eager task factory.
    pub(super) eager: bool,
    fibers: Cell<u32>,
    callbacks_made: Cell<u32>,
    pub(super) managers: Cell<u32>,
    pub(super) count: Cell<i64>,
    pub(super) slots: RefCell<[Option<Slot>; SLOTS]>,
    replaced: RefCell<Vec<Slot>>,
    pub(super) callbacks: RefCell<[Option<CallbackId>; CALLBACKS]>,
    pub(super) handles: RefCell<[Option<AnyHandle>; HANDLES]>,
    pub(super) timeouts: RefCell<[Option<Timeout>; TIMEOUTS]>,
    pub(super) groups: RefCell<[Option<TaskGroup>; GROUPS]>,
    pub(super) generators: RefCell<[Option<Known>; GENERATORS]>,
    /// The generators that may refuse to be closed.
    pub(super) kept: RefCell<Vec<Agen>>,
    pub(super) tokens: RefCell<[Option<Rc<Token<i64>>>; VARIABLES]>,
    pub(super) contexts: RefCell<[Context; CONTEXTS]>,
    pub(super) events: [Event; EVENTS],
    pub(super) conditions: [Condition; CONDITIONS],
    pub(super) locks: Vec<AnyLock>,
    pub(super) barrier: Barrier,
    pub(super) queues: Vec<Queue<i64>>,
}

/// Who does something, and the number below which it may wait for nothing.
#[derive(Clone)]
pub(super) struct Fiber {
    pub(super) who: String,
    pub(super) level: u32,
}

impl World {
    pub(super) fn new(loop_: &EventLoop, trace: &Rc<Trace>, eager: bool) -> Rc<Self> {
        let lock = Lock::new();
        let conditions = [Condition::new(), Condition::with_lock(&lock)];
        let [one, two] = conditions.clone().map(AnyLock::Condition);
        Rc::new(Self {
            loop_: loop_.clone(),
            trace: Rc::clone(trace),
            eager,
            fibers: Cell::new(0),
            callbacks_made: Cell::new(0),
            managers: Cell::new(0),
            count: Cell::new(0),
            slots: RefCell::default(),
            replaced: RefCell::default(),
            callbacks: RefCell::default(),
            handles: RefCell::default(),
            timeouts: RefCell::default(),
            groups: RefCell::default(),
            generators: RefCell::default(),
            kept: RefCell::default(),
            tokens: RefCell::default(),
            contexts: RefCell::new([asyncio::copy_context(), asyncio::copy_context()]),
            events: [Event::new(), Event::new()],
            conditions,
            locks: vec![
                AnyLock::Lock(lock),
                AnyLock::Lock(Lock::new()),
                one,
                two,
                AnyLock::Semaphore(Semaphore::new(1)),
                AnyLock::Bounded(BoundedSemaphore::new(2)),
            ],
            barrier: Barrier::new(2),
            queues: vec![
                Queue::new(1),
                Queue::new(0),
                Queue::clone(&PriorityQueue::new(2)),
                Queue::clone(&LifoQueue::new(0)),
            ],
        })
    }

    pub(super) fn note(&self, text: &str) {
        self.trace.note(text);
    }

    pub(super) fn attempt<T: Into<Value>>(
        &self,
        label: &str,
        function: impl FnOnce() -> Result<T>,
    ) {
        self.trace.attempt(label, function);
    }

    pub(super) fn outcome(&self, label: &str, outcome: Result<Value>) {
        self.trace.outcome(label, outcome);
    }

    /// The number of a new coroutine or generator.
    pub(super) fn next_level(&self) -> u32 {
        self.fibers.update(|fibers| fibers + 1);
        self.fibers.get()
    }

    /// Makes a coroutine, which has a number.
    pub(super) fn coroutine(self: &Rc<Self>, body: &Body) -> (u32, Coroutine) {
        let level = self.next_level();
        let (world, body) = (Rc::clone(self), Body::clone(body));
        let coroutine = async move {
            let fiber = Fiber { who: format!("f{level}"), level };
            world.live(&fiber, &body).await
        };
        (level, Box::pin(coroutine))
    }

    async fn live(self: &Rc<Self>, fiber: &Fiber, body: &Body) -> Result<Value> {
        let who = &fiber.who;
        self.note(&format!("{who} starts"));
        match self.run(fiber, body).await {
            Ok(left) => {
                let value = match left {
                    Way::Return(value) => value,
                    Way::On | Way::Break | Way::Continue => Value::None,
                };
                self.note(&format!("{who} returns {value:?}"));
                Ok(value)
            }
            Err(error) => {
                self.note(&format!("{who} failed with {error:?}"));
                if error.is::<GeneratorExit>() {
                    // In Python, as the exception of a task it would close the coroutines
                    // that await that.
                    return Err(RuntimeError("GeneratorExit"));
                }
                Err(error)
            }
        }
    }

    /// Does something so many iterations later.
    pub(super) fn hop(
        self: &Rc<Self>,
        iterations: u32,
        callback: impl FnOnce() -> Result<()> + 'static,
    ) {
        let world = Rc::clone(self);
        let callback: Box<dyn FnOnce() -> Result<()>> = Box::new(callback);
        self.loop_.call_soon(move || match iterations {
            0 => callback(),
            _ => {
                world.hop(iterations - 1, callback);
                Ok(())
            }
        });
    }

    /// Makes a callback, which has a number.
    pub(super) fn callback(self: &Rc<Self>, body: &Acts) -> impl FnOnce() -> Result<()> + use<> {
        self.callbacks_made.update(|made| made + 1);
        let who = format!("c{}", self.callbacks_made.get());
        let (world, body) = (Rc::clone(self), Acts::clone(body));
        move || {
            world.note(&format!("{who} runs"));
            let fiber = Fiber { who, level: 0 };
            body.iter().try_for_each(|act| world.act(&fiber, act))
        }
    }

    /// A task's options: its name is its coroutine's.
    pub(super) fn options(level: u32, eager: Option<bool>) -> TaskOptions {
        let options = TaskOptions::new().name(format!("t{level}"));
        match eager {
            Some(eager) => options.eager_start(eager),
            None => options,
        }
    }

    /// A context that was copied before.
    pub(super) fn context(&self, number: usize) -> Context {
        self.contexts.borrow()[number].clone()
    }

    pub(super) fn put(&self, slot: usize, task: Task<Value>, level: u32) {
        self.replace(slot, Slot { handle: Awaitable::Task(task), level, plain: false });
    }

    /// Fills a slot. What was there is kept: a failure is reported with the last handle, and
    /// that is not when Python's collector comes.
    pub(super) fn replace(&self, slot: usize, value: Slot) {
        let before = self.slots.borrow_mut()[slot].replace(value);
        self.replaced.borrow_mut().extend(before);
    }

    /// The current task's count of requests to cancel it.
    pub(super) fn requests() -> String {
        format!(" cancelling {}", current_task().map_or(0, |task| task.cancelling()))
    }

    /// Ends what the program could wait for, as nothing else will.
    pub(super) fn rescue(&self) {
        let slots = self.slots.borrow().clone();
        for slot in slots.iter().flatten().filter(|slot| slot.plain) {
            if let Awaitable::One(future) = &slot.handle
                && !future.done()
            {
                self.expect(future.set_result(Value::Int(0)));
            }
        }
        self.events.iter().for_each(Event::set);
        for condition in self.conditions.iter().filter(|condition| condition.locked()) {
            self.expect(condition.notify_all());
        }
        self.queues.iter().for_each(|queue| queue.shutdown(false));
    }

    fn expect(&self, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.note(&format!("rescue raised {error:?}"));
        }
    }

    /// Lets go of everything, so that what was lost is reported.
    ///
    /// Tasks and callbacks own the world, and the world owns them.
    pub(super) fn forget(&self) {
        drop((self.slots.take(), self.replaced.take()));
        drop(self.handles.take());
        drop(self.timeouts.take());
        drop(self.groups.take());
        drop((self.generators.take(), self.kept.take()));
        drop(self.tokens.take());
    }

    /// Tells how far that is what is in the slots.
    pub(super) fn describe_slots(&self, wanted: impl Fn(&Slot) -> bool) {
        let slots = self.slots.borrow().clone();
        for (number, slot) in slots.iter().enumerate() {
            if let Some(slot) = slot
                && wanted(slot)
            {
                self.note(&format!("slot {number} {}", slot.handle.describe()));
            }
        }
    }
}

/// Calls what panics where Python raises; the exception is that of Python.
pub(super) fn caught<T>(function: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(function)).map_err(asyncio::__private::raised)
}

pub(super) fn current_task() -> Option<AnyTask> {
    asyncio::_get_running_loop().and_then(|_| asyncio::current_task())
}
