//! The rows as bars: ours beside the peers', the shorter the better.

use super::{TO_THE_LEFT, picture, text};
use crate::{
    contenders::{Contender, Kind},
    rows::Unit,
    table::figure,
    turns::Measured,
};

const WIDTH: f64 = 940.0;
const MARGIN: f64 = 20.0;
const HEADER: f64 = 58.0;
const COLUMN: f64 = 430.0;
/// What the names at the left of the bars take.
const NAMES: f64 = 72.0;
/// The length of the longest bar in a group.
const LONGEST: f64 = 285.0;
const BAR: f64 = 11.0;
const STEP: f64 = 15.0;
const TITLE: f64 = 20.0;
const GAP: f64 = 16.0;

/// The programs of the rows that are drawn: those that say most, each once.
const DRAWN: [&str; 16] = [
    "callbacks",
    "tasks",
    "yields",
    "futures",
    "queue",
    "ping_pong",
    "lock",
    "timeouts",
    "gather",
    "task_group",
    "wait_for",
    "sleeps",
    "semaphore",
    "event",
    "cancel",
    "bytes_sleeping",
];

pub(crate) fn bars(rows: &[Measured], contenders: &[Contender]) -> String {
    let drawn: Vec<&Measured> = DRAWN.iter().filter_map(|name| typical(rows, name)).collect();
    let heights: Vec<f64> = drawn.iter().map(|measured| height(measured, contenders)).collect();
    let half = heights.iter().sum::<f64>() / 2.0;
    let (mut body, mut x, mut y, mut lowest) = (header(), MARGIN, HEADER, HEADER);
    let mut above = 0.0;
    for (measured, height) in drawn.iter().zip(heights) {
        if x == MARGIN && above + height / 2.0 > half {
            (x, y) = (WIDTH - MARGIN - COLUMN, HEADER);
        }
        body.push_str(&group(measured, contenders, x, y));
        above += height;
        y += height;
        lowest = f64::max(lowest, y);
    }
    picture(WIDTH, lowest + MARGIN - GAP, "What an operation costs", &body)
}

/// The row on a program that is drawn: of several sizes the one in the middle.
fn typical<'a>(rows: &'a [Measured], program: &str) -> Option<&'a Measured> {
    let all: Vec<&Measured> = rows.iter().filter(|its| its.row.program == program).collect();
    all.get(all.len() / 2).copied()
}

fn header() -> String {
    let told = "Shorter is better; each group has its own scale. One thread.";
    let mut header = text(MARGIN, 26.0, "title", "", "What an operation costs");
    header.push_str(&text(MARGIN, 42.0, "muted", "", told));
    header
}

/// Ours and the Rust peers', or Python's if there is no peer.
fn bars_of<'a>(measured: &Measured, contenders: &'a [Contender]) -> Vec<(&'a Contender, f64)> {
    let of = |kinds: &[Kind]| -> Vec<(&'a Contender, f64)> {
        let figures = contenders.iter().zip(measured.medians());
        let chosen = figures.filter(|(contender, _)| kinds.contains(&contender.kind));
        chosen.filter_map(|(contender, figure)| Some((contender, figure?))).collect()
    };
    match of(&[Kind::Peer]).is_empty() {
        true => of(&[Kind::Ours, Kind::Uvloop, Kind::Python]),
        false => of(&[Kind::Ours, Kind::Peer]),
    }
}

fn height(measured: &Measured, contenders: &[Contender]) -> f64 {
    TITLE + STEP * bars_of(measured, contenders).len() as f64 + GAP
}

fn group(measured: &Measured, contenders: &[Contender], x: f64, y: f64) -> String {
    let bars = bars_of(measured, contenders);
    let longest = bars.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
    let mut group = text(x, y + 12.0, "title", "", &measured.row.name);
    group.push_str(&text(
        x + COLUMN,
        y + 12.0,
        "muted",
        TO_THE_LEFT,
        &python(measured, contenders),
    ));
    for (index, (contender, figure_)) in bars.into_iter().enumerate() {
        let top = y + TITLE + STEP * index as f64;
        let class = if contender.kind == Kind::Ours { "ours" } else { "other" };
        let length = f64::max(figure_ / longest * LONGEST, 1.0);
        let unit = measured.row.unit.symbol();
        group.push_str(&text(x + NAMES - 6.0, top + 9.0, "", TO_THE_LEFT, contender.name));
        group.push_str(&format!(
            "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\" class=\"{class}\"/>\n",
            x + NAMES,
        ));
        let value = format!("{} {unit}", figure(Some(figure_)));
        group.push_str(&text(x + NAMES + length + 5.0, top + 9.0, "muted", "", &value));
    }
    group
}

/// How many times longer Python takes, if its bars are not drawn.
fn python(measured: &Measured, contenders: &[Contender]) -> String {
    let bars = bars_of(measured, contenders);
    let is_drawn = bars.iter().any(|(contender, _)| contender.is_python());
    let ours = bars.iter().find(|(contender, _)| contender.kind == Kind::Ours);
    let Some((_, ours)) = ours.filter(|_| !is_drawn && measured.row.unit == Unit::Nanoseconds)
    else {
        return String::new();
    };
    let figures = contenders.iter().zip(measured.medians());
    let told: Vec<String> = figures
        .filter(|(contender, _)| contender.is_python())
        .filter_map(|(contender, figure)| {
            Some(format!("{} {:.0}×", contender.name, figure? / ours))
        })
        .collect();
    told.join(", ")
}
