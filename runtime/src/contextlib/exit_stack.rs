//! `AsyncExitStack`: any number of context managers, left in the opposite order.

use std::cell::RefCell;
use std::fmt;
use std::future::Future as StdFuture;
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;

use super::{AsyncClose, AsyncContextManager, Entered, raised_while_handling, settle};
use crate::events::CallbackOutput;
use crate::exceptions::{Error, Result};
use crate::tasks::Block;

/// A stack of exits that run, the last one first, when the block around it ends.
///
/// It behaves like as many nested blocks: an exit that swallows the error hides it from the
/// exits further out, and one that fails hands them its own error. A cheap handle: clones are
/// the same stack, which may hold references that live for `'m`. Exits that never ran are
/// dropped with it. Mirrors `contextlib.AsyncExitStack`.
///
/// # Cancellation
/// A cancellation that is raised in an exit is the error of that exit, and so is a panic; the
/// others still run.
///
/// ```
/// use asyncio::{AsyncExitStack, async_with};
///
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     async_with(&AsyncExitStack::new(), async |stack| {
///         stack.callback(|| println!("last"));
///         stack.push_async_callback(async || asyncio::sleep_with(0, ()).await);
///         stack.enter_async_context(asyncio::timeout(10)).await?;
///         asyncio::Ok(())
///     })
///     .await
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct AsyncExitStack<'m> {
    exits: Rc<RefCell<Vec<Exit<'m>>>>,
}

/// An exit that has yet to run; it gets the error of the block.
struct Exit<'m> {
    function: Box<dyn FnOnce(Option<Error>) -> Exiting<'m> + 'm>,
    /// As [`AsyncContextManager::sets_contexts`].
    sets_contexts: bool,
}

type Exiting<'m> = Pin<Box<dyn StdFuture<Output = Result<bool>> + 'm>>;

impl<'m> AsyncExitStack<'m> {
    /// A stack without exits.
    pub fn new() -> Self {
        Self { exits: Rc::default() }
    }

    /// Enters `manager`, and puts its exit on the stack.
    ///
    /// The stack keeps the manager: give it a handle, an `Rc` or a reference. Mirrors
    /// `AsyncExitStack.enter_async_context`.
    ///
    /// # Errors
    /// What the entry fails with; there is nothing to exit then.
    pub async fn enter_async_context<M>(&self, manager: M) -> Result<M::Value>
    where
        M: AsyncContextManager + 'm,
    {
        let value = manager.aenter().await?;
        let sets_contexts = manager.sets_contexts();
        let entered = Entered(manager);
        self.add(sets_contexts, async move |error: Option<&Error>| entered.exit(error).await);
        Ok(value)
    }

    /// Puts an exit on the stack: a function that gets the error of the block.
    ///
    /// `true` swallows the error. Mirrors `AsyncExitStack.push`.
    pub fn push<E>(&self, exit: impl FnOnce(Option<&Error>) -> Result<bool, E> + 'm)
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.push_async_exit(async |error: Option<&Error>| exit(error));
    }

    /// Puts an asynchronous exit on the stack: [`AsyncContextManager::aexit`], without an entry.
    ///
    /// Mirrors `AsyncExitStack.push_async_exit`.
    pub fn push_async_exit<E>(&self, exit: impl AsyncFnOnce(Option<&Error>) -> Result<bool, E> + 'm)
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.add(false, exit);
    }

    /// Puts a call on the stack, which learns of no error and swallows none.
    ///
    /// Mirrors `AsyncExitStack.callback`.
    pub fn callback<R: CallbackOutput>(&self, callback: impl FnOnce() -> R + 'm) {
        self.push(|_| callback().into_outcome().map(|()| false));
    }

    /// Puts a coroutine on the stack, which learns of no error and swallows none.
    ///
    /// Mirrors `AsyncExitStack.push_async_callback`.
    pub fn push_async_callback<T, E>(&self, callback: impl AsyncFnOnce() -> Result<T, E> + 'm)
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.push_async_exit(async |_: Option<&Error>| callback().await.map(|_| false));
    }

