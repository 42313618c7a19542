//! The same scenarios in Python and in Rust, and the trace that CPython printed for each.
//!
//! A scenario is a function in `python/<area>.py`, the function of the same name in
//! `<area>.rs`, and `traces/<area>/<scenario>.txt`. `tests/conformance/record` writes the traces
//! with `python3.15`; these tests need no Python.
//!
//! To add one, write the function in Python and mark it `@scenario`, run `record` and read the
//! trace; then write the function in Rust and name it in its module's `scenarios!`. A trace that
//! differs is a bug of the runtime, or a difference that `docs/SEMANTICS.md` explains and
//! `trace.rs` cuts from both sides; it is never edited.

mod as_completed;
mod blocks;
mod cancellation;
mod contention;
mod contexts;
mod coroutines;
mod debug_mode;
mod eager;
mod exit_stacks;
mod factories;
mod futures;
mod gather;
mod generators;
mod generators_in_blocks;
mod iterations;
mod locks;
mod logs;
mod loop_core;
mod mixtures;
mod queues;
mod repr;
mod reprs;
mod runners;
mod shield;
mod statements;
mod taskgroups;
mod taskgroups_cancel;
mod taskgroups_cancelled;
mod taskgroups_edges;
mod tasks;
mod threads;
mod timeouts;
mod timeouts_together;
mod timers;
mod trace;
mod wait;
mod wait_for;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

/// A scenario's area, name and function.
type Scenario = (&'static str, &'static str, fn());

/// How long a scenario may take that waits for nothing.
const LIMIT: Duration = Duration::from_secs(60);

/// Names the scenarios of an area: a test each, and the list of all.
macro_rules! scenarios {
    ($area:ident: $($name:ident,)+) => {
        pub(crate) const SCENARIOS: &[crate::Scenario] =
            &[$((stringify!($area), stringify!($name), $name)),+];

        mod as_cpython {
            $(
                #[test]
                fn $name() {
                    crate::check(stringify!($area), stringify!($name), super::$name);
                }
            )+
        }
    };
}
pub(crate) use scenarios;

/// Runs a scenario and compares its trace with CPython's.
fn check(area: &str, name: &str, scenario: fn()) {
    let path = traces().join(area).join(name).with_extension("txt");
    let expected = fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!("{area}/{name} has no trace: write it in python/{area}.py, then run `tests/conformance/record`")
    });
    let expected: Vec<&str> = expected.lines().collect();
    let actual = record(scenario);
    assert!(actual == expected, "{area}/{name}:\n{}", difference(&expected, &actual));
}

/// Runs a scenario in a fresh thread, where the first task is `Task-1`.
fn record(scenario: fn()) -> Vec<String> {
    let (sender, receiver) = mpsc::channel();
    let runner = thread::spawn(move || {
        let lines = trace::record(scenario);
        // Nobody listens any more when the time is over.
        let _ = sender.send(lines);
    });
    match receiver.recv_timeout(LIMIT) {
        Ok(lines) => lines,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the scenario did not end"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match runner.join() {
            Ok(()) => panic!("the scenario ended without a trace"),
            Err(payload) => std::panic::resume_unwind(payload),
        },
    }
}

/// Both traces in one text; `-` is CPython's line, `+` is ours.
fn difference(expected: &[&str], actual: &[String]) -> String {
    let same = |pair: &(&&str, &String)| *pair.0 == pair.1.as_str();
    let head = expected.iter().zip(actual).take_while(same).count();
    let (expected_rest, actual_rest) = (&expected[head..], &actual[head..]);
    let tail = expected_rest.iter().rev().zip(actual_rest.iter().rev()).take_while(same).count();
    let (expected_end, actual_end) = (expected_rest.len() - tail, actual_rest.len() - tail);

    let mut text = String::new();
    let mut lines = |sign: char, lines: &mut dyn Iterator<Item = &str>| {
        for line in lines {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{sign} {line}");
        }
    };
    lines(' ', &mut expected[..head].iter().copied());
    lines('-', &mut expected_rest[..expected_end].iter().copied());
    lines('+', &mut actual_rest[..actual_end].iter().map(String::as_str));
    lines(' ', &mut expected_rest[expected_end..].iter().copied());
    text
}

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/traces")
}

fn all_scenarios() -> BTreeSet<String> {
    let areas: [&[Scenario]; 34] = [
        as_completed::SCENARIOS,
        cancellation::SCENARIOS,
        contention::SCENARIOS,
        contexts::SCENARIOS,
        coroutines::SCENARIOS,
        debug_mode::SCENARIOS,
        eager::SCENARIOS,
        exit_stacks::SCENARIOS,
        factories::SCENARIOS,
        futures::SCENARIOS,
        gather::SCENARIOS,
        generators::SCENARIOS,
        generators_in_blocks::SCENARIOS,
        iterations::SCENARIOS,
        locks::SCENARIOS,
        logs::SCENARIOS,
        loop_core::SCENARIOS,
        mixtures::SCENARIOS,
        queues::SCENARIOS,
        reprs::SCENARIOS,
        runners::SCENARIOS,
        shield::SCENARIOS,
        statements::SCENARIOS,
        taskgroups::SCENARIOS,
        taskgroups_cancel::SCENARIOS,
        taskgroups_cancelled::SCENARIOS,
        taskgroups_edges::SCENARIOS,
        tasks::SCENARIOS,
        threads::SCENARIOS,
        timeouts::SCENARIOS,
        timeouts_together::SCENARIOS,
        timers::SCENARIOS,
        wait::SCENARIOS,
        wait_for::SCENARIOS,
    ];
    areas.into_iter().flatten().map(|(area, name, _)| format!("{area}/{name}")).collect()
}

/// The names in a folder, sorted, without their extension.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

#[test]
fn every_trace_has_its_scenario_and_every_scenario_its_trace() {
    let mut recorded = BTreeSet::new();
    for area in names_in(&traces()).iter().filter(|name| *name != "python-version") {
        recorded.extend(names_in(&traces().join(area)).iter().map(|name| format!("{area}/{name}")));
    }
    let scenarios = all_scenarios();
    let lonely: Vec<_> = recorded.symmetric_difference(&scenarios).collect();
    assert!(lonely.is_empty(), "only in Python or only in Rust: {lonely:#?}");
}

#[test]
fn the_traces_come_from_cpython_3_15() {
    let version = fs::read_to_string(traces().join("python-version.txt")).expect("the version");
    assert!(version.contains("major=3, minor=15, "), "recorded with {version}");
}

#[test]
fn a_difference_shows_both_sides_between_what_is_alike() {
    let actual = ["a", "x", "d"].map(str::to_owned);
    assert_eq!(difference(&["a", "b", "c", "d"], &actual), "  a\n- b\n- c\n+ x\n  d\n");
    assert_eq!(difference(&["a"], &actual[..1]), "  a\n");
}
