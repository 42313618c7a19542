//! Panics of the user's code, wherever the loop calls it: each is somebody's exception or is
//! reported, nothing leaks, and the loop goes on.
#![forbid(unsafe_code)]

#[path = "support/alive.rs"]
mod alive;
#[path = "panics/callbacks.rs"]
mod callbacks;
#[path = "panics/coroutines.rs"]
mod coroutines;
#[path = "panics/destructors.rs"]
mod destructors;
#[path = "panics/errors.rs"]
mod errors;
#[path = "panics/results.rs"]
mod results;
#[path = "panics/scene.rs"]
mod scene;
#[path = "panics/threads.rs"]
mod threads;
#[path = "panics/wakers.rs"]
mod wakers;
