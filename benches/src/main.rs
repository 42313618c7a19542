//! What an operation costs, here and on a sketch that does nothing but its hot path.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [-- TEXT]` measures all rows, or
//! those whose name contains the text. A measurement is a process of its own; the
//! contenders take turns, and a figure is the median of five.

mod asyncio_locks;
mod asyncio_rows;
mod measure;
mod sizes;
mod sketch;
mod sketch_locks;
mod sketch_rows;

use std::{
    env,
    process::{self, Command, Stdio},
};

const ROUNDS: usize = 5;
/// The first argument of a process that takes a single measurement.
const SINGLE: &str = "--single";

struct Row {
    name: &'static str,
    /// One function a contender, in their order.
    run: [fn() -> f64; CONTENDERS.len()],
}

const CONTENDERS: [&str; 2] = ["asyncio", "sketch"];

const ROWS: [Row; 10] = [
    Row { name: "`call_soon` and run, ns", run: [asyncio_rows::callbacks, sketch_rows::callbacks] },
    Row { name: "create a task and await it, ns", run: [asyncio_rows::tasks, sketch_rows::tasks] },
    Row { name: "`sleep(0)`, ns", run: [asyncio_rows::yields, sketch_rows::yields] },
    Row {
        name: "future set by another task, ns",
        run: [asyncio_rows::futures, sketch_rows::futures],
    },
    Row {
        name: "timeout set and not reached, ns",
        run: [asyncio_rows::timeouts, sketch_rows::timeouts],
    },
    Row { name: "bounded queue, an item, ns", run: [asyncio_locks::queue, sketch_locks::queue] },
    Row {
        name: "ping-pong over two queues of 1, ns",
        run: [asyncio_locks::ping_pong, sketch_locks::ping_pong],
    },
    Row {
        name: "contended lock, with a yield, ns",
        run: [asyncio_locks::lock, sketch_locks::lock],
    },
    Row { name: "one of 200 000 sleeps, ns", run: [asyncio_rows::sleeps, sketch_rows::sleeps] },
    Row { name: "a sleeping task, bytes", run: [asyncio_rows::memory, sketch_rows::memory] },
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [mode, row, contender] if mode == SINGLE => {
            let row: usize = row.parse().expect("a row's number");
            let contender: usize = contender.parse().expect("a contender's number");
            report((ROWS[row].run[contender])())
        }
        [] => compare(""),
        [filter] => compare(filter),
        _ => panic!("one argument at most: a part of a row's name"),
    }
}

/// Ends a single measurement; what still runs in the loop is left behind.
fn report(figure: f64) -> ! {
    println!("{figure}");
    process::exit(0)
}

fn compare(filter: &str) {
    println!("| operation | {} | ratio |", CONTENDERS.join(" | "));
    println!("| --- | {}--- |", "--- | ".repeat(CONTENDERS.len()));
    for (index, row) in ROWS.iter().enumerate().filter(|(_, row)| row.name.contains(filter)) {
        let figures = measure_row(index);
        let cells: Vec<String> = figures.iter().map(|figure| format!("{figure:.1}")).collect();
        println!("| {} | {} | {:.2} |", row.name, cells.join(" | "), figures[0] / figures[1]);
    }
}

/// The medians of the contenders.
fn measure_row(row: usize) -> Vec<f64> {
    let mut figures = vec![Vec::new(); CONTENDERS.len()];
    for _ in 0..ROUNDS {
        for (contender, figures) in figures.iter_mut().enumerate() {
            figures.push(measure_alone(row, contender));
        }
    }
    figures.into_iter().map(measure::median).collect()
}

fn measure_alone(row: usize, contender: usize) -> f64 {
    let output = Command::new(env::current_exe().expect("this program"))
        .args([SINGLE, &row.to_string(), &contender.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("a process for the measurement");
    assert!(output.status.success(), "{} on {}", ROWS[row].name, CONTENDERS[contender]);
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.trim().parse().expect("a figure")
}
