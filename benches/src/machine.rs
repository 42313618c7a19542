//! What the figures were taken on and with.

use std::{fs, process::Command, thread};

use crate::contenders::{Contender, Kind};

const LOCK: &str = include_str!("../Cargo.lock");

/// The versions of these tell which peers were measured.
const PEERS: [&str; 4] = ["tokio", "async-executor", "async-io", "monoio"];

/// One line a fact.
pub(crate) fn describe(contenders: &[Contender]) -> Vec<String> {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut facts = vec![
        format!("Processor: {}, {cores} cores", processor()),
        format!("Kernel: {}", kernel()),
        format!("Compiler: {}", compiler()),
    ];
    let peers: Vec<String> = PEERS.iter().filter_map(|name| locked(name)).collect();
    facts.push(format!("Rust peers: {}", peers.join(", ")));
    facts.extend(contenders.iter().filter(|its| its.is_python()).map(python));
    facts
}

pub(crate) fn compiler() -> String {
    first_line(Command::new("rustc").arg("--version"))
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}

/// Without what the one who built it added to its number.
fn kernel() -> String {
    let release = first_line(Command::new("uname").arg("-sr"));
    release.split('-').next().unwrap_or_default().to_owned()
}

/// The version of a package in the lock file.
fn locked(package: &str) -> Option<String> {
    let (_, entry) = LOCK.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let (version, _) = entry.split_once('"')?;
    Some(format!("{package} {version}"))
}

fn python(contender: &Contender) -> String {
    if let Some(reason) = contender.absence() {
        return format!("{}: not measured, {reason}", contender.name);
    }
    let code = match contender.kind {
        Kind::Uvloop => "import uvloop; print(uvloop.__version__)",
        _ => "import platform; print(platform.python_version())",
    };
    format!("{}: {}", contender.name, first_line(contender.python().args(["-c", code])))
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output);
    text.lines().next().unwrap_or("unknown").to_owned()
}
