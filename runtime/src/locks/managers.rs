//! What is acquired, as a context manager.

use std::cell::Cell;

use super::{Barrier, BoundedSemaphore, Condition, Lock, Semaphore};
use crate::contextlib::AsyncContextManager;
use crate::exceptions::{Error, Result};

/// Whether the block that is over was left by its exit, or was dropped half-way and has not
/// released anything. The one call comes right after the other, so that all blocks share it.
#[derive(Default)]
pub(super) struct Left(Cell<bool>);

/// Writes the manager that acquires on entry and releases on exit.
macro_rules! managers {
    ($($name:ident: $left:expr, $release:expr;)+) => {$(
        /// Acquires on entry and releases on exit. Mirrors `async with`.
        impl AsyncContextManager for $name {
            type Value = ();

            async fn aenter(&self) -> Result<()> {
                self.acquire().await.map(drop)
            }

            async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
                let left: fn(&Self) -> &Left = $left;
                left(self).0.set(true);
                let release: fn(&Self) -> Result<()> = $release;
                release(self).map(|()| false)
            }

            fn finally(&self) {
                let left: fn(&Self) -> &Left = $left;
                if !left(self).0.replace(false) {
                    let release: fn(&Self) -> Result<()> = $release;
                    // There is nobody to raise to.
                    let _ = release(self);
                }
            }
        }
    )+};
}

managers! {
    Lock: Self::left, Self::release;
    Condition: |this| this.inner_lock().left(), Self::release;
    Semaphore: Self::left, |this| {
        this.release();
        Ok(())
    };
    BoundedSemaphore: |this| this.semaphore().left(), Self::release;
}

/// Waits on entry; the block gets the index. Mirrors `async with`.
impl AsyncContextManager for Barrier {
    type Value = usize;

    async fn aenter(&self) -> Result<usize> {
        self.wait().await
    }

    async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
        Ok(false)
    }
}
