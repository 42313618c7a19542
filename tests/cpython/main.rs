//! CPython's own tests of asyncio in our words: a file for each of its files, a module for each
//! of its classes, and its names. `tests/conformance/coverage` compares the lists; what has no
//! meaning here stands in `not_portable.txt`, with the reason.
#![forbid(unsafe_code)]
#![allow(non_snake_case, reason = "the modules are CPython's classes")]

mod loops;
mod support;
mod test_base_events;
mod test_eager_task_factory;
mod test_events;
mod test_futures;
mod test_futures2;
mod test_locks;
mod test_queues;
mod test_runners;
mod test_taskgroups;
mod test_tasks;
mod test_threads;
mod test_timeouts;
mod test_waitfor;