    /// Moves all exits to a new stack, so that the end of this one's block runs none of them.
    ///
    /// Mirrors `AsyncExitStack.pop_all`.
    ///
    /// ```
    /// use asyncio::{AsyncExitStack, async_with};
    ///
    /// # fn main() -> asyncio::Result<()> {
    /// async fn open_all() -> asyncio::Result<AsyncExitStack<'static>> {
    ///     let mut opened = None;
    ///     async_with(&AsyncExitStack::new(), async |stack| {
    ///         stack.callback(|| println!("closed"));
    ///         // All went well: whoever called closes them.
    ///         opened = Some(stack.pop_all());
    ///         asyncio::Ok(())
    ///     })
    ///     .await?;
    ///     Ok(opened.unwrap_or_default())
    /// }
    /// asyncio::run(async { open_all().await?.aclose().await })
    /// # }
    /// ```
    #[must_use = "the exits run only if the new stack is closed"]
    pub fn pop_all(&self) -> Self {
        let exits = mem::take(&mut *self.exits.borrow_mut());
        Self { exits: Rc::new(RefCell::new(exits)) }
    }

    /// Runs the exits at once, those included that they put on the stack.
    ///
    /// Mirrors `AsyncExitStack.aclose`.
    ///
    /// # Errors
    /// What the last of the exits to fail has failed with, unless one after it swallowed that.
    pub async fn aclose(&self) -> Result<()> {
        self.unwind(None).await?;
        Ok(())
    }

    /// Python's `__aexit__`; whether what the block failed with was swallowed.
    async fn unwind(&self, received: Option<&Error>) -> Result<bool> {
        let mut error = received.cloned();
        let mut is_swallowed = false;
        let mut is_raised = false;
        while let Some(exit) = self.pop() {
            let exiting = pin!(Some((exit.function)(error.clone())));
            match settle(&Block::new(), 1, exiting).await {
                Ok(false) => {}
                Ok(true) => {
                    is_swallowed = true;
                    is_raised = false;
                    error = None;
                }
                Err(raised) => {
                    error = Some(if exit.sets_contexts {
                        raised
                    } else {
                        raised_while_handling(raised, received, error.as_ref())
                    });
                    is_raised = true;
                }
            }
        }
        match error {
            Some(error) if is_raised => Err(error),
            _ => Ok(received.is_some() && is_swallowed),
        }
    }

    fn add<E>(
        &self,
        sets_contexts: bool,
        exit: impl AsyncFnOnce(Option<&Error>) -> Result<bool, E> + 'm,
    ) where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let exiting = async move |error: Option<Error>| exit(error.as_ref()).await;
        let function = Box::new(|error| -> Exiting<'m> {
            Box::pin(async { exiting(error).await.map_err(Error::from_failure) })
        });
        self.exits.borrow_mut().push(Exit { function, sets_contexts });
    }

    fn pop(&self) -> Option<Exit<'m>> {
        self.exits.borrow_mut().pop()
    }
}

impl AsyncContextManager for AsyncExitStack<'_> {
    type Value = Self;

    async fn aenter(&self) -> Result<Self> {
        Ok(self.clone())
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        self.unwind(error).await
    }

    /// Drops the exits that did not run, in the order in which they would have run.
    fn finally(&self) {
        let exits = mem::take(&mut *self.exits.borrow_mut());
        exits.into_iter().rev().for_each(drop);
    }

    fn sets_contexts(&self) -> bool {
        true
    }
}

impl AsyncClose for AsyncExitStack<'_> {
    async fn aclose(&self) -> Result<()> {
        self.aclose().await
    }
}

impl fmt::Debug for AsyncExitStack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exits = self.exits.borrow().len();
        f.debug_struct("AsyncExitStack").field("exits", &exits).finish()
    }
}
