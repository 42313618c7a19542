//! How much of each thing a measurement does, the same for all contenders.

/// What a row asks of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// How often the measured thing happens, a multiple of `alive`.
    pub(crate) operations: u32,
    /// Tasks, timers or waiters that there are at the same time.
    pub(crate) alive: u32,
}

impl Size {
    pub(crate) const fn new(operations: u32, alive: u32) -> Self {
        let rounds = if operations < alive { 1 } else { operations / alive };
        Self { operations: rounds * alive, alive }
    }

    /// How often each of those that are alive does its part.
    pub(crate) const fn rounds(self) -> u32 {
        self.operations / self.alive
    }

    /// The same with fewer operations, and as many alive.
    pub(crate) const fn divided(self, divisor: u32) -> Self {
        Self::new(self.operations / divisor, self.alive)
    }
}

/// Items that a bounded queue takes.
pub(crate) const QUEUE: usize = 100;
/// Tasks that a semaphore lets in.
pub(crate) const PERMITS: usize = 10;
/// When the first of many timers is due, in seconds: all are there by then.
pub(crate) const AHEAD: f64 = 1.0;
/// A timeout that is not reached, in seconds.
pub(crate) const FAR: f64 = 10.0;

/// Delays in seconds up to a tenth, all different and in no order.
pub(crate) fn delays(count: u32) -> impl Iterator<Item = f64> {
    let mixed = move |number| u64::from(number) * 7919 % u64::from(count);
    (0..count).map(move |number| mixed(number) as f64 / f64::from(count) / 10.0)
}

/// The sum of the numbers that a queue was given.
pub(crate) fn sum(items: u32) -> u64 {
    u64::from(items) * u64::from(items - 1) / 2
}
