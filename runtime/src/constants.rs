//! Numbers that asyncio's parts share; mirrors `constants.py`.

/// How long, in seconds, `asyncio.run()` gives the default executor to join its threads.
pub const THREAD_JOIN_TIMEOUT: f64 = 300.0;

/// The longest that one `select` may block, in seconds (24 hours).
pub(crate) const MAXIMUM_SELECT_TIMEOUT: f64 = 24.0 * 3600.0;

/// Above this many timers, counted in handles, cancelled ones are swept out of the heap together.
pub(crate) const MIN_SCHEDULED_TIMER_HANDLES: usize = 100;

/// The share of cancelled timers that a sweep needs.
pub(crate) const MIN_CANCELLED_TIMER_HANDLES_FRACTION: f64 = 0.5;

/// The resolution of the loop's clock, in seconds.
pub(crate) const CLOCK_RESOLUTION: f64 = 1e-9;

/// In debug mode a callback that takes this long, in seconds, is reported.
pub(crate) const SLOW_CALLBACK_DURATION: f64 = 0.1;
