//! What an operation costs, here, on other runtimes, and on a sketch that does nothing but
//! its hot path.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [-- OPTIONS] [TEXT]` measures all
//! rows, or those whose name contains the text. A measurement is a process of its own; the
//! contenders take turns, and a figure is the median of five. Python takes part if there is a
//! `python3.15`; uvloop if that finds it, or if it is here:
//! `python3.15 -m pip install --target benches/target/uvloop uvloop`.
//!
//! - `--quick`: one measurement each, of fewer operations: whether all is well, not how fast.
//! - `--publish`: writes docs/BENCHMARKS.md and draws docs/benchmarks.svg and
//!   docs/benchmarks-scaling.svg, which are otherwise left alone; after `--quick` only to see
//!   what the pictures look like.
//! - `--instructions [--record]`: compares the instructions an operation takes with those in
//!   instructions.txt, or records them; see benches/instructions.

mod charts;
mod contenders;
mod goal;
mod instructions;
mod machine;
mod measure;
mod on_asyncio;
#[cfg(feature = "peers")]
mod on_monoio;
mod on_sketch;
#[cfg(feature = "peers")]
mod on_smol;
#[cfg(feature = "peers")]
mod on_tokio;
mod publish;
mod rows;
mod sizes;
mod sketch;
mod table;
mod turns;

use std::{env, process::ExitCode};

use contenders::{Contender, SINGLE};
use rows::{Row, SCALING};
use sizes::Size;
use turns::{Effort, Measured};

const USAGE: &str = "[--quick] [TEXT | --publish], or --instructions [--record]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let contenders = contenders::contenders();
    rows::check(&contenders);
    match arguments[..] {
        [SINGLE, contender, program, operations, alive] => {
            single(&contenders, contender, program, operations, alive);
        }
        ["--instructions"] => return instructions::compare(&contenders),
        ["--instructions", "--record"] => instructions::record(&contenders),
        ["--publish"] => publish::publish(&contenders, Effort::FULL),
        ["--quick", "--publish"] => publish::publish(&contenders, Effort::QUICK),
        [] => print(&contenders, "", Effort::FULL),
        ["--quick"] => print(&contenders, "", Effort::QUICK),
        ["--quick", text] => print(&contenders, text, Effort::QUICK),
        [text] if !text.starts_with('-') => print(&contenders, text, Effort::FULL),
        _ => {
            eprintln!("benches {USAGE}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn single(all: &[Contender], contender: &str, program: &str, operations: &str, alive: &str) {
    let number = |text: &str| text.parse().expect("a number");
    let size = Size::new(number(operations), number(alive));
    let contender = all.iter().find(|its| its.name == contender).expect("a contender");
    let program = contender.program(program).expect("a program");
    measure::report(program(size))
}

/// Prints the rows whose name contains the text.
fn print(contenders: &[Contender], text: &str, effort: Effort) {
    tell_who_is_missing(contenders);
    println!("{}", table::head(contenders));
    let chosen = |row: &Row| row.name.contains(text);
    let scaling = SCALING.iter().flat_map(|scaling| scaling.rows());
    for row in rows::rows().into_iter().chain(scaling).filter(chosen) {
        measure_and_print(&row, contenders, effort);
    }
}

fn measure_and_print(row: &Row, contenders: &[Contender], effort: Effort) -> Measured {
    let measured = turns::measure(row, contenders, effort);
    println!("{}", table::line(&measured, contenders));
    measured
}

fn tell_who_is_missing(contenders: &[Contender]) {
    for contender in contenders {
        if let Some(reason) = contender.absence() {
            println!("{} takes no part: {reason}", contender.name);
        }
    }
}
