//! Asynchronous context managers; mirrors the asynchronous half of Python's `contextlib`.

mod exit_stack;

use std::any::Any;
use std::future::Future as StdFuture;
use std::pin::{Pin, pin};
use std::rc::Rc;

use crate::exceptions::{Error, Result, RuntimeError};
use crate::tasks::{self, Block};

pub use exit_stack::AsyncExitStack;

/// What a block of code is entered and left with: the protocol of Python's `async with`.
///
/// A reference to a manager, a `Box` and an `Rc` of one are managers, too. [`async_with`] runs a block
/// in one, [`AsyncExitStack`] enters any number of them. Mirrors
/// `contextlib.AbstractAsyncContextManager`.
///
/// ```
/// use asyncio::{AsyncContextManager, Error, Result, async_with};
///
/// struct Transaction;
///
/// impl AsyncContextManager for Transaction {
///     type Value = u32;
///
///     async fn aenter(&self) -> Result<u32> {
///         asyncio::sleep(0).await?;
///         Ok(7)
///     }
///
///     async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
///         println!("{}", if error.is_some() { "rolled back" } else { "committed" });
///         Ok(false)
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let body = async |number| asyncio::Ok(number + 1);
/// let answer = asyncio::run(async move { async_with(&Transaction, body).await })?;
/// assert_eq!(answer, 8);
/// # Ok(())
/// # }
/// ```
#[expect(async_fn_in_trait, reason = "nothing of a loop leaves its thread: `Send` is not wanted")]
pub trait AsyncContextManager {
    /// What the block gets: Python's name after `as`.
    type Value;

    /// Enters the block. Mirrors `__aenter__`.
    ///
    /// # Errors
    /// Whatever keeps the block from running; it is not left then.
    async fn aenter(&self) -> Result<Self::Value>;

    /// Leaves the block, which failed with `error` or did not fail. Mirrors `__aexit__`.
    ///
    /// `true` swallows the error, `false` lets it go on.
    ///
    /// # Errors
    /// What is raised in place of the block's outcome.
    async fn aexit(&self, error: Option<&Error>) -> Result<bool>;

    /// Called when a block that was entered is over, also if it was dropped half-way: by a
    /// foreign combinator, which can await nothing.
    #[doc(hidden)]
    fn finally(&self) {}

    /// Whether the errors that the exit raises have their context already.
    #[doc(hidden)]
    fn sets_contexts(&self) -> bool {
        false
    }
}

/// Writes what a pointer to a manager does: what the manager does.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<M: AsyncContextManager + ?Sized> AsyncContextManager for $pointer {
            type Value = M::Value;

            async fn aenter(&self) -> Result<M::Value> {
                (**self).aenter().await
            }

            async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
                (**self).aexit(error).await
            }

            fn finally(&self) {
                (**self).finally();
            }

            fn sets_contexts(&self) -> bool {
                (**self).sets_contexts()
            }
        }

        impl<M: AsyncClose + ?Sized> AsyncClose for $pointer {
            async fn aclose(&self) -> Result<()> {
                (**self).aclose().await
            }
        }
    )*};
}

pointers!(&M, &mut M, Box<M>, Rc<M>);

/// Enters `manager`, runs `body` with what that gives, and leaves it: Python's `async with`.
///
/// The manager is borrowed, so that it can be used again. Its exit is told how the body ended,
/// and is waited for.
///
/// # Errors
/// What the entry or the exit fails with, else what the body fails with, unless the exit
/// swallows that. A swallowed error leaves no value, which is well for a body that gives `()`;
/// for any other it is a RuntimeError.
///
/// # Cancellation
/// A `CancelledError` that is raised in the body goes to the exit like any other error. Work of
/// the exit can be cancelled, too: to be left in peace it awaits through `shield`.
///
/// A body that panics has failed with that panic. One that is dropped half-way is not exited:
/// there is nobody left to await it.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let timeout = asyncio::timeout(0.001);
///     let body = async |_| asyncio::sleep(3600).await;
///     let error = asyncio::async_with(&timeout, body).await.unwrap_err();
///     assert!(error.is::<asyncio::TimeoutError>());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub async fn async_with<M, T, E>(
    manager: &M,
    body: impl AsyncFnOnce(M::Value) -> Result<T, E>,
) -> Result<T>
where
    M: AsyncContextManager + ?Sized,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let block = &Block::new();
    let value = settle(block, 1, pin!(Some(manager.aenter()))).await?;
    let entered = Entered(manager);
    let outcome = settle(block, 1, pin!(Some(body(value)))).await;
    let error = outcome.as_ref().err();
    let exited = settle(block, 1, pin!(Some(entered.exit(error)))).await;
    match exited {
        Ok(true) => outcome.or_else(value_of_swallowed),
        Ok(false) => outcome,
        Err(raised) if manager.sets_contexts() => Err(raised),
        Err(raised) => Err(raised_while_handling(raised, error, error)),
    }
}

