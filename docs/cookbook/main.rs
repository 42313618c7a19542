//! The programs of `docs/COOKBOOK.md` in one, and their test: each prints
//! what its original printed under `python3.15`, which `examples/record`
//! keeps in `expected/`, and the page shows what stands in the files.
//!
//! `cargo test --test cookbook -- --write` writes the page anew.
#![forbid(unsafe_code)]

mod page;

mod as_completed;
mod as_completed_tasks;
mod asend;
mod async_for;
mod athrow;
mod background;
mod barrier;
mod callbacks;
mod cancel;
mod cancel_early;
mod condition;
mod context_vars;
mod contexts;
mod create_task;
mod custom_await;
mod done_callback;
mod eager;
mod event;
mod except_star;
mod exception_group;
mod exception_handler;
mod executor;
mod exit_stack;
mod future;
mod gather;
mod gather_exceptions;
mod generator;
mod group_cancel;
mod group_results;
mod hello;
mod lock;
mod names;
mod own_error;
mod priority_queue;

mod queue_shutdown;
mod raise_again;
mod raise_from;
mod retry;
mod run_forever;
mod run_result;
mod runner;
mod semaphore;
mod shared_object;
mod shield;
mod task_exception;
mod task_factory;
mod task_group;
mod threadsafe_calls;
mod threadsafe_coroutine;
mod timeout;
mod to_thread;
mod try_except;
mod uncancel;
mod wait;
mod wait_exception;
mod wait_first;
mod wait_for;
mod with_block;
mod work_queue;
mod wrap_future;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Output};
use std::process::{Stdio, Termination};
use std::thread;
use std::time::{Duration, Instant};

/// Programs under one heading.
struct Chapter {
    title: &'static str,
    programs: &'static [Program],
}

struct Program {
    name: &'static str,
    main: fn() -> ExitCode,
}

/// Names the chapters; a program without one is code that nobody calls.
macro_rules! chapters {
    ($($title:literal { $($name:ident)+ })+) => {
        const CHAPTERS: &[Chapter] = &[$(Chapter {
            title: $title,
            programs: &[$(Program {
                name: stringify!($name),
                main: || $name::main().report(),
            }),+],
        }),+];
    };
}

chapters! {
    "Running" { hello run_result runner run_forever }
    "Tasks" {
        create_task task_group group_results shared_object
        background names eager task_factory
    }
    "Waiting" {
        gather gather_exceptions wait wait_first wait_exception
        as_completed as_completed_tasks wait_for timeout shield
    }
    "Cancelling" { cancel uncancel cancel_early group_cancel }
    "Errors" {
        try_except raise_from raise_again own_error retry
        except_star exception_group task_exception
        exception_handler
    }
    "Blocks" { with_block exit_stack async_for }
    "Generators" { generator asend athrow }
    "Locks" { lock event condition semaphore barrier }
    "Queues" { work_queue queue_shutdown priority_queue }
    "Threads" {
        to_thread executor threadsafe_calls threadsafe_coroutine
        wrap_future
    }
    "Callbacks and futures" {
        callbacks future done_callback custom_await
    }
    "Contexts" { context_vars contexts }
}

/// None takes over 50 milliseconds; the rest is for a machine under load.
const LIMIT: Duration = Duration::from_secs(30);

fn programs() -> impl Iterator<Item = &'static Program> {
    CHAPTERS.iter().flat_map(|chapter| chapter.programs)
}

/// A file beside this one.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/cookbook")
        .join(name)
}

fn read(name: &str) -> String {
    let path = path(name);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs a program in a process of its own: this one.
fn start(program: &Program) -> io::Result<Child> {
    Command::new(env::current_exe()?)
        .args(["--run", program.name])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// What the program printed; one that is not done in time is killed.
fn finish(mut child: Child, deadline: Instant) -> io::Result<Output> {
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            child.kill()?;
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output()
}

/// Says how a program differs from its original, or `None`.
fn difference(name: &str, output: &Output) -> Option<String> {
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let expected = read(&format!("expected/{name}.txt"));
    let passed = output.status.success() && errors.is_empty();
    if passed && printed == expected {
        return None;
    }
    let status = output.status;
    Some(format!(
        "{name} ended with {status}\n--- python3.15\n{expected}\
         --- here\n{printed}--- stderr\n{errors}",
    ))
}

fn print_what_python_prints() -> Vec<String> {
    let deadline = Instant::now() + LIMIT;
    let running: Vec<_> = programs()
        .map(|program| (program.name, start(program)))
        .collect();
    let outcome =
        |(name, child): (&str, io::Result<Child>)| match child
            .and_then(|child| finish(child, deadline))
        {
            Ok(output) => difference(name, &output),
            Err(error) => Some(format!("{name}: {error}")),
        };
    running.into_iter().filter_map(outcome).collect()
}

/// A check: its name as a test harness would print it, and what it finds.
type Check = (&'static str, fn() -> Vec<String>);

const CHECKS: &[Check] = &[
    ("programs_print_what_python_prints", print_what_python_prints),
    ("programs_are_short", page::too_long),
    ("files_are_on_the_page", page::unknown_files),
    ("the_page_shows_the_files", page::differences),
];

fn check(names: &[String]) -> ExitCode {
    let is_wanted = |name: &str| {
        names.is_empty()
            || names.iter().any(|part| name.contains(part))
    };
    let mut failed = false;
    for (name, check) in
        CHECKS.iter().filter(|(name, _)| is_wanted(name))
    {
        let findings = check();
        let outcome =
            if findings.is_empty() { "ok" } else { "FAILED" };
        println!("test {name} ... {outcome}");
        for finding in &findings {
            println!("{finding}");
        }
        failed |= !findings.is_empty();
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run(name: &str) -> ExitCode {
    let program = programs().find(|program| program.name == name);
    let program =
        program.expect("it is called with one of its programs");
    (program.main)()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [option, name] = arguments.as_slice()
        && option == "--run"
    {
        return run(name);
    }
    // What a harness is asked, too: to list its tests, or to run those
    // with a text in their names.
    let (options, names): (Vec<_>, Vec<_>) = arguments
        .into_iter()
        .partition(|argument| argument.starts_with('-'));
    if options.iter().any(|option| option == "--list") {
        return ExitCode::SUCCESS;
    }
    if options.iter().any(|option| option == "--write") {
        page::write();
        return ExitCode::SUCCESS;
    }
    check(&names)
}
