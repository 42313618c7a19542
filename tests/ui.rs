//! Every mistake in the use of a macro has its message: `ui/<macro>/<mistake>.rs`, and beside it
//! what the compiler says.
//!
//! `TRYBUILD=overwrite cargo test --test ui` records the messages anew; `cargo test --test ui -- ui
//! trybuild=comma` runs those whose name contains a word.

use std::io::Write;
use std::process::Command;

/// The compiler whose words are recorded: another one may choose others.
const RECORDED_WITH: &str = "1.95.0";

#[test]
fn ui() {
    let found = compiler_version();
    if found == RECORDED_WITH {
        trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
        return;
    }
    // Not `eprintln!`: what that writes is shown only when a test fails.
    let note = format!(
        "\n*** tests/ui is SKIPPED: it records what rustc {RECORDED_WITH} says; this is {found}.\n\
         *** Run it with `cargo +{RECORDED_WITH} test --test ui`.\n\n"
    );
    std::io::stderr().write_all(note.as_bytes()).expect("stderr is open");
}

/// `1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn compiler_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).unwrap_or(&text).to_owned()
}
