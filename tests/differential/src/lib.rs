//! The differential proof: random programs do on this crate what they do on CPython.
//!
//! README.md says how to use it, and how to add an operation.

mod command;
mod compare;
mod generate;
mod kept;
mod program;
mod python;
mod run;
mod shrink;

pub use command::main;
pub use kept::replay;
