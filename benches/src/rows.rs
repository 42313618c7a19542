//! What is measured: the rows of the table, and those that show how a cost grows.

use crate::{contenders::Contender, sizes::Size};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
}

impl Unit {
    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Bytes => "bytes",
        }
    }
}

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) program: &'static str,
    pub(crate) size: Size,
    pub(crate) unit: Unit,
    /// Whether it can be said in Python.
    pub(crate) python: bool,
}

/// A cost at growing numbers of what is alive.
pub(crate) struct Scaling {
    pub(crate) name: &'static str,
    program: &'static str,
    operations: u32,
}

/// How many tasks or timers are alive in a row on scaling.
pub(crate) const ALIVE: [u32; 4] = [10, 1000, 100_000, 1_000_000];

pub(crate) const SCALING: [Scaling; 4] = [
    scaling("create and await one of N tasks", "tasks", 1_000_000),
    scaling("`sleep(0)` among N tasks", "yields", 10_000_000),
    scaling("insert and cancel one of N timers", "timers_cancel", 1_000_000),
    scaling("insert and run one of N due timers", "timers_due", 1_000_000),
];

const fn scaling(name: &'static str, program: &'static str, operations: u32) -> Scaling {
    Scaling { name, program, operations }
}

impl Scaling {
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        ALIVE.into_iter().map(|alive| {
            let name = format!("{}, N = {}", self.name, grouped(alive));
            row(&name, self.program, self.operations, alive)
        })
    }
}

fn row(name: &str, program: &'static str, operations: u32, alive: u32) -> Row {
    let (size, unit) = (Size::new(operations, alive), Unit::Nanoseconds);
    Row { name: name.to_owned(), program, size, unit, python: true }
}

fn bytes(name: &str, program: &'static str) -> Row {
    Row { unit: Unit::Bytes, ..row(name, program, 1, 1_000_000) }
}

/// The rows of the table, in its order.
pub(crate) fn rows() -> Vec<Row> {
    vec![
        row("`call_soon` and run", "callbacks", 5_000_000, 1),
        row("create a task and await it", "tasks", 1_000_000, 1000),
        row("`sleep(0)`", "yields", 10_000_000, 1000),
        row("future set by another task", "futures", 1_000_000, 1),
        row("bounded queue, an item", "queue", 2_000_000, 1),
        row("ping-pong over two queues of 1", "ping_pong", 500_000, 1),
        row("contended lock, with a yield", "lock", 500_000, 100),
        row("timeout set and not reached", "timeouts", 1_000_000, 1),
        bytes("a sleeping task", "bytes_sleeping"),
        bytes("a task that waits for a future", "bytes_waiting"),
        row("`gather` of 10", "gather", 1_000_000, 10),
        row("`gather` of 1 000", "gather", 1_000_000, 1000),
        row("`gather` of 100 000", "gather", 1_000_000, 100_000),
        row("`TaskGroup` of 1 000", "task_group", 1_000_000, 1000),
        row("`wait_for` that is not reached", "wait_for", 1_000_000, 1),
        row("`call_later` and fire, of 1 000 000", "timers_fire", 1_000_000, 1_000_000),
        row("`call_later` and cancel, of 1 000 000", "timers_cancel", 1_000_000, 1_000_000),
        row("one of 100 000 sleeps of mixed length", "sleeps", 100_000, 100_000),
        row("semaphore of 10 among 100 tasks", "semaphore", 500_000, 100),
        row("event, one of 1 000 waiters", "event", 1_000_000, 1000),
        row("cancel one of 100 000 waiting tasks", "cancel", 100_000, 100_000),
        row("`call_soon_threadsafe`, throughput", "threadsafe", 1_000_000, 1),
        row("`call_soon_threadsafe`, there and back", "threadsafe_latency", 20_000, 1),
        Row { python: false, ..row("a channel of tokio, an item", "foreign", 2_000_000, 1) },
        row("start-up of `run` with nothing to do", "start_up", 1000, 1),
        row("debug mode: `call_soon` and run", "callbacks_debug", 1_000_000, 1),
        row("debug mode: create a task and await it", "tasks_debug", 500_000, 1000),
        row("debug mode: `sleep(0)`", "yields_debug", 1_000_000, 1000),
    ]
}

/// The number with its digits in groups of three.
pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Fails if a contender has a program that no row asks for, which may be a slip of the pen.
pub(crate) fn check(contenders: &[Contender]) {
    let mut asked: Vec<&str> = rows().iter().map(|row| row.program).collect();
    asked.extend(SCALING.iter().map(|scaling| scaling.program));
    for contender in contenders {
        for name in contender.program_names() {
            assert!(asked.contains(&name), "no row asks for {name} on {}", contender.name);
        }
    }
}
