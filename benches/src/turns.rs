//! Takes the measurements of a row: the contenders in turn, each time in a new process.

use crate::{contenders::Contender, measure::median, rows::Row};

/// How thorough the measurements are.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Measurements a contender.
    pub(crate) rounds: usize,
    /// By how much the number of operations is divided.
    pub(crate) divisor: u32,
}

impl Effort {
    pub(crate) const FULL: Self = Self { rounds: 5, divisor: 1 };
    pub(crate) const QUICK: Self = Self { rounds: 1, divisor: 20 };
}

/// A row and all its figures.
pub(crate) struct Measured {
    pub(crate) row: Row,
    /// For each contender what it took each time; nothing if it does not take part.
    pub(crate) figures: Vec<Vec<f64>>,
}

impl Measured {
    pub(crate) fn medians(&self) -> Vec<Option<f64>> {
        let median_of = |figures: &Vec<f64>| (!figures.is_empty()).then(|| median(figures));
        self.figures.iter().map(median_of).collect()
    }
}

pub(crate) fn measure(row: &Row, contenders: &[Contender], effort: Effort) -> Measured {
    let mut figures = vec![Vec::new(); contenders.len()];
    for _ in 0..effort.rounds {
        for (contender, figures) in contenders.iter().zip(&mut figures) {
            if contender.has(row.program, row.python) {
                figures.push(contender.measure(row.program, row.size.divided(effort.divisor)));
            }
        }
    }
    Measured { row: row.clone(), figures }
}
