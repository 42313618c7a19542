//! Random programs, run by CPython and by this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    differential::main()
}
