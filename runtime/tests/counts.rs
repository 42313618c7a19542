//! How often things happen, exactly: polls, wakes, clones and drops of whatever is awaited.
//!
//! A coroutine is polled once for its start and once for each time that it waited, whatever it
//! waits for; it is dropped once, before whoever waits for it goes on. A result is never cloned
//! unless several ask for it. Somebody else's waker is woken once, and not kept.
#![forbid(unsafe_code)]

#[path = "counts/combinators.rs"]
mod combinators;
#[path = "counts/counters.rs"]
mod counters;
#[path = "counts/locks.rs"]
mod locks;
#[path = "counts/queues.rs"]
mod queues;
#[path = "counts/threads.rs"]
mod threads;
#[path = "counts/wakers.rs"]
mod wakers;
