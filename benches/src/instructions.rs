//! Guards against getting slower: how many instructions an operation takes, counted by
//! valgrind, which does not depend on what else the machine does.
//!
//! Start-up is not counted: what twice as many operations take more is what they take.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

use crate::{
    contenders::{Contender, Kind, package},
    machine,
    sizes::Size,
};

/// By which part of the recorded count an operation may differ.
const TOLERANCE: f64 = 0.03;

struct Operation {
    name: &'static str,
    program: &'static str,
    size: Size,
}

const OPERATIONS: [Operation; 9] = [
    operation("spawn", "tasks", 5000, 100),
    operation("step", "yields", 20_000, 100),
    operation("wake_up", "futures", 5000, 1),
    operation("call_soon", "callbacks", 10_000, 1),
    operation("timer_push_and_pop", "timers_due", 5000, 1000),
    operation("timer_push_and_cancel", "timers_cancel", 5000, 1000),
    operation("queue_put_and_get", "queue", 10_000, 1),
    operation("queue_switch", "ping_pong", 3000, 1),
    operation("lock", "lock", 5000, 100),
];

const fn operation(
    name: &'static str,
    program: &'static str,
    operations: u32,
    alive: u32,
) -> Operation {
    Operation { name, program, size: Size::new(operations, alive) }
}

type Counts = BTreeMap<String, f64>;

fn file() -> PathBuf {
    package().join("instructions.txt")
}

/// Prints the counts beside the recorded ones; fails if one has grown by too much.
pub(crate) fn compare(contenders: &[Contender]) -> ExitCode {
    let recorded = recorded();
    println!("with {}", machine::compiler());
    let mut has_grown = false;
    println!("{:<24}{:>12}{:>12}{:>10}", "operation", "recorded", "now", "ratio");
    for (name, now) in count_all(contenders) {
        let Some(then) = recorded.get(&name) else {
            println!("{name:<24}{:>12}{now:>12.1}{:>10}  is not recorded", "", "");
            has_grown = true;
            continue;
        };
        let ratio = now / then;
        let verdict = match ratio - 1.0 {
            more if more > TOLERANCE => "  has grown",
            less if less < -TOLERANCE => "  has shrunk: record it",
            _ => "",
        };
        println!("{name:<24}{then:>12.1}{now:>12.1}{ratio:>10.3}{verdict}");
        has_grown |= ratio - 1.0 > TOLERANCE;
    }
    if has_grown { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Writes the counts to the file that later ones are compared with.
pub(crate) fn record(contenders: &[Contender]) {
    let mut text = format!("# Instructions an operation, with {}.\n", machine::compiler());
    for (name, count) in count_all(contenders) {
        println!("{name:<24}{count:>12.1}");
        _ = writeln!(text, "{name} {count:.1}");
    }
    fs::write(file(), text).expect("instructions.txt can be written");
}

fn recorded() -> Counts {
    let text = fs::read_to_string(file()).expect("instructions.txt, which --record writes");
    let entries = text.lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    entries.map(|line| entry(line).unwrap_or_else(|| panic!("no count: {line}"))).collect()
}

fn count_all(contenders: &[Contender]) -> impl Iterator<Item = (String, f64)> {
    let ours = contenders.iter().find(|its| its.kind == Kind::Ours).expect("this project's crate");
    OPERATIONS.iter().map(|operation| {
        let Size { operations, alive } = operation.size;
        let once = count(ours, operation.program, operation.size);
        let twice = count(ours, operation.program, Size::new(2 * operations, alive));
        (operation.name.to_owned(), (twice - once) / f64::from(operations))
    })
}

/// The instructions of a whole process.
fn count(contender: &Contender, program: &str, size: Size) -> f64 {
    let measurement = contender.command(program, size);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(measurement.get_program())
        .args(measurement.get_args())
        .output()
        .expect("valgrind");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} under valgrind: {told}");
    let total = told.lines().find_map(|line| line.split_once("Collected : "));
    let (_, total) = total.expect("what callgrind collected");
    total.trim().parse().expect("a count")
}
