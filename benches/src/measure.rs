//! Reading the clocks and the memory, and the median.

use std::{fs, process, time::Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::sizes::Size;

/// What runs a contender's program: nanoseconds an operation, or bytes a task.
pub(crate) type Program = fn(Size) -> f64;

/// Programs by the name that rows know them by.
pub(crate) type Programs = Vec<(&'static str, Program)>;

/// Time that passes.
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn nanoseconds_each(&self, operations: u32) -> f64 {
        self.0.elapsed().as_secs_f64() * 1e9 / f64::from(operations)
    }
}

/// Time that this process computes, all threads together: waiting is free.
pub(crate) struct ProcessorWatch(f64);

impl ProcessorWatch {
    pub(crate) fn start() -> Self {
        Self(processor_nanoseconds())
    }

    pub(crate) fn nanoseconds_each(&self, operations: u32) -> f64 {
        (processor_nanoseconds() - self.0) / f64::from(operations)
    }
}

fn processor_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// The memory of this process that is in RAM; Linux only, elsewhere not a number.
pub(crate) fn resident_bytes() -> f64 {
    const PAGE_BYTES: f64 = 4096.0;
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok());
    pages.map_or(f64::NAN, |pages| pages * PAGE_BYTES)
}

/// Ends a single measurement; what still runs in the loop is left behind.
pub(crate) fn report(figure: f64) -> ! {
    println!("{figure}");
    process::exit(0)
}

/// Ends the measurement of what `tasks` tasks take beyond what there was before.
pub(crate) fn report_bytes_each(before: f64, tasks: u32) -> ! {
    report((resident_bytes() - before) / f64::from(tasks))
}

pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
