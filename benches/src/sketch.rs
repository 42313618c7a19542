//! The yardstick: the hot path of such an event loop and nothing else. There is no
//! cancellation, no error, no context, no other thread and no I/O, so that what it
//! costs is what the design costs at the least.
#![expect(
    unsafe_code,
    reason = "a coroutine in the one allocation of its task, and a borrowed task while it is polled"
)]

use std::{
    cell::{Cell, OnceCell, RefCell, UnsafeCell},
    collections::VecDeque,
    future::Future as StdFuture,
    mem::{self, ManuallyDrop},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

/// As in CPython, a heap of this many timers is purged once half of them are cancelled.
const MIN_TIMERS_TO_PURGE: usize = 100;

/// What the ready queue holds.
trait Handle {
    fn run(self: Rc<Self>);
}

type Ready = Rc<dyn Handle>;

trait Timer: Handle {
    fn cancelled(&self) -> bool;
}

type Scheduled = (f64, Rc<dyn Timer>);

struct Loop {
    ready: RefCell<VecDeque<Ready>>,
    timers: RefCell<Vec<Scheduled>>,
    cancelled_timers: Cell<usize>,
    /// The task that is being polled; its `run` owns it for so long.
    current: Cell<Option<*const dyn Handle>>,
    /// Whether that task wants to go on in the next iteration.
    yielded: Cell<bool>,
    start: OnceCell<Instant>,
}

thread_local! {
    // Without a destructor an access is a plain read.
    static LOOP: ManuallyDrop<Loop> = const {
        ManuallyDrop::new(Loop {
            ready: RefCell::new(VecDeque::new()),
            timers: RefCell::new(Vec::new()),
            cancelled_timers: Cell::new(0),
            current: Cell::new(None),
            yielded: Cell::new(false),
            start: OnceCell::new(),
        })
    };
}

impl Loop {
    fn push(&self, handle: Ready) {
        self.ready.borrow_mut().push_back(handle);
    }

    /// What wakes the task that is being polled.
    fn current(&self) -> Option<Ready> {
        let task = self.current.get()?;
        // SAFETY: the pointer comes from an `Rc`, which lives as long as it stands here.
        unsafe {
            Rc::increment_strong_count(task);
            Some(Rc::from_raw(task))
        }
    }

    fn time(&self) -> f64 {
        self.start.get_or_init(Instant::now).elapsed().as_secs_f64()
    }

    /// Runs one iteration; false if there is nothing left to wait for.
    fn run_once(&self) -> bool {
        let timers = !self.timers.borrow().is_empty();
        if timers {
            self.purge_timers();
            self.wait();
            self.queue_due_timers();
        }
        let count = self.ready.borrow().len();
        for _ in 0..count {
            let Some(handle) = self.ready.borrow_mut().pop_front() else {
                break;
            };
            handle.run();
        }
        timers || count > 0
    }

    fn purge_timers(&self) {
        let mut timers = self.timers.borrow_mut();
        let cancelled = self.cancelled_timers.get();
        if timers.len() > MIN_TIMERS_TO_PURGE && 2 * cancelled > timers.len() {
            timers.retain(|(_, timer)| !timer.cancelled());
            heap::build(&mut timers);
            self.cancelled_timers.set(0);
        }
        while timers.first().is_some_and(|(_, timer)| timer.cancelled()) {
            heap::pop(&mut timers);
            self.cancelled_timers.update(|count| count - 1);
        }
    }

    fn wait(&self) {
        if !self.ready.borrow().is_empty() {
            return;
        }
        let timers = self.timers.borrow();
        let delay = timers.first().map_or(0.0, |(when, _)| when - self.time());
        if delay > 0.0 {
            thread::sleep(Duration::from_secs_f64(delay));
        }
    }

    fn queue_due_timers(&self) {
        let mut timers = self.timers.borrow_mut();
        let end = self.time() + 1e-9;
        while timers.first().is_some_and(|(when, _)| *when < end) {
            let (_, timer) = heap::pop(&mut timers);
            self.push(timer);
        }
    }
}

/// The algorithms of Python's `heapq`.
mod heap {
    use super::Scheduled;

    pub(super) fn push(heap: &mut Vec<Scheduled>, item: Scheduled) {
        heap.push(item);
        let last = heap.len() - 1;
        rise(heap, 0, last);
    }

    pub(super) fn pop(heap: &mut Vec<Scheduled>) -> Scheduled {
        let first = heap.swap_remove(0);
        sink(heap, 0);
        first
    }

    pub(super) fn build(heap: &mut [Scheduled]) {
        for at in (0..heap.len() / 2).rev() {
            sink(heap, at);
        }
    }

    fn rise(heap: &mut [Scheduled], start: usize, mut at: usize) {
        while at > start {
            let parent = (at - 1) / 2;
            if heap[at].0 >= heap[parent].0 {
                break;
            }
            heap.swap(at, parent);
            at = parent;
        }
    }

    fn sink(heap: &mut [Scheduled], start: usize) {
        let mut at = start;
        let mut child = 2 * at + 1;
        while child < heap.len() {
            let right = child + 1;
            if right < heap.len() && heap[child].0 >= heap[right].0 {
                child = right;
            }
            heap.swap(at, child);
            at = child;
            child = 2 * at + 1;
        }
        rise(heap, start, at);
    }
}

struct Callback<F>(Cell<Option<F>>);

impl<F: FnOnce()> Handle for Callback<F> {
    fn run(self: Rc<Self>) {
        if let Some(function) = self.0.take() {
            function();
        }
    }
}

pub(crate) fn call_soon(function: impl FnOnce() + 'static) {
    LOOP.with(|event_loop| event_loop.push(Rc::new(Callback(Cell::new(Some(function))))));
}

pub(crate) struct TimerHandle<F>(Cell<Option<F>>);

impl<F: FnOnce()> Handle for TimerHandle<F> {
    fn run(self: Rc<Self>) {
        if let Some(function) = self.0.take() {
            function();
        }
    }
}

impl<F: FnOnce()> Timer for TimerHandle<F> {
    fn cancelled(&self) -> bool {
        let function = self.0.take();
        let cancelled = function.is_none();
        self.0.set(function);
        cancelled
    }
}

impl<F> TimerHandle<F> {
    pub(crate) fn cancel(&self) {
        if self.0.take().is_some() {
            LOOP.with(|event_loop| event_loop.cancelled_timers.update(|count| count + 1));
        }
    }
}

pub(crate) fn call_later<F: FnOnce() + 'static>(delay: f64, function: F) -> Rc<TimerHandle<F>> {
    let handle = Rc::new(TimerHandle(Cell::new(Some(function))));
    LOOP.with(|event_loop| {
        let when = event_loop.time() + delay;
        heap::push(&mut event_loop.timers.borrow_mut(), (when, handle.clone()));
    });
    handle
}

