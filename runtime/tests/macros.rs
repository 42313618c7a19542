//! The macros at run time: what a program sees of the function-like ones, of `#[asyncio::main]` and
//! of `#[asyncio::test]`.

#[path = "macros/attributes.rs"]
mod attributes;
#[path = "macros/expressions.rs"]
mod expressions;
#[path = "macros/fragments.rs"]
mod fragments;
#[path = "macros/hygiene.rs"]
mod hygiene;
#[path = "macros/options.rs"]
mod options;
#[path = "macros/programs.rs"]
mod programs;
#[path = "macros/raising.rs"]
mod raising;
