//! What holds blocks of code: their ways out, and how an expansion follows them.

pub(crate) mod visit;
