//! `test_locks.py`.

mod barrier;
mod condition;
mod lock_and_event;
mod semaphore;

/// Whether the repr of a primitive shows this state.
fn shows(primitive: &impl std::fmt::Debug, state: &str) -> bool {
    let repr = format!("{primitive:?}");
    assert!(repr.starts_with("<asyncio.locks.") && repr.contains(" object at 0x"), "{repr}");
    repr.ends_with(&format!(" [{state}]>"))
}
