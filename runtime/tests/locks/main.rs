//! What only Rust can ask of the locks: guards, and futures that are dropped half-way. What CPython
//! asks stands in `tests/cpython/test_locks.rs`.
#![forbid(unsafe_code)]

mod dropped;
mod lines;

/// Whether the repr of a primitive shows this state.
fn shows(primitive: &impl std::fmt::Debug, state: &str) -> bool {
    let repr = format!("{primitive:?}");
    assert!(repr.starts_with("<asyncio.locks.") && repr.contains(" object at 0x"), "{repr}");
    repr.ends_with(&format!(" [{state}]>"))
}
