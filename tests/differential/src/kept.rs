//! Programs that are kept with CPython's traces, so that `cargo test` needs no Python.
//!
//! `kept/NAME.jsonl` has a program a line, `kept/NAME.traces` the trace of each with an empty
//! line behind it. `found` are programs that once differed, `chosen` random ones that together
//! show all that programs show.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::compare::side_by_side;
use crate::generate::generate;
use crate::program::Program;
use crate::python::Python;
use crate::run::run;

const NAMES: [&str; 2] = ["found", "chosen"];

fn path(name: &str, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kept").join(name).with_extension(extension)
}

/// Reads programs, one a line.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Program>> {
    let text = fs::read_to_string(path)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Writes programs, one a line.
pub(crate) fn write(path: &Path, programs: &[Program]) -> io::Result<()> {
    let mut text = String::new();
    for program in programs {
        text += &serde_json::to_string(program)?;
        text.push('\n');
    }
    fs::write(path, text)
}

/// Runs the kept programs; gives their number.
///
/// # Errors
/// The programs that differ from what CPython did, with both traces.
pub fn replay() -> Result<usize, String> {
    let mut count = 0;
    let mut different = String::new();
    for name in NAMES {
        let programs = read(&path(name, "jsonl")).map_err(|error| format!("{name}: {error}"))?;
        let traces =
            fs::read_to_string(path(name, "traces")).map_err(|error| format!("{name}: {error}"))?;
        let traces: Vec<&str> = traces.split_terminator("\n\n").collect();
        if programs.len() != traces.len() {
            return Err(format!("{name}: {} programs, {} traces", programs.len(), traces.len()));
        }
        for (number, (program, trace)) in programs.iter().zip(traces).enumerate() {
            count += 1;
            let theirs: Vec<String> = trace.lines().map(str::to_owned).collect();
            let ours = run(program);
            if ours != theirs {
                let lines = side_by_side(&theirs, &ours);
                different += &format!("line {} of kept/{name}.jsonl:\n{lines}\n", number + 1);
            }
        }
    }
    if different.is_empty() { Ok(count) } else { Err(different) }
}

/// Records what CPython does with the kept programs.
pub(crate) fn record() -> io::Result<usize> {
    let mut python = Python::start()?;
    let mut count = 0;
    for name in NAMES {
        let programs = read(&path(name, "jsonl"))?;
        let mut text = String::new();
        for trace in python.run(&programs)? {
            text += &trace.join("\n");
            text += "\n\n";
        }
        fs::write(path(name, "traces"), text)?;
        count += programs.len();
    }
    Ok(count)
}

/// Chooses programs of a seed, the smallest first, that show something which none before them
/// showed.
pub(crate) fn choose(seed: u64, programs: u64) -> io::Result<usize> {
    let mut programs: Vec<Program> = (0..programs).map(|number| generate(seed, number)).collect();
    programs
        .sort_by_cached_key(|program| serde_json::to_string(program).map_or(0, |text| text.len()));
    let mut seen = BTreeSet::new();
    programs.retain(|program| {
        let before = seen.len();
        seen.extend(run(program).iter().map(|line| shape(line)));
        seen.len() > before
    });
    write(&path("chosen", "jsonl"), &programs)?;
    Ok(programs.len())
}

/// A line without its numbers and names, and without what follows the first few words: what
/// happened, wherever it did.
fn shape(line: &str) -> String {
    let text = line.split_once("] ").map_or(line, |(_, text)| text);
    let text: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    text.split_whitespace().take(6).collect::<Vec<_>>().join(" ")
}
