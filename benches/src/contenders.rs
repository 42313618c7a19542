//! Who takes part in the measurements, and how a single one is taken.

use std::{
    cell::OnceCell,
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    measure::{Program, Programs},
    on_asyncio, on_sketch,
    sizes::Size,
};
#[cfg(feature = "peers")]
use crate::{on_monoio, on_smol, on_tokio};

/// The first argument of a process that takes a single measurement.
pub(crate) const SINGLE: &str = "--single";

/// How much less Python is given to do where that does not change what an operation costs.
const LESS_FOR_PYTHON: u32 = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// This project's crate.
    Ours,
    Sketch,
    /// Another runtime for Rust.
    Peer,
    Python,
    /// Python on the loop that is known to be fast.
    Uvloop,
}

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    programs: Programs,
    absence: OnceCell<Option<&'static str>>,
}

/// All contenders, in the order in which they take turns.
pub(crate) fn contenders() -> Vec<Contender> {
    let new = |name, kind, programs| {
        let absence = OnceCell::new();
        Contender { name, kind, programs, absence }
    };
    vec![
        new("asyncio", Kind::Ours, on_asyncio::programs()),
        new("sketch", Kind::Sketch, on_sketch::programs()),
        #[cfg(feature = "peers")]
        new("tokio", Kind::Peer, on_tokio::programs::<on_tokio::CurrentThread>()),
        #[cfg(feature = "peers")]
        new("tokio local", Kind::Peer, on_tokio::programs::<on_tokio::Local>()),
        #[cfg(feature = "peers")]
        new("smol", Kind::Peer, on_smol::programs()),
        #[cfg(feature = "peers")]
        new("monoio", Kind::Peer, on_monoio::programs()),
        new("uvloop", Kind::Uvloop, Vec::new()),
        new("CPython", Kind::Python, Vec::new()),
    ]
}

impl Contender {
    pub(crate) fn program(&self, name: &str) -> Option<Program> {
        let (_, program) = self.programs.iter().find(|(its_name, _)| *its_name == name)?;
        Some(*program)
    }

    /// The names of its programs, for those of Rust.
    pub(crate) fn program_names(&self) -> impl Iterator<Item = &'static str> {
        self.programs.iter().map(|(name, _)| *name)
    }

    pub(crate) fn is_python(&self) -> bool {
        matches!(self.kind, Kind::Python | Kind::Uvloop)
    }

    /// Whether it takes part in a row on this program; Python does if it is here and the row
    /// does not say no.
    pub(crate) fn has(&self, program: &str, python: bool) -> bool {
        let has = if self.is_python() { python } else { self.program(program).is_some() };
        has && self.absence().is_none()
    }

    /// Takes one measurement in a process of its own.
    ///
    /// # Panics
    /// If the process fails or prints anything but a figure.
    pub(crate) fn measure(&self, program: &str, size: Size) -> f64 {
        let output = self
            .command(program, size)
            .stderr(Stdio::inherit())
            .output()
            .expect("a process for the measurement");
        assert!(output.status.success(), "{program} on {}: {}", self.name, output.status);
        let printed = String::from_utf8_lossy(&output.stdout);
        printed.trim().parse().expect("a figure")
    }

    /// The process that takes a measurement and prints it.
    pub(crate) fn command(&self, program: &str, size: Size) -> Command {
        let numbers = |size: Size| [size.operations.to_string(), size.alive.to_string()];
        if self.is_python() {
            let mut command = self.python();
            command.arg(package().join("programs.py")).arg(program);
            command.args(numbers(size.divided(LESS_FOR_PYTHON)));
            if self.kind == Kind::Uvloop {
                command.arg("uvloop");
            }
            return command;
        }
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args([SINGLE, self.name, program]).args(numbers(size));
        command
    }

    /// The interpreter; uvloop may be installed for it, or only for these measurements.
    pub(crate) fn python(&self) -> Command {
        let mut command = Command::new("python3.15");
        if self.kind == Kind::Uvloop {
            command.env("PYTHONPATH", package().join("target/uvloop"));
        }
        command
    }

    /// Why it cannot take part on this machine.
    pub(crate) fn absence(&self) -> Option<&'static str> {
        *self.absence.get_or_init(|| self.look_for_absence())
    }

    fn look_for_absence(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Python if !self.runs("import asyncio") => Some("there is no `python3.15`"),
            Kind::Uvloop if !self.runs("import uvloop") => Some("`python3.15` finds no uvloop"),
            _ => None,
        }
    }

    fn runs(&self, code: &str) -> bool {
        let mut command = self.python();
        command.args(["-c", code]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// The folder of this package.
pub(crate) fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
