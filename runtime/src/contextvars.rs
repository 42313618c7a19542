//! Context variables: values that belong to a task or callback, as in Python's `contextvars`.
//!
//! The values of a context are an immutable list behind an `Rc`: a copy shares it, and `set`
//! makes a new one. A context that nobody set a variable in or asked for is no object yet, and
//! an empty one is nothing at all, so that programs without context variables pay nothing.

mod context;
mod current;
mod slot;
#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    fmt,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub use context::{Context, copy_context};

pub(crate) use current::{Snapshot, capture, context_of, enter, snapshot};
pub(crate) use slot::{ContextSlot, peek, slot_from};

use crate::exceptions::{Args, Error, LookupError, Result, RuntimeError, ValueError, repr_str};
use current::{current, running_context};
use slot::Value;

/// A variable with a value of its own in every context: Python's `contextvars.ContextVar`.
///
/// It is usually a `static`. Tasks and callbacks run in a copy of the context they were
/// created in, so that what one of them sets does not reach the others.
///
/// ```
/// use asyncio::ContextVar;
///
/// static LEVEL: ContextVar<u32> = ContextVar::with_default("level", 1);
///
/// # fn main() -> asyncio::Result<()> {
/// let token = LEVEL.set(2);
/// assert_eq!(LEVEL.get()?, 2);
/// LEVEL.reset(&token)?;
/// assert_eq!(LEVEL.get()?, 1);
/// # Ok(())
/// # }
/// ```
pub struct ContextVar<T> {
    name: &'static str,
    default: Option<T>,
    /// Zero until it is first used.
    number: AtomicU64,
}

impl<T> ContextVar<T> {
    /// A variable without a default.
    pub const fn new(name: &'static str) -> ContextVar<T> {
        ContextVar { name, default: None, number: AtomicU64::new(0) }
    }

    /// A variable that has this value wherever it is not set.
    pub const fn with_default(name: &'static str, default: T) -> ContextVar<T> {
        ContextVar { name, default: Some(default), number: AtomicU64::new(0) }
    }

    /// The name it was made with.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What tells it from all other variables, drawn when it is first used.
    fn number(&self) -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);

        let number = self.number.load(Ordering::Relaxed);
        if number != 0 {
            return number;
        }
        let drawn = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        match self.number.compare_exchange(0, drawn, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => drawn,
            Err(other_thread_drew) => other_thread_drew,
        }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<T: Clone + Send + Sync + 'static> ContextVar<T> {
    /// The value in the current context, or the variable's default.
    ///
    /// # Errors
    /// `LookupError` if it is not set and has no default.
    pub fn get(&self) -> Result<T> {
        match self.current().or_else(|| self.default.clone()) {
            Some(value) => Ok(value),
            None => {
                let repr = variable_repr(self.name, self.address());
                Err(Error::new(LookupError::from(Args::Object(repr))))
            }
        }
    }

    /// The value in the current context, or `default`, even if the variable has its own.
    pub fn get_or(&self, default: T) -> T {
        self.current().unwrap_or(default)
    }

    /// Sets the value in the current context. The token takes that back.
    pub fn set(&self, value: T) -> Token<T> {
        let context = running_context();
        let old = context.bind(self.number(), Some(Arc::new(value)));
        Token {
            variable: self.number(),
            name: self.name,
            address: self.address(),
            context,
            old,
            is_used: Cell::new(false),
            value: PhantomData,
        }
    }

    /// Gives the variable the value it had before the `set` that returned `token`.
    ///
    /// # Errors
    /// `RuntimeError` if the token was used before; `ValueError` if it is another variable's,
    /// or from another context.
    pub fn reset(&self, token: &Token<T>) -> Result<()> {
        if token.is_used.get() {
            return Err(RuntimeError(format!("{token:?} has already been used once")));
        }
        if token.variable != self.number() {
            return Err(ValueError(format!("{token:?} was created by a different ContextVar")));
        }
        if current().object() != Some(&token.context) {
            return Err(ValueError(format!("{token:?} was created in a different Context")));
        }
        token.is_used.set(true);
        token.context.bind(token.variable, token.old.clone());
        Ok(())
    }

    fn current(&self) -> Option<T> {
        self.value_in(&capture())
    }

    /// A copy of this variable's value. Making it may run anything, even a `set`: the caller
    /// shares these values, so that they do not change under it.
    fn value_in(&self, values: &ContextSlot) -> Option<T> {
        values.find(self.number())?.downcast_ref::<T>().cloned()
    }
}

impl<T: fmt::Debug> fmt::Debug for ContextVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ContextVar name={}", repr_str(self.name))?;
        if let Some(default) = &self.default {
            write!(f, " default={default:?}")?;
        }
        write!(f, " at {self:p}>")
    }
}

/// What a [`ContextVar::set`] replaced: Python's `contextvars.Token`.
///
/// ```
/// use asyncio::{ContextVar, contextvars::Token};
///
/// static USER: ContextVar<&str> = ContextVar::new("user");
///
/// let token: Token<&str> = USER.set("guido");
/// assert_eq!(token.old_value(), None);
/// assert_eq!(USER.set("yury").old_value(), Some("guido"));
/// ```
pub struct Token<T> {
    variable: u64,
    name: &'static str,
    address: usize,
    context: Context,
    old: Option<Value>,
    is_used: Cell<bool>,
    value: PhantomData<fn() -> T>,
}

impl<T: Clone + Send + Sync + 'static> Token<T> {
    /// The value before; `None`, for Python's `Token.MISSING`, if the variable was not set.
    pub fn old_value(&self) -> Option<T> {
        self.old.as_ref()?.downcast_ref::<T>().cloned()
    }
}

impl<T> fmt::Debug for Token<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = if self.is_used.get() { " used" } else { "" };
        let variable = variable_repr(self.name, self.address);
        write!(f, "<Token{used} var={variable} at {self:p}>")
    }
}

/// The repr of a variable, without its default: that may have none.
fn variable_repr(name: &str, address: usize) -> String {
    format!("<ContextVar name={} at {address:#x}>", repr_str(name))
}
