//! How a row compares with the others, and what it is to reach.

use crate::{
    contenders::{Contender, Kind},
    rows::Unit,
    turns::Measured,
};

/// What our figure may be of the fastest peer's, or of the sketch's, whichever is more.
const OF_PEER: f64 = 0.6;
const OF_SKETCH: f64 = 1.5;
/// What our time may be of uvloop's.
const OF_UVLOOP: f64 = 0.1;
const MOST_BYTES: f64 = 200.0;

/// Our figure as parts of the others'.
pub(crate) struct Ratios {
    pub(crate) ours: f64,
    pub(crate) to_peer: Option<f64>,
    pub(crate) to_sketch: Option<f64>,
    pub(crate) to_uvloop: Option<f64>,
    unit: Unit,
}

impl Ratios {
    /// Nothing if this project's crate did not take part.
    pub(crate) fn of(measured: &Measured, contenders: &[Contender]) -> Option<Self> {
        let medians = measured.medians();
        let least = |kind| {
            let figures = contenders.iter().zip(&medians);
            let its = figures.filter(|(contender, _)| contender.kind == kind);
            its.filter_map(|(_, figure)| *figure).min_by(f64::total_cmp)
        };
        let ours = least(Kind::Ours)?;
        let ratio = |other: Option<f64>| other.map(|other| ours / other);
        Some(Self {
            ours,
            to_peer: ratio(least(Kind::Peer)),
            to_sketch: ratio(least(Kind::Sketch)),
            to_uvloop: ratio(least(Kind::Uvloop)),
            unit: measured.row.unit,
        })
    }

    /// Whether the goal is reached; nothing if there is nobody to compare with.
    pub(crate) fn reach_goal(&self) -> Option<bool> {
        let to_peer = self.to_peer.map(|ratio| ratio <= OF_PEER);
        let to_sketch = self.to_sketch.map(|ratio| ratio <= OF_SKETCH);
        let in_rust = match (to_peer, to_sketch) {
            (Some(peer), Some(sketch)) => Some(peer || sketch),
            (peer, sketch) => peer.or(sketch),
        };
        let beyond = match self.unit {
            Unit::Nanoseconds => self.to_uvloop.map(|ratio| ratio <= OF_UVLOOP),
            Unit::Bytes => Some(self.ours <= MOST_BYTES),
        };
        match (in_rust, beyond) {
            (Some(rust), Some(beyond)) => Some(rust && beyond),
            (rust, beyond) => rust.or(beyond),
        }
    }
}
