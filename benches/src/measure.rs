//! Reading the clock and the memory, and the median.

use std::{fs, time::Instant};

pub(crate) fn nanoseconds(start: Instant, operations: u32) -> f64 {
    start.elapsed().as_secs_f64() * 1e9 / f64::from(operations)
}

/// The memory of this process that is in RAM; Linux only, elsewhere not a number.
pub(crate) fn resident_bytes() -> f64 {
    const PAGE_BYTES: f64 = 4096.0;
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok());
    pages.map_or(f64::NAN, |pages| pages * PAGE_BYTES)
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
