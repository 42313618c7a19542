//! rustfmt treats the macros with blocks as code: it leaves alone what is formatted, and mends what
//! is not.

use std::io::Write;
use std::process::{Command, Stdio};

/// Every form of them, as rustfmt wants it.
const FORMATTED: &str = include_str!("rustfmt/forms.rs");

/// What rustfmt makes of a source.
fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max,style_edition=2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is there");
    let mut input = rustfmt.stdin.take().expect("it is piped");
    input.write_all(source.as_bytes()).expect("rustfmt reads");
    drop(input);
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("rustfmt writes text")
}

#[test]
fn nothing_is_to_be_changed() {
    assert_eq!(formatted(FORMATTED), FORMATTED);
}

#[test]
fn bad_indentation_is_mended() {
    let bad: String = FORMATTED
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{}{}\n", " ".repeat(index * 7 % 11), line.trim_start()))
        .collect();
    assert_ne!(bad, FORMATTED);
    assert_eq!(formatted(&bad), FORMATTED);
}
