//! What the loop does for asynchronous generators: it knows those that were begun, and closes them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use super::{EventLoop, ExceptionContext};
use crate::exceptions::{Exception, Result};
use crate::generators::{AsyncGeneratorAClose, RawGenerator};
use crate::log;
use crate::tasks::gather_all_return_exceptions;

/// Python's `_asyncgens`: in the order in which they were begun.
#[derive(Default)]
pub(super) struct AsyncGens {
    alive: RefCell<BTreeMap<u64, Weak<dyn RawGenerator>>>,
    next_number: Cell<u64>,
    /// Python's `_asyncgens_shutdown_called`.
    shutdown_called: Cell<bool>,
}

impl EventLoop {
    /// Closes all asynchronous generators that were begun in this loop and are not at their end,
    /// each in a task of its own.
    ///
    /// An error in one goes to the exception handler; the others are closed all the same. What is
    /// begun after that is closed by nobody, and warned of. [`run`](crate::run()) does this at its
    /// end. Mirrors `loop.shutdown_asyncgens`.
    ///
    /// # Errors
    /// SystemExit or KeyboardInterrupt out of a generator or the exception handler.
    ///
    /// # Cancellation
    /// Cancels the tasks that close the generators, and with them what the generators await.
    ///
    /// ```
    /// use asyncio::{AsyncGenerator, Result};
    ///
    /// # fn main() -> Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let numbers: AsyncGenerator<u32> = AsyncGenerator::new(|yielder| async move {
    ///     let outcome = yielder.yield_(1).await;
    ///     println!("closed by {outcome:?}");
    ///     outcome
    /// });
    /// let main = async move {
    ///     assert_eq!(numbers.anext().await?, 1);
    ///     asyncio::get_running_loop().shutdown_asyncgens().await
    /// };
    /// loop_.run_until_complete(main)?;
    /// loop_.close()
    /// # }
    /// ```
    pub async fn shutdown_asyncgens(&self) -> Result<()> {
        self.note_asyncgens_shutdown();
        let alive = self.0.asyncgens.alive.take();
        let closing: Vec<_> = alive.values().filter_map(Weak::upgrade).collect();
        if closing.is_empty() {
            return Ok(());
        }
        let closes = closing.iter().cloned().map(AsyncGeneratorAClose::new);
        let results = gather_all_return_exceptions(closes).await?;
        for (result, generator) in results.into_iter().zip(closing) {
            let Err(error) = result else { continue };
            if !error.is::<Exception>() {
                continue;
            }
            let repr = generator.repr();
            let mut context = ExceptionContext::new(format!(
                "an error occurred during closing of asynchronous generator {repr}"
            ));
            context.exception = Some(error);
            context.asyncgen = Some(repr);
            self.call_exception_handler(context)?;
        }
        Ok(())
    }

    pub(super) fn has_asyncgens(&self) -> bool {
        !self.0.asyncgens.alive.borrow().is_empty()
    }

    /// From now on generators that are begun are warned of.
    pub(super) fn note_asyncgens_shutdown(&self) {
        self.0.asyncgens.shutdown_called.set(true);
    }

    /// Remembers a generator that is asked for the first time; the outcome is its number.
    pub(crate) fn _asyncgen_firstiter_hook(&self, generator: &Rc<dyn RawGenerator>) -> u64 {
        let asyncgens = &self.0.asyncgens;
        if asyncgens.shutdown_called.get() {
            log::warning(&format!(
                "ResourceWarning: asynchronous generator {} was scheduled after \
                 loop.shutdown_asyncgens() call",
                generator.repr()
            ));
        }
        let number = asyncgens.next_number.get();
        asyncgens.next_number.set(number + 1);
        asyncgens.alive.borrow_mut().insert(number, Rc::downgrade(generator));
        number
    }

    /// Forgets a generator that is gone.
    pub(crate) fn forget_asyncgen(&self, number: u64) {
        self.0.asyncgens.alive.borrow_mut().remove(&number);
    }

    /// Has a generator closed that nobody holds any more, unless the loop is closed itself.
    pub(crate) fn _asyncgen_finalizer_hook<G: RawGenerator + 'static>(
        &self,
        revive: impl FnOnce() -> Rc<G>,
    ) {
        if self.is_closed() {
            return;
        }
        let (loop_, aclose) = (self.clone(), AsyncGeneratorAClose::new(revive()));
        self.call_soon(move || drop(loop_.create_task(aclose)));
    }
}