/// Awaits what is in `slot`, in the innermost of `depth` blocks of one function; a cancellation
/// that nobody in there takes ends it here.
pub(crate) async fn settle<F, T, E>(
    block: &Rc<Block>,
    depth: usize,
    slot: Pin<&mut Option<F>>,
) -> Result<T>
where
    F: StdFuture<Output = Result<T, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    tasks::flatten(tasks::drive_in_blocks(block, depth, slot).await)
}

/// A manager that was entered and is to be left.
struct Entered<M: AsyncContextManager>(M);

impl<M: AsyncContextManager> Entered<M> {
    async fn exit(&self, error: Option<&Error>) -> Result<bool> {
        self.0.aexit(error).await
    }
}

impl<M: AsyncContextManager> Drop for Entered<M> {
    fn drop(&mut self) {
        self.0.finally();
    }
}

/// The value of a body whose error was swallowed: there is one if it is `()`.
fn value_of_swallowed<T: 'static>(error: Error) -> Result<T> {
    let mut nothing = Some(());
    let any: &mut dyn Any = &mut nothing;
    match any.downcast_mut::<Option<T>>().and_then(Option::take) {
        Some(value) => Ok(value),
        None => Err(nothing_left(error)),
    }
}

/// What is raised in place of the value of a body whose error was swallowed.
pub(crate) fn nothing_left(swallowed: Error) -> Error {
    RuntimeError("the error of a block with a value was swallowed: nothing is left to return")
        .with_cause(swallowed)
}

/// The error that an exit raised while `handled` was the error of the block, and `before` the
/// one to come before it in the chain of contexts.
///
/// Python's `raise` has put `handled` at the end of the new error's contexts, and `contextlib`
/// then puts `before` in its place. An error that is one of them is raised again as it is.
pub(crate) fn raised_while_handling(
    raised: Error,
    handled: Option<&Error>,
    before: Option<&Error>,
) -> Error {
    let Some(handled) = handled else { return raised };
    let is_before = |error: &Error| before.is_some_and(|before| before.is_same(error));
    if raised.is_same(handled) || is_before(&raised) {
        return raised;
    }
    let mut chain = vec![raised.clone()];
    let mut last = raised.clone();
    while let Some(context) = last.context().filter(|context| !context.is_same(handled)) {
        if is_before(&context) {
            return raised;
        }
        chain.push(context.clone());
        last = context;
    }
    last.set_context(None);
    let Some(before) = before else { return raised };
    // A cancellation without a message is replaced, not changed: so is the link to it then.
    let mut link = before.clone();
    for error in chain.into_iter().rev() {
        let linked = error.clone().with_context(link);
        if linked.is_same(&error) {
            return raised;
        }
        link = linked;
    }
    link
}

/// What can be closed, which may take a while: Python's `aclose`.
///
/// A reference to such a thing, a `Box` and an `Rc` of one can be closed, too.
#[expect(async_fn_in_trait, reason = "nothing of a loop leaves its thread: `Send` is not wanted")]
pub trait AsyncClose {
    /// Closes it.
    ///
    /// # Errors
    /// What goes wrong while it is closed.
    async fn aclose(&self) -> Result<()>;
}

/// A context manager that gives `thing` to the block and closes it at the end.
///
/// The block gets a clone: of a handle, of an `Rc`, or of a reference. Mirrors
/// `contextlib.aclosing`.
///
/// ```
/// use asyncio::{AsyncClose, Result, aclosing, async_with};
///
/// struct Connection;
///
/// impl AsyncClose for Connection {
///     async fn aclose(&self) -> Result<()> {
///         println!("closed");
///         asyncio::sleep(0).await
///     }
/// }
///
/// # fn main() -> Result<()> {
/// async fn main() -> Result<()> {
///     let connection = Connection;
///     async_with(&aclosing(&connection), async |_connection| {
///         println!("open");
///         asyncio::Ok(())
///     })
///     .await
/// }
/// asyncio::run(main())
/// # }
/// ```
pub fn aclosing<C: AsyncClose + Clone>(thing: C) -> Aclosing<C> {
    Aclosing { thing }
}

/// The context manager that [`aclosing`] returns.
#[derive(Clone, Debug)]
pub struct Aclosing<C> {
    thing: C,
}

impl<C: AsyncClose + Clone> AsyncContextManager for Aclosing<C> {
    type Value = C;

    async fn aenter(&self) -> Result<C> {
        Ok(self.thing.clone())
    }

    async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
        self.thing.aclose().await?;
        Ok(false)
    }
}
