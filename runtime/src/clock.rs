//! The one clock of a loop: the system's monotonic one, or a virtual one for tests.

use std::cell::Cell;

use crate::sys;

pub(crate) enum Clock {
    Monotonic,
    /// Seconds; moves only when the loop has nothing to do until its next timer.
    Virtual(Cell<f64>),
}

impl Clock {
    pub(crate) fn monotonic() -> Self {
        Self::Monotonic
    }

    pub(crate) fn virtual_() -> Self {
        Self::Virtual(Cell::new(0.0))
    }

    /// The time now, in seconds.
    pub(crate) fn time(&self) -> f64 {
        match self {
            Self::Monotonic => sys::monotonic(),
            Self::Virtual(now) => now.get(),
        }
    }
}

/// The distance from `x` to the next larger float: Python's `math.ulp` for a time.
pub(crate) fn ulp(x: f64) -> f64 {
    x.abs().next_up() - x.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ulp_is_pythons() {
        assert_eq!(ulp(1.0), 2.220446049250313e-16);
        assert_eq!(ulp(0.0), 5e-324);
        assert_eq!(ulp(86400.5), 1.4551915228366852e-11);
    }
}
