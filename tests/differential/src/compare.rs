//! Runs programs on both sides and compares what they leave behind.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{io, thread};

use crate::generate::generate;
use crate::program::Program;
use crate::python::Python;
use crate::run::run;

/// How many programs Python gets at once.
const BATCH: u64 = 64;

/// A program on which the two sides differ.
pub(crate) struct Difference {
    pub(crate) number: u64,
    pub(crate) program: Program,
}

/// Runs the programs of a seed, and gives those that differ: no more than `most`.
pub(crate) fn compare(seed: u64, programs: u64, most: usize) -> io::Result<Vec<Difference>> {
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let found = Mutex::new(Vec::new());
    let work = || -> io::Result<()> {
        let mut python = Python::start()?;
        while !stop.load(Ordering::Relaxed) {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            if start >= programs {
                break;
            }
            let different = compare_batch(seed, start..(start + BATCH).min(programs), &mut python)?;
            let mut found = found.lock().expect("no panic elsewhere");
            found.extend(different);
            stop.fetch_or(found.len() >= most, Ordering::Relaxed);
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(2, usize::from).max(2);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("no panic in a worker"))
    })?;
    let mut found = found.into_inner().expect("no panic elsewhere");
    found.sort_by_key(|difference| difference.number);
    found.truncate(most);
    Ok(found)
}

fn compare_batch(
    seed: u64,
    numbers: std::ops::Range<u64>,
    python: &mut Python,
) -> io::Result<Vec<Difference>> {
    let programs: Vec<Program> = numbers.clone().map(|number| generate(seed, number)).collect();
    python.send(&programs)?;
    // Ours run while Python works.
    let ours: Vec<Vec<String>> = programs.iter().map(run).collect();
    let mut found = Vec::new();
    for ((number, program), ours) in numbers.zip(programs).zip(ours) {
        if python.receive()? != ours {
            found.push(Difference { number, program });
        }
    }
    Ok(found)
}

/// Both traces side by side; `|` stands between lines that differ.
pub(crate) fn side_by_side(theirs: &[String], ours: &[String]) -> String {
    let width = theirs.iter().map(|line| line.chars().count()).max().unwrap_or(0).clamp(20, 90);
    let mut text = format!("{:width$}   here\n", "CPython");
    for index in 0..theirs.len().max(ours.len()) {
        let line = |trace: &[String]| trace.get(index).cloned().unwrap_or_default();
        let (left, right) = (line(theirs), line(ours));
        let sign = if left == right { ' ' } else { '|' };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{left:width$} {sign} {right}");
    }
    text
}

#[test]
fn lines_that_differ_have_a_mark_between_them() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let shown = side_by_side(&lines("a b"), &lines("a c d"));
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    assert_eq!(
        shown[1..],
        ["a                      a", "b                    | c", "                     | d",]
    );
}
