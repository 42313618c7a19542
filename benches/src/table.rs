//! The figures as a table of Markdown, which a terminal shows well enough.

use crate::{contenders::Contender, goal::Ratios, turns::Measured};

pub(crate) fn head(contenders: &[Contender]) -> String {
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name).collect();
    let columns = names.len() + 4;
    format!(
        "| operation | {} | to fastest peer | to sketch | goal |\n|{}",
        names.join(" | "),
        " --- |".repeat(columns)
    )
}

pub(crate) fn line(measured: &Measured, contenders: &[Contender]) -> String {
    let cells: Vec<String> = measured.medians().into_iter().map(figure).collect();
    let ratios = Ratios::of(measured, contenders);
    let to_peer = ratios.as_ref().and_then(|ratios| ratios.to_peer);
    let to_sketch = ratios.as_ref().and_then(|ratios| ratios.to_sketch);
    let goal = match ratios.and_then(|ratios| ratios.reach_goal()) {
        Some(true) => "reached",
        Some(false) => "**missed**",
        None => "–",
    };
    format!(
        "| {}, {} | {} | {} | {} | {goal} |",
        measured.row.name,
        measured.row.unit.symbol(),
        cells.join(" | "),
        ratio(to_peer),
        ratio(to_sketch),
    )
}

/// Three digits of the figure at least.
pub(crate) fn figure(figure: Option<f64>) -> String {
    match figure {
        None => "–".to_owned(),
        Some(figure) if figure < 100.0 => format!("{figure:.1}"),
        Some(figure) => format!("{figure:.0}"),
    }
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}
