//! Measures everything, and writes and draws it for readers.

use std::{fmt::Write as _, fs, path::PathBuf};

use crate::{
    charts, contenders,
    contenders::Contender,
    goal::Ratios,
    machine, measure_and_print,
    rows::{self, SCALING},
    table,
    turns::{Effort, Measured},
};

/// What stands below this line is written by hand, and kept.
const BY_HAND: &str = "<!-- From here on written by hand. -->";

const INTRODUCTION: &str = "\
# Benchmarks

What an operation costs in this project's crate, in other runtimes for Rust on one thread, in Python, and in
`benches/src/sketch.rs`: the hot path of such a loop and nothing else, which shows what the design costs at the least. Python's
programs are those of `benches/programs.py`.

`cargo run --release --manifest-path benches/Cargo.toml` measures anew, `-- TEXT` only the rows whose name contains the text,
`-- --publish` writes this file and its pictures. A measurement is a process of its own; the contenders take turns; a figure is the
median of five. All have the system's allocator, link-time optimisation and one codegen unit. What waits (sleeps, timers that fire) is
measured in time that the processor was busy, all else in time that passed.

The programs do the same work with what each runtime has for it: `oneshot` for a future that another task sets, a bounded channel for
a queue, a spawned task or a channel of calls for `call_soon_threadsafe`, a task whose future is dropped for one that is cancelled, tasks awaited one
after the other for `gather`. A dash: it has nothing of that kind.

The goal: at most 0.6 of the fastest Rust peer or 1.5 of the sketch, whichever is more; at most a tenth of uvloop's time; at most 200 bytes a
task.

![What an operation costs](benchmarks.svg)
";

pub(crate) fn publish(contenders: &[Contender], effort: Effort) {
    println!("{}", table::head(contenders));
    let measure = |row| measure_and_print(&row, contenders, effort);
    let rows: Vec<Measured> = rows::rows().into_iter().map(measure).collect();
    let scaling: Vec<Vec<Measured>> =
        SCALING.iter().map(|scaling| scaling.rows().map(measure).collect()).collect();
    let docs = contenders::package().join("../docs");
    write(docs.join("benchmarks.svg"), &charts::bars(&rows, contenders));
    write(docs.join("benchmarks-scaling.svg"), &charts::lines(&scaling, contenders));
    let page = docs.join("BENCHMARKS.md");
    let before = fs::read_to_string(&page).unwrap_or_default();
    let text = compose(contenders, &rows, &scaling.iter().flatten().collect::<Vec<_>>());
    write(page, &format!("{text}\n{BY_HAND}\n{}", by_hand(&before)));
}

fn write(path: PathBuf, text: &str) {
    fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn by_hand(text: &str) -> &str {
    text.split_once(BY_HAND).map_or("", |(_, below)| below.trim_start())
}

fn compose(contenders: &[Contender], rows: &[Measured], scaling: &[&Measured]) -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("\n## Measured on\n\n");
    for fact in machine::describe(contenders) {
        _ = writeln!(text, "- {fact}");
    }
    text.push_str("\n## Figures\n\n");
    text.push_str(&table_of(&rows.iter().collect::<Vec<_>>(), contenders));
    text.push_str("\n## Missed\n\n");
    text.push_str(&missed(rows, contenders));
    text.push_str("\n## Debug mode\n\nTimes what it costs without:\n\n");
    text.push_str(&debug_mode(rows, contenders));
    text.push_str("\n## How costs grow\n\n![How costs grow](benchmarks-scaling.svg)\n\n");
    text.push_str(&table_of(scaling, contenders));
    text.push_str(
        "\n## All measurements\n\n<details><summary>In the order they were taken</summary>\n\n",
    );
    text.push_str(&raw(rows.iter().chain(scaling.iter().copied()), contenders));
    text.push_str("\n</details>\n");
    text
}

fn table_of(rows: &[&Measured], contenders: &[Contender]) -> String {
    let lines = rows.iter().map(|measured| table::line(measured, contenders));
    let mut text = table::head(contenders);
    text.push('\n');
    for line in lines {
        _ = writeln!(text, "{line}");
    }
    text
}

fn missed(rows: &[Measured], contenders: &[Contender]) -> String {
    let misses = |measured: &&Measured| {
        Ratios::of(measured, contenders).and_then(|ratios| ratios.reach_goal()) == Some(false)
    };
    let mut text = String::new();
    for measured in rows.iter().filter(misses) {
        _ = writeln!(text, "- {}", measured.row.name);
    }
    if text.is_empty() { "Nothing.\n".to_owned() } else { text }
}

/// For each row in debug mode its ratio to the same program without.
fn debug_mode(rows: &[Measured], contenders: &[Contender]) -> String {
    let mut text = String::new();
    for debug in rows {
        let Some(program) = debug.row.program.strip_suffix("_debug") else {
            continue;
        };
        let Some(plain) = rows.iter().find(|measured| measured.row.program == program) else {
            continue;
        };
        let ratios = contenders.iter().zip(debug.medians()).zip(plain.medians());
        let told: Vec<String> = ratios
            .filter_map(|((contender, debug), plain)| {
                Some(format!("{} {:.1}", contender.name, debug? / plain?))
            })
            .collect();
        let (_, operation) = debug.row.name.split_once(": ").unwrap_or_default();
        _ = writeln!(text, "- {operation}: {}", told.join(", "));
    }
    text
}

fn raw<'a>(rows: impl Iterator<Item = &'a Measured>, contenders: &[Contender]) -> String {
    let mut text = String::from("| operation | contender | figures |\n| --- | --- | --- |\n");
    for measured in rows {
        for (contender, figures) in contenders.iter().zip(&measured.figures) {
            if figures.is_empty() {
                continue;
            }
            let figures: Vec<String> =
                figures.iter().map(|figure| table::figure(Some(*figure))).collect();
            let Measured { row, .. } = measured;
            _ = writeln!(text, "| {} | {} | {} |", row.name, contender.name, figures.join(", "));
        }
    }
    text
}
