//! The macros that hold blocks of code. They expand in line: a label for each kind of exit, behind
//! which the code stands that runs on this way, and then the real `return`, `break` or `continue`.

pub(crate) mod async_for;
mod bodies;
mod routes;
pub(crate) mod try_except;
pub(crate) mod visit;
pub(crate) mod with;
