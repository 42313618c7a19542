//! The macros at run time: what a program sees of `gather!`, `wait_for!`, `#[asyncio::main]` and
//! `#[asyncio::test]`.

#[path = "macros/attributes.rs"]
mod attributes;
#[path = "macros/expressions.rs"]
mod expressions;
#[path = "macros/hygiene.rs"]
mod hygiene;
#[path = "macros/programs.rs"]
mod programs;
