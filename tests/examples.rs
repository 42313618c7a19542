//! Every example prints what its Python original printed under `python3.15`, which
//! `examples/record` keeps in `examples/expected/`, and what its own header says.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// None takes over three seconds by itself; the rest is for a machine under load.
const LIMIT: Duration = Duration::from_secs(30);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn expected(name: &str) -> String {
    let path = folder().join("expected").join(name).with_extension("txt");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lets cargo build all examples and returns where it put them.
fn build() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--examples", "--target-dir"])
        .arg(profile.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.status().unwrap();
    assert!(status.success(), "cargo build --examples: {status}");
    profile.join("examples")
}

fn start(program: &Path) -> Child {
    Command::new(program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

/// Returns what the program printed, or `None` if it was not done at the deadline.
fn finish(mut child: Child, deadline: Instant) -> Option<Output> {
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
    Some(child.wait_with_output().unwrap())
}

/// Says in which way an example differs from its original, or `None` if it does not.
fn difference(name: &str, output: Option<Output>) -> Option<String> {
    let Some(output) = output else {
        return Some(format!("{name} did not end in {LIMIT:?}"));
    };
    let printed = String::from_utf8_lossy(&output.stdout);
    let expected = expected(name);
    if output.status.success() && output.stderr.is_empty() && printed == expected {
        return None;
    }
    Some(format!(
        "{name} ended with {}\n--- python3.15\n{expected}--- here\n{printed}--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
    ))
}

#[test]
fn examples_print_what_python_prints() {
    let programs = build();
    let deadline = Instant::now() + LIMIT;
    let running: Vec<(String, Child)> =
        names().into_iter().map(|name| (name.clone(), start(&programs.join(name)))).collect();
    assert!(!running.is_empty());
    let differences: Vec<String> = running
        .into_iter()
        .filter_map(|(name, child)| difference(&name, finish(child, deadline)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The text block of the comment that opens a file.
fn block_of_header(source: &str) -> String {
    source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .skip_while(|line| *line != "```text")
        .skip(1)
        .take_while(|line| *line != "```")
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[test]
fn headers_show_the_output_and_the_command() {
    for name in names() {
        let source = fs::read_to_string(folder().join(&name).with_extension("rs")).unwrap();
        assert_eq!(block_of_header(&source), expected(&name), "{name}");
        for wanted in [format!("`{name}.py`"), format!("`cargo run --example {name}`")] {
            assert!(source.contains(&wanted), "{name}.rs does not say {wanted}");
        }
    }
}
