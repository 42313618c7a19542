//! CPython, as a process that runs programs.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::program::Program;

/// A process of `python/interpreter.py`.
pub(crate) struct Python {
    process: Child,
    programs: Option<ChildStdin>,
    traces: BufReader<ChildStdout>,
}

impl Python {
    pub(crate) fn start() -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/interpreter.py");
        let mut process = Command::new("python3.15")
            // As is: no settings of a user, no warnings, no files left behind.
            .args(["-I", "-B", "-W", "ignore"])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("python3.15: {error}")))?;
        let programs = process.stdin.take();
        let traces = BufReader::new(process.stdout.take().expect("a pipe"));
        Ok(Self { process, programs, traces })
    }

    /// Hands over programs, which Python runs while others go on.
    pub(crate) fn send(&mut self, programs: &[Program]) -> io::Result<()> {
        let mut text = Vec::new();
        for program in programs {
            serde_json::to_writer(&mut text, program)?;
            text.push(b'\n');
        }
        text.push(b'\n');
        let pipe = self.programs.as_mut().expect("a pipe until the end");
        pipe.write_all(&text)?;
        pipe.flush()
    }

    /// Takes the trace of the next program.
    pub(crate) fn receive(&mut self) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.traces.read_line(&mut line)? == 0 {
                return Err(io::Error::other("Python ended before its last trace"));
            }
            match line.trim_end_matches('\n') {
                "" => return Ok(lines),
                text => lines.push(text.to_owned()),
            }
        }
    }

    /// Runs programs one after the other.
    pub(crate) fn run(&mut self, programs: &[Program]) -> io::Result<Vec<Vec<String>>> {
        self.send(programs)?;
        programs.iter().map(|_| self.receive()).collect()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.programs.take());
        let _ = self.process.wait();
    }
}