/// A result to come, and who waits for it: mostly one, whose place is inline.
struct Outcome<T> {
    value: Cell<Option<T>>,
    done: Cell<bool>,
    first_waiter: Cell<Option<Ready>>,
    more_waiters: RefCell<Vec<Ready>>,
}

impl<T> Outcome<T> {
    fn new() -> Self {
        Self {
            value: Cell::new(None),
            done: Cell::new(false),
            first_waiter: Cell::new(None),
            more_waiters: RefCell::new(Vec::new()),
        }
    }

    fn set(&self, value: T) {
        self.value.set(Some(value));
        self.done.set(true);
        let Some(first) = self.first_waiter.take() else {
            return;
        };
        LOOP.with(|event_loop| {
            event_loop.push(first);
            for waiter in mem::take(&mut *self.more_waiters.borrow_mut()) {
                event_loop.push(waiter);
            }
        });
    }

    fn add_waiter(&self, waiter: Ready) {
        match self.first_waiter.take() {
            None => self.first_waiter.set(Some(waiter)),
            first => {
                self.first_waiter.set(first);
                self.more_waiters.borrow_mut().push(waiter);
            }
        }
    }
}

/// Waits for an outcome and takes it.
pub(crate) struct Wait<'a, T>(&'a Outcome<T>);

