//! `#[asyncio::main]` as a program: its status and what it prints.
//!
//! Each program here is run by this very test binary, started once more for that alone.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};

use asyncio::{Error, KeyboardInterrupt, Result, SystemExit, ValueError, sleep};

const PROGRAM: &str = "ASYNCIO_TEST_PROGRAM";

/// The program that a process of ours is to be; without one there is nothing to do.
#[test]
fn program() {
    let Ok(name) = std::env::var(PROGRAM) else { return };
    let status = match name.as_str() {
        "nothing" => nothing::main(),
        "succeeds" => succeeds::main(),
        "fails" => fails::main(),
        "fails_with_a_cause" => fails_with_a_cause::main(),
        "fails_with_a_text" => fails_with_a_text::main(),
        "exits" => exits::main(),
        "exits_with_more_than_a_byte" => exits_with_more_than_a_byte::main(),
        "exits_in_a_callback" => exits_in_a_callback::main(),
        "interrupted" => interrupted::main(),
        "returns_a_status" => returns_a_status::main(),
        "panics" => panics::main(),
        _ => unreachable!("there is no program {name}"),
    };
    let status = (0..=u8::MAX).find(|number| same(ExitCode::from(*number), status));
    std::process::exit(status.expect("a status is a byte").into());
}

/// `ExitCode` has no other comparison.
fn same(one: ExitCode, other: ExitCode) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

/// Runs a program, and compares its status and what it printed to stderr.
#[track_caller]
fn check(name: &str, status: i32, stderr: &str) {
    assert_eq!(run(name), (Some(status), stderr.to_owned()));
}

fn run(name: &str) -> (Option<i32>, String) {
    let output = Command::new(std::env::current_exe().expect("a test is a file"))
        .args(["--exact", "programs::program", "--nocapture"])
        .env(PROGRAM, name)
        .output()
        .expect("the test binary starts");
    // As a shell counts it, a signal is 128 and its number.
    let status = output.status.code().or(output.status.signal().map(|signal| 128 + signal));
    (status, String::from_utf8_lossy(&output.stderr).into_owned())
}

mod nothing {
    #[asyncio::main]
    pub(super) async fn main() {}
}

mod succeeds {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<u8> {
        super::sleep(0).await?;
        Ok(5)
    }
}

#[test]
fn success_is_zero() {
    check("nothing", 0, "");
    check("succeeds", 0, "");
}

mod fails {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        Err(super::ValueError("Oops!"))
    }
}

mod fails_with_a_cause {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        Err(super::ValueError("Oops!").with_cause(super::ValueError("Why")))
    }
}

mod fails_with_a_text {
    #[asyncio::main]
    pub(super) async fn main() -> Result<(), String> {
        Err("Oops!".to_owned())
    }
}

#[test]
fn an_exception_is_printed() {
    check("fails", 1, "ValueError: Oops!\n");
    check(
        "fails_with_a_cause",
        1,
        "ValueError: Why\n\n\
         The above exception was the direct cause of the following exception:\n\n\
         ValueError: Oops!\n",
    );
    check("fails_with_a_text", 1, "Exception: Oops!\n");
}

mod exits {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        Err(super::SystemExit(3))
    }
}

mod exits_with_more_than_a_byte {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        Err(super::SystemExit(-1))
    }
}

mod exits_in_a_callback {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.call_soon(|| Err::<(), super::Error>(super::SystemExit(4)));
        super::sleep(3600).await
    }
}

mod returns_a_status {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<std::process::ExitCode> {
        Ok(std::process::ExitCode::from(7))
    }
}

#[test]
fn a_program_may_choose_its_status() {
    check("exits", 3, "");
    check("exits_with_more_than_a_byte", 255, "");
    check("exits_in_a_callback", 4, "");
    check("returns_a_status", 7, "");
}

mod interrupted {
    #[asyncio::main]
    pub(super) async fn main() -> super::Result<()> {
        Err(super::KeyboardInterrupt())
    }
}

#[test]
fn an_interrupt_has_the_status_of_the_signal() {
    check("interrupted", 130, "KeyboardInterrupt\n");
}

mod panics {
    #[asyncio::main]
    pub(super) async fn main() {
        panic!("this very panic");
    }
}

/// The harness turns the panic into its own status, so only what was printed is looked at.
#[test]
fn a_panic_is_printed_once() {
    let (status, stderr) = run("panics");
    assert_ne!(status, Some(0));
    assert_eq!(stderr.matches("this very panic").count(), 1, "{stderr}");
    assert!(stderr.contains("programs.rs"), "{stderr}");
}
