//! The rows on scaling as lines: flat is best.

use super::{CENTRED, TO_THE_LEFT, picture, text};
use crate::{
    contenders::{Contender, Kind},
    rows::{SCALING, grouped},
    turns::Measured,
};

const WIDTH: f64 = 940.0;
const MARGIN: f64 = 20.0;
const HEADER: f64 = 78.0;
const PANEL_WIDTH: f64 = 440.0;
const PANEL_HEIGHT: f64 = 250.0;
/// What the labels of the axes take at the left, and at the top and bottom.
const LEFT: f64 = 46.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 36.0;
/// The range of the axis that tells how many are alive, as powers of ten.
const ALIVE: (f64, f64) = (1.0, 6.0);

/// A colour for each contender in their order, that is seen on light and on dark.
const COLOURS: [&str; 8] =
    ["#f76707", "#868e96", "#4c6ef5", "#15aabf", "#37b24d", "#ae3ec9", "#f59f00", "#e64980"];

pub(crate) fn lines(scaling: &[Vec<Measured>], contenders: &[Contender]) -> String {
    let mut body = header(contenders);
    let powers = powers(scaling);
    for (index, rows) in scaling.iter().enumerate() {
        let x = MARGIN + (WIDTH - 2.0 * MARGIN - PANEL_WIDTH) * (index % 2) as f64;
        let y = HEADER + PANEL_HEIGHT * (index / 2) as f64;
        let panel = Panel { x, y, powers };
        body.push_str(&panel.axes(SCALING[index].name));
        for (number, contender) in contenders.iter().enumerate() {
            body.push_str(&panel.line(rows, number, contender));
        }
    }
    let height = HEADER + PANEL_HEIGHT * scaling.len().div_ceil(2) as f64 + MARGIN / 2.0;
    picture(WIDTH, height, "How costs grow", &body)
}

fn header(contenders: &[Contender]) -> String {
    let told = "Nanoseconds an operation by what is alive at the same time; flat is best.";
    let mut header = text(MARGIN, 26.0, "title", "", "How costs grow");
    header.push_str(&text(MARGIN, 42.0, "muted", "", told));
    for (number, contender) in contenders.iter().enumerate() {
        let x = MARGIN + 105.0 * number as f64;
        header.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"53\" width=\"16\" height=\"4\" fill=\"{}\"/>\n",
            COLOURS[number]
        ));
        header.push_str(&text(x + 21.0, 59.0, "", "", contender.name));
    }
    header
}

/// Up to which power of ten nanoseconds the axes go.
fn powers(scaling: &[Vec<Measured>]) -> u32 {
    let medians = scaling.iter().flatten().flat_map(Measured::medians).flatten();
    let longest = medians.fold(1.0, f64::max);
    (1..).find(|power| 10_f64.powi(*power) >= longest).map_or(1, i32::unsigned_abs)
}

/// Where a picture of one operation stands.
struct Panel {
    x: f64,
    y: f64,
    powers: u32,
}

fn short(number: u32) -> String {
    match number {
        1_000_000.. => format!("{}M", number / 1_000_000),
        1000.. => format!("{}k", number / 1000),
        _ => number.to_string(),
    }
}

impl Panel {
    fn across(&self, alive: f64) -> f64 {
        let part = (alive.log10() - ALIVE.0) / (ALIVE.1 - ALIVE.0);
        self.x + LEFT + part * (PANEL_WIDTH - LEFT - 10.0)
    }

    fn down(&self, nanoseconds: f64) -> f64 {
        let part = nanoseconds.log10().max(0.0) / f64::from(self.powers);
        self.y + PANEL_HEIGHT - BOTTOM - part * (PANEL_HEIGHT - TOP - BOTTOM)
    }

    fn axes(&self, title: &str) -> String {
        let mut axes = text(self.x, self.y + 14.0, "title", "", title);
        let (left, right) = (self.across(10.0), self.across(1e6));
        for power in 0..=self.powers {
            let nanoseconds = 10_u32.pow(power);
            let y = self.down(f64::from(nanoseconds));
            axes.push_str(&format!(
                "<line x1=\"{left:.1}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\" class=\"grid\"/>\n"
            ));
            let label = grouped(nanoseconds);
            axes.push_str(&text(left - 6.0, y + 4.0, "muted", TO_THE_LEFT, &label));
        }
        for alive in crate::rows::ALIVE {
            let x = self.across(f64::from(alive));
            let anchor = if alive == 1_000_000 { TO_THE_LEFT } else { CENTRED };
            let y = self.y + PANEL_HEIGHT - BOTTOM + 16.0;
            axes.push_str(&text(x, y, "muted", anchor, &short(alive)));
        }
        axes
    }

    /// Nothing if the contender took no part.
    fn line(&self, rows: &[Measured], number: usize, contender: &Contender) -> String {
        let points: Vec<String> = rows
            .iter()
            .filter_map(|measured| {
                let x = self.across(f64::from(measured.row.size.alive));
                let y = self.down(measured.medians()[number]?);
                Some(format!("{x:.1},{y:.1}"))
            })
            .collect();
        if points.is_empty() {
            return String::new();
        }
        let width = if contender.kind == Kind::Ours { 3.5 } else { 1.5 };
        let (colour, points) = (COLOURS[number], points.join(" "));
        format!(
            "<polyline class=\"line\" style=\"stroke: {colour}; stroke-width: {width}\" points=\"{points}\"/>\n"
        )
    }
}
