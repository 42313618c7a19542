//! The macros of the `asyncio` crate.
