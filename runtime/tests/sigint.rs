//! Ctrl-C, in programs of their own: each case runs this binary again and sends it SIGINT.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use asyncio::{CancelledError, KeyboardInterrupt, Result};

/// The number of the signal, the same on every Unix.
const SIGINT: i32 = 2;

/// A case: the program, how often it is interrupted, what it prints, the signal that ends it.
struct Case {
    name: &'static str,
    program: fn() -> ExitCode,
    interrupts: usize,
    prints: &'static str,
    ends_by_sigint: bool,
}

const CASES: &[Case] = &[
    Case {
        name: "the first cancels the main task",
        program: || main_with(cleans_up()),
        interrupts: 1,
        prints: "cancelled: CancelledError()\ncleaned up\n",
        ends_by_sigint: true,
    },
    Case {
        name: "a main task that refuses goes on",
        program: || main_with(refuses()),
        interrupts: 1,
        prints: "refused\n",
        ends_by_sigint: false,
    },
    Case {
        name: "the second ends the loop",
        program: || main_with(refuses_for_ever()),
        interrupts: 2,
        prints: "refused\nreleased\n",
        ends_by_sigint: true,
    },
    Case {
        name: "the third takes the default action",
        program: || main_with(is_busy()),
        interrupts: 3,
        prints: "",
        ends_by_sigint: true,
    },
    Case {
        name: "run returns KeyboardInterrupt, and the handler is restored",
        program: returns,
        interrupts: 1,
        prints: "KeyboardInterrupt()\nagain: KeyboardInterrupt()\n",
        ends_by_sigint: false,
    },
    Case {
        name: "a loop that has slept before is woken, too",
        program: sleeps_again,
        interrupts: 1,
        prints: "slept\nKeyboardInterrupt()\n",
        ends_by_sigint: false,
    },
    Case {
        name: "a program that ignores it is left alone",
        program: ignores,
        interrupts: 0,
        prints: "undisturbed\n",
        ends_by_sigint: false,
    },
];

fn main_with<F: Future<Output = Result<()>> + 'static>(main: F) -> ExitCode {
    asyncio::__private::main(main, asyncio::RunOptions::new())
}

/// Tells the parent that it may interrupt now.
fn ready() {
    eprintln!("ready");
}

async fn cleans_up() -> Result<()> {
    ready();
    let error = asyncio::sleep(3600).await.unwrap_err();
    println!("cancelled: {error:?}");
    asyncio::sleep(0.01).await?;
    println!("cleaned up");
    Err(error)
}

async fn refuses() -> Result<()> {
    ready();
    assert!(asyncio::sleep(3600).await.unwrap_err().is::<CancelledError>());
    println!("refused");
    Ok(())
}

async fn refuses_for_ever() -> Result<()> {
    struct Released;
    impl Drop for Released {
        fn drop(&mut self) {
            println!("released");
        }
    }
    let _released = Released;
    ready();
    assert!(asyncio::sleep(3600).await.is_err());
    println!("refused");
    ready();
    asyncio::sleep(3600).await
}

async fn is_busy() -> Result<()> {
    ready();
    loop {
        std::hint::spin_loop();
        ready();
    }
}

fn returns() -> ExitCode {
    async fn waits() -> Result<()> {
        ready();
        asyncio::sleep(3600).await
    }
    let error = asyncio::run(waits()).unwrap_err();
    assert!(error.is::<KeyboardInterrupt>());
    println!("{error:?}");
    let error = asyncio::run(async {
        // The handler was put back and taken over again.
        interrupt(std::process::id());
        asyncio::sleep(3600).await
    })
    .unwrap_err();
    println!("again: {error:?}");
    ExitCode::SUCCESS
}

fn sleeps_again() -> ExitCode {
    let mut runner = asyncio::Runner::new();
    runner.run(asyncio::sleep(0.001)).expect("nobody interrupts it");
    println!("slept");
    let error = runner.run(async {
        ready();
        asyncio::sleep(3600).await
    });
    println!("{:?}", error.unwrap_err());
    ExitCode::SUCCESS
}

fn ignores() -> ExitCode {
    if env::var_os("IGNORES_SIGINT").is_none() {
        let mut again = Command::new("sh");
        again.args(["-c", "trap '' INT; exec \"$0\""]).arg(env::current_exe().expect("a path"));
        panic!("{}", again.env("IGNORES_SIGINT", "1").exec());
    }
    main_with(async {
        interrupt(std::process::id());
        asyncio::sleep(0.01).await?;
        println!("undisturbed");
        Ok(())
    })
}

fn interrupt(process: u32) {
    let status = Command::new("kill").args(["-INT", &process.to_string()]).status();
    assert!(status.expect("there is a kill").success());
}

fn check(case: &Case) {
    let mut child = Command::new(env::current_exe().expect("it has a path"))
        .env("SIGINT_CASE", case.name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut messages = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    for _ in 0..case.interrupts {
        // Each interrupt waits for its own word, so that none is merged with another.
        let Some(Ok(_)) = messages.next() else { panic!("{}: it ended too early", case.name) };
        interrupt(child.id());
    }
    std::thread::spawn(move || messages.for_each(drop));
    // A busy program's words wait in the pipe, older than its interrupts: two of these may have become one.
    while case.interrupts > 2 && child.try_wait().expect("it is ours").is_none() {
        interrupt(child.id());
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut printed = String::new();
    let mut stdout = child.stdout.take().expect("it is piped");
    stdout.read_to_string(&mut printed).expect("it is text");
    let status = child.wait().expect("it ends");
    assert_eq!(printed, case.prints, "{}", case.name);
    let signal = case.ends_by_sigint.then_some(SIGINT);
    assert_eq!(status.signal(), signal, "{}: {status}", case.name);
    println!("test {} ... ok", case.name);
}

fn main() -> ExitCode {
    if let Ok(name) = env::var("SIGINT_CASE") {
        let case = CASES.iter().find(|case| case.name == name).expect("it is a case");
        return (case.program)();
    }
    // A harness is asked to list its tests, too.
    if env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    CASES.iter().for_each(check);
    ExitCode::SUCCESS
}
