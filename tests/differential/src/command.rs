//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{env, io};

use crate::compare::{compare, side_by_side};
use crate::program::Program;
use crate::python::Python;
use crate::run::run;
use crate::shrink::shrink;
use crate::{generate, kept};

const USAGE: &str = "\
differential [--programs N] [--seed N] [--differences N]
                       run random programs on CPython and here; shrink the first
                       so many that differ, and keep them in found.jsonl
differential --replay FILE [--shrink]
                       run the programs of a file, and show both traces
differential --show N [--seed N]
                       print one program
differential --choose N [--seed N]
                       choose, of so many programs, those that `cargo test` runs
differential --record  record what CPython does with the programs that are kept";

/// Where programs that differ are left.
const FOUND: &str = "found.jsonl";

struct Arguments {
    programs: u64,
    seed: u64,
    differences: usize,
    task: Task,
}

enum Task {
    Compare,
    Replay { file: PathBuf, shrink: bool },
    Show(u64),
    Choose(u64),
    Record,
}

/// The program `differential`.
pub fn main() -> ExitCode {
    let arguments = match parse(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match obey(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut arguments =
        Arguments { programs: 1000, seed: now, differences: 1, task: Task::Compare };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is no number"));
        match word.as_str() {
            "--programs" => arguments.programs = number(value()?)?,
            "--seed" => arguments.seed = number(value()?)?,
            "--differences" => match number(value()?)? {
                0 => return Err("--differences 0 would look for nothing".to_owned()),
                differences => arguments.differences = differences as usize,
            },
            "--replay" => {
                arguments.task = Task::Replay { file: PathBuf::from(value()?), shrink: false };
            }
            "--shrink" => match &mut arguments.task {
                Task::Replay { shrink, .. } => *shrink = true,
                _ => return Err("--shrink comes after --replay FILE".to_owned()),
            },
            "--show" => arguments.task = Task::Show(number(value()?)?),
            "--choose" => arguments.task = Task::Choose(number(value()?)?),
            "--record" => arguments.task = Task::Record,
            _ => return Err(format!("{word} is unknown")),
        }
    }
    Ok(arguments)
}

/// Does what was asked for; false if something differs.
fn obey(arguments: &Arguments) -> io::Result<bool> {
    match &arguments.task {
        Task::Compare => prove(arguments),
        Task::Replay { file, shrink } => replay(file, *shrink),
        Task::Show(number) => {
            println!("{}", serde_json::to_string(&generate::generate(arguments.seed, *number))?);
            Ok(true)
        }
        Task::Choose(programs) => {
            println!("{} programs chosen", kept::choose(arguments.seed, *programs)?);
            Ok(true)
        }
        Task::Record => {
            println!("{} traces recorded", kept::record()?);
            Ok(true)
        }
    }
}

fn prove(arguments: &Arguments) -> io::Result<bool> {
    let Arguments { programs, seed, differences, .. } = *arguments;
    println!("seed {seed}");
    let start = Instant::now();
    let found = compare(seed, programs, differences)?;
    println!("{:.1} s", start.elapsed().as_secs_f64());
    if found.is_empty() {
        println!("{programs} programs, {programs} equal");
        return Ok(true);
    }
    let mut python = Python::start()?;
    let mut smallest = Vec::new();
    for difference in &found {
        let program = shrink(&difference.program, &mut python)?;
        println!("program {} of seed {seed} differs:", difference.number);
        show(&program, &mut python)?;
        smallest.push(program);
    }
    kept::write(Path::new(FOUND), &smallest)?;
    println!("kept in {FOUND}: --replay {FOUND} runs it again");
    Ok(false)
}

fn replay(file: &Path, shrink_them: bool) -> io::Result<bool> {
    let programs = kept::read(file)?;
    let mut python = Python::start()?;
    let mut equal = 0;
    for program in &programs {
        let mut program = program.clone();
        if shrink_them {
            program = shrink(&program, &mut python)?;
        }
        equal += usize::from(show(&program, &mut python)?);
    }
    println!("{} programs, {equal} equal", programs.len());
    Ok(equal == programs.len())
}

/// Prints a program and both its traces; false if they differ.
fn show(program: &Program, python: &mut Python) -> io::Result<bool> {
    println!("{}", serde_json::to_string(program)?);
    let theirs = python.run(std::slice::from_ref(program))?.remove(0);
    let ours = run(program);
    println!("{}", side_by_side(&theirs, &ours));
    Ok(theirs == ours)
}

#[test]
fn nobody_is_told_that_all_are_equal_who_has_looked_for_no_difference() {
    let parse = |text: &str| parse(text.split(' ').map(str::to_owned));
    assert_eq!(parse("--differences 0").err().unwrap(), "--differences 0 would look for nothing");
    assert_eq!(parse("--programs 5 --differences 2").unwrap().differences, 2);
}