impl<T> StdFuture for Wait<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let outcome = self.0;
        if outcome.done.get() {
            return Poll::Ready(outcome.value.take().expect("one waits for it"));
        }
        if let Some(task) = LOOP.with(|event_loop| event_loop.current()) {
            outcome.add_waiter(task);
        }
        Poll::Pending
    }
}

pub(crate) struct Future<T>(Rc<Outcome<T>>);

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Future<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::new(Outcome::new()))
    }

    pub(crate) fn set_result(&self, value: T) {
        self.0.set(value);
    }

    pub(crate) fn wait(&self) -> Wait<'_, T> {
        Wait(&self.0)
    }
}

struct TaskCell<F: StdFuture> {
    outcome: Outcome<F::Output>,
    /// Whether it may be polled: false while it is, and when it has ended.
    idle: Cell<bool>,
    coroutine: UnsafeCell<Option<F>>,
}

impl<F: StdFuture + 'static> Handle for TaskCell<F> {
    fn run(self: Rc<Self>) {
        if !self.idle.replace(false) {
            return;
        }
        // SAFETY: the cell stands in an `Rc` and nothing moves the coroutine out of it;
        // it was idle, so that there is no other reference to the coroutine.
        let mut slot = unsafe { Pin::new_unchecked(&mut *self.coroutine.get()) };
        let Some(coroutine) = slot.as_mut().as_pin_mut() else {
            return;
        };
        let task: *const Self = Rc::as_ptr(&self);
        LOOP.with(|event_loop| event_loop.current.set(Some(task)));
        let poll = coroutine.poll(&mut Context::from_waker(Waker::noop()));
        LOOP.with(|event_loop| event_loop.current.set(None));
        if let Poll::Ready(value) = poll {
            slot.set(None);
            self.outcome.set(value);
            return;
        }
        self.idle.set(true);
        LOOP.with(|event_loop| {
            if event_loop.yielded.take() {
                event_loop.push(self);
            }
        });
    }
}

trait HasOutcome<T> {
    fn outcome(&self) -> &Outcome<T>;
}

impl<F: StdFuture> HasOutcome<F::Output> for TaskCell<F> {
    fn outcome(&self) -> &Outcome<F::Output> {
        &self.outcome
    }
}

pub(crate) struct Task<T>(Rc<dyn HasOutcome<T>>);

impl<T> Task<T> {
    pub(crate) fn wait(&self) -> Wait<'_, T> {
        Wait(self.0.outcome())
    }
}

pub(crate) fn create_task<F: StdFuture + 'static>(coroutine: F) -> Task<F::Output> {
    let cell = Rc::new(TaskCell {
        outcome: Outcome::new(),
        idle: Cell::new(true),
        coroutine: UnsafeCell::new(Some(coroutine)),
    });
    LOOP.with(|event_loop| event_loop.push(cell.clone()));
    Task(cell)
}

/// Python's `sleep(0)`: lets the others run, and goes on in the next iteration.
pub(crate) struct Yield {
    yielded: bool,
}

pub(crate) fn yield_now() -> Yield {
    Yield { yielded: false }
}

impl StdFuture for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        LOOP.with(|event_loop| event_loop.yielded.set(true));
        Poll::Pending
    }
}

pub(crate) async fn sleep(delay: f64) {
    let future = Future::new();
    let setter = future.clone();
    let timer = call_later(delay, move || setter.set_result(()));
    future.wait().await;
    timer.cancel();
}

/// Runs a coroutine and all it started to their end.
pub(crate) fn run<T: 'static>(main: impl StdFuture<Output = T> + 'static) -> T {
    let task = create_task(main);
    LOOP.with(|event_loop| while event_loop.run_once() {});
    task.0.outcome().value.take().expect("nothing is left to run")
}
