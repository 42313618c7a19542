//! The context as an object that somebody holds.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

use super::{
    ContextVar,
    current::{capture, enter},
    slot::{Binding, ContextSlot, Node, Value, position, slot_from},
};
use crate::exceptions::{Result, RuntimeError};

/// A mapping from context variables to values: Python's `contextvars.Context`.
///
/// A handle: clones are the same context, and `==` asks whether two are the same one (which
/// Python spells `is`). A new one with the same values comes from [`copy`](Context::copy).
///
/// ```
/// use asyncio::{ContextVar, copy_context};
///
/// static USER: ContextVar<&str> = ContextVar::new("user");
///
/// # fn main() -> asyncio::Result<()> {
/// let context = copy_context();
/// context.run(|| USER.set("guido"))?;
/// assert_eq!(context.get(&USER), Some("guido"));
/// assert!(USER.get().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Context(Rc<Object>);

struct Object {
    values: RefCell<ContextSlot>,
    is_entered: Cell<bool>,
}

impl Context {
    /// An empty context.
    pub fn new() -> Context {
        Context::holding(ContextSlot::default())
    }

    pub(super) fn holding(values: ContextSlot) -> Context {
        Context(Rc::new(Object { values: RefCell::new(values), is_entered: Cell::new(false) }))
    }

    /// Runs `f` in this context: the variables it sets are set here and nowhere else.
    ///
    /// # Errors
    /// `RuntimeError` if this context runs something already.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<R> {
        let slot = Cell::new(slot_from(self));
        let _inside = enter(&slot)?;
        Ok(f())
    }

    /// A new context with the same values; their number does not matter.
    pub fn copy(&self) -> Context {
        Context::holding(self.values())
    }

    /// The value of `variable` here, if it is set; its default does not count.
    pub fn get<T: Clone + Send + Sync + 'static>(&self, variable: &ContextVar<T>) -> Option<T> {
        variable.value_in(&self.values())
    }

    /// Whether `variable` is set here.
    pub fn contains<T>(&self, variable: &ContextVar<T>) -> bool {
        self.values().find(variable.number()).is_some()
    }

    /// How many variables are set here.
    pub fn len(&self) -> usize {
        match self.0.values.borrow().0.as_deref() {
            Some(Node::Values(bindings)) => bindings.len(),
            _ => 0,
        }
    }

    /// Whether no variable is set here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn values(&self) -> ContextSlot {
        self.0.values.borrow().clone()
    }

    /// Binds or, with `None`, unbinds a variable, and gives back its old value.
    pub(super) fn bind(&self, variable: u64, value: Option<Value>) -> Option<Value> {
        let mut bindings = self.0.values.take().into_bindings();
        let old = match (position(&bindings, variable), value) {
            (Ok(index), Some(value)) => Some(std::mem::replace(&mut bindings[index].value, value)),
            (Ok(index), None) => Some(bindings.remove(index).value),
            (Err(index), Some(value)) => {
                bindings.insert(index, Binding { variable, value });
                None
            }
            (Err(_), None) => None,
        };
        let values = (!bindings.is_empty()).then(|| Rc::new(Node::Values(bindings)));
        self.0.values.replace(ContextSlot(values));
        old
    }

    /// Marks this context as entered, or refuses because it is.
    pub(super) fn begin(&self) -> Result<()> {
        if !self.0.is_entered.replace(true) {
            return Ok(());
        }
        let text = format!("cannot enter context: {self:?} is already entered");
        Err(RuntimeError(text))
    }

    /// Marks this context as entered: it was running before it was an object.
    pub(super) fn mark_entered(&self) {
        self.0.is_entered.set(true);
    }

    /// Marks this context as free to be entered again.
    pub(super) fn end(&self) {
        self.0.is_entered.set(false);
    }
}

impl Default for Context {
    fn default() -> Context {
        Context::new()
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Context) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Context {}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<_contextvars.Context object at {:p}>", Rc::as_ptr(&self.0))
    }
}

/// A copy of the current context: Python's `contextvars.copy_context`.
///
/// The cost does not depend on the number of variables.
pub fn copy_context() -> Context {
    Context::holding(capture())
}
