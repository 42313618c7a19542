//! How much of each thing a measurement does, the same for all contenders.

pub(crate) const CALLBACKS: u32 = 5_000_000;
/// Tasks that are alive at the same time, unless a row says otherwise.
pub(crate) const BATCH: u32 = 1000;
pub(crate) const TASKS: u32 = 1_000_000;
pub(crate) const YIELDS: u32 = 10_000_000;
pub(crate) const FUTURES: u32 = 1_000_000;
pub(crate) const TIMEOUTS: u32 = 1_000_000;
pub(crate) const ITEMS: u32 = 2_000_000;
pub(crate) const QUEUE: usize = 100;
pub(crate) const ROUNDS: u32 = 500_000;
/// Tasks that contend for a lock.
pub(crate) const RIVALS: u32 = 100;
pub(crate) const SLEEPS: u32 = 200_000;
pub(crate) const SLEEPING: u32 = 1_000_000;

/// Delays in seconds, all different and in no order, over before the loop is done with
/// them, so that the row shows work and not waiting.
pub(crate) fn delays() -> impl Iterator<Item = f64> {
    (0..SLEEPS).map(|number| f64::from(number * 7919 % SLEEPS) / 1e7)
}
