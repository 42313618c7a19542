//! The unsafe heart, kept small: a coroutine polled where it lies, and the borrowed waker.
//!
//! | file | what is unsafe | why it is sound |
//! | --- | --- | --- |
//! | `current` | references to the stepping and the polling function's handles | lent inside these functions only |
//! | `moving` | a value taken out of somebody else's variable | its owner forgets it, and whoever has the one reference takes or drops it |
//! | `place` | an `Rc` that is filled after it was made | filled at once, by the one function that makes it |
//! | `project` | the pinned future in a pinned coroutine | a `Coroutine` is nothing else, has no `Drop`, and gives it out pinned only |
//! | `task` | pinning a coroutine inside an `Rc` | a `TaskCell` is built inside its `Rc` and never leaves it |
//! | `waker` | a `RawWaker` whose data is the task itself | lent out for one poll; other threads touch only what never changes |

pub(crate) mod current;
pub(crate) mod moving;
pub(crate) mod place;
pub(crate) mod project;
pub(crate) mod task;
#[cfg(test)]
mod tests;
pub(crate) mod waker;
