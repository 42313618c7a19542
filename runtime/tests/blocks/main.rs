//! The macros with blocks at run time: what runs in which order, and what goes where.

mod borrows;
mod except;
mod syntax;
mod ways;
