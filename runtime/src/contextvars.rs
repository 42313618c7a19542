//! Context variables: values that belong to a task or callback, as in Python's `contextvars`.
//!
//! The values of a context are an immutable list behind an `Rc`: a copy shares it, and `set`
//! makes a new one. A context that nobody asked for by name is no object yet, and an empty
//! one is nothing at all: see [`ContextSlot`].

use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::exceptions::{Args, Error, LookupError, Result, RuntimeError, ValueError, repr_str};

#[cfg(test)]
mod tests;

/// Whether any thread ever made a context an object. Until then every context is empty, and
/// entering or copying one is free.
static IN_USE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The context this thread runs in.
    static CURRENT: Cell<ContextSlot> = const { Cell::new(ContextSlot(None)) };
    /// The address of the slot that context was entered from; zero outside of all.
    static ORIGIN: Cell<usize> = const { Cell::new(0) };
    /// The contexts around the current one, innermost last.
    static OUTER: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// A context that was left for a while to run something in another one.
struct Frame {
    origin: usize,
    context: ContextSlot,
}

type Value = Arc<dyn Any + Send + Sync>;

/// One variable's value, by the variable's number.
#[derive(Clone)]
struct Binding {
    variable: u64,
    value: Value,
}

/// Where the values of a context are.
#[derive(Clone)]
enum Node {
    /// The values themselves, sorted by variable and never changed; a copy that nobody has
    /// changed or asked for yet.
    Values(Vec<Binding>),
    /// In an object somebody holds.
    Object(Context),
}

impl Node {
    fn find(&self, variable: u64) -> Option<Value> {
        match self {
            Node::Values(bindings) => {
                let index = position(bindings, variable).ok()?;
                Some(bindings[index].value.clone())
            }
            Node::Object(context) => context.find(variable),
        }
    }
}

fn position(bindings: &[Binding], variable: u64) -> std::result::Result<usize, usize> {
    bindings.binary_search_by_key(&variable, |binding| binding.variable)
}

/// The context of a handle or task: nothing while it is empty, shared values while it is an
/// unchanged copy, and an object once somebody set a variable in it or asked for it.
#[derive(Clone, Default)]
pub(crate) struct ContextSlot(Option<Rc<Node>>);

impl ContextSlot {
    /// The values as they are now, to be shared by a copy.
    fn values(&self) -> ContextSlot {
        match self.0.as_deref() {
            Some(Node::Object(context)) => context.values(),
            _ => self.clone(),
        }
    }

    /// The values, to be changed: copied only if somebody shares them.
    fn into_bindings(self) -> Vec<Binding> {
        match self.0.map(Rc::unwrap_or_clone) {
            Some(Node::Values(bindings)) => bindings,
            Some(Node::Object(context)) => context.values().into_bindings(),
            None => Vec::new(),
        }
    }

    fn find(&self, variable: u64) -> Option<Value> {
        self.0.as_deref()?.find(variable)
    }

    fn object(&self) -> Option<&Context> {
        match self.0.as_deref()? {
            Node::Object(context) => Some(context),
            Node::Values(_) => None,
        }
    }

    /// The context as an object, made one here if it was none.
    fn materialise(&mut self) -> Context {
        if let Some(context) = self.object() {
            return context.clone();
        }
        let context = Context::holding(std::mem::take(self));
        *self = slot_from(&context);
        context
    }
}

/// What the current context is. There is none while a thread ends.
fn current() -> ContextSlot {
    CURRENT.try_with(peek).unwrap_or_default()
}

/// A copy of the slot's content, which stays where it is.
fn peek(slot: &Cell<ContextSlot>) -> ContextSlot {
    let content = slot.take();
    let copy = content.clone();
    slot.set(content);
    copy
}

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
        Context::holding(ContextSlot(None))
    }

    fn holding(values: ContextSlot) -> Context {
        IN_USE.store(true, Ordering::Relaxed);
        Context(Rc::new(Object { values: RefCell::new(values), is_entered: Cell::new(false) }))
    }

    /// Runs `f` in this context: the variables it sets are set here and nowhere else.
    ///
    /// # Errors
    /// `RuntimeError` if this context runs something already.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<R> {
        enter(&Cell::new(slot_from(self)), f)
    }

    /// A new context with the same values; their number does not matter.
    pub fn copy(&self) -> Context {
        Context::holding(self.values())
    }

    /// The value of `variable` here, if it is set; its default does not count.
    pub fn get<T: Clone + Send + Sync + 'static>(&self, variable: &ContextVar<T>) -> Option<T> {
        variable.value_in(self.find(variable.number()))
    }

    /// Whether `variable` is set here.
    pub fn contains<T>(&self, variable: &ContextVar<T>) -> bool {
        self.find(variable.number()).is_some()
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

    fn values(&self) -> ContextSlot {
        self.0.values.borrow().clone()
    }

    fn find(&self, variable: u64) -> Option<Value> {
        self.0.values.borrow().find(variable)
    }

    /// Binds or, with `None`, unbinds a variable, and gives back its old value.
    fn bind(&self, variable: u64, value: Option<Value>) -> Option<Value> {
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

    fn already_entered(&self) -> Error {
        RuntimeError(format!("cannot enter context: {self:?} is already entered"))
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

/// What a handle stores of the context it is made in.
pub(crate) fn capture() -> ContextSlot {
    if !IN_USE.load(Ordering::Relaxed) {
        return ContextSlot(None);
    }
    current().values()
}

/// The slot of a handle that is to run in `context` itself.
pub(crate) fn slot_from(context: &Context) -> ContextSlot {
    ContextSlot(Some(Rc::new(Node::Object(context.clone()))))
}

/// The slot's context as an object: the same one on every call, and the one that
/// [`enter`] runs in, be it before, during or after this call.
pub(crate) fn context_of(slot: &Cell<ContextSlot>) -> Context {
    let address = address_of(slot);
    if ORIGIN.get() == address {
        return CURRENT.with(materialise_running);
    }
    let outer = OUTER.with_borrow_mut(|frames| {
        let frame = frames.iter_mut().rev().find(|frame| frame.origin == address)?;
        let context = frame.context.materialise();
        context.0.is_entered.set(true);
        Some(context)
    });
    outer.unwrap_or_else(|| materialise(slot))
}

fn materialise_running(slot: &Cell<ContextSlot>) -> Context {
    let context = materialise(slot);
    context.0.is_entered.set(true);
    context
}

fn materialise(slot: &Cell<ContextSlot>) -> Context {
    let mut content = slot.take();
    let context = content.materialise();
    slot.set(content);
    context
}

fn address_of(slot: &Cell<ContextSlot>) -> usize {
    std::ptr::from_ref(slot).addr()
}

/// Runs `f` in the slot's context and leaves there what `f` made of it. The context around it
/// is current again afterwards, also if `f` panics.
///
/// # Errors
/// `RuntimeError` if that context runs something already; `f` does not run then.
pub(crate) fn enter<R>(slot: &Cell<ContextSlot>, f: impl FnOnce() -> R) -> Result<R> {
    if !IN_USE.load(Ordering::Relaxed) && ORIGIN.get() == 0 {
        // Every context is empty, this one and the one around it.
        ORIGIN.set(address_of(slot));
        let _leave = LeaveFirst { slot };
        return Ok(f());
    }
    enter_nested(slot, f)
}

/// Ends the first context on this thread that was entered before contexts were in use.
struct LeaveFirst<'a> {
    slot: &'a Cell<ContextSlot>,
}

impl Drop for LeaveFirst<'_> {
    fn drop(&mut self) {
        ORIGIN.set(0);
        if IN_USE.load(Ordering::Relaxed) {
            // Until `f` ran there was no object: one that is current now is the slot's.
            self.slot.set(left(CURRENT.take()));
        }
    }
}

fn enter_nested<R>(slot: &Cell<ContextSlot>, f: impl FnOnce() -> R) -> Result<R> {
    let content = peek(slot);
    let is_running = is_entered_from(address_of(slot));
    match content.object() {
        Some(context) if context.0.is_entered.get() => return Err(context.already_entered()),
        None if is_running => return Err(context_of(slot).already_entered()),
        _ => {}
    }
    if let Some(context) = content.object() {
        context.0.is_entered.set(true);
    }
    let outer =
        Frame { origin: ORIGIN.replace(address_of(slot)), context: CURRENT.replace(content) };
    OUTER.with_borrow_mut(|frames| frames.push(outer));
    let _leave = Leave { slot };
    Ok(f())
}

fn is_entered_from(address: usize) -> bool {
    ORIGIN.get() == address
        || OUTER.with_borrow(|frames| frames.iter().any(|frame| frame.origin == address))
}

/// Ends a context and makes the one around it current again.
struct Leave<'a> {
    slot: &'a Cell<ContextSlot>,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let outer = OUTER.with_borrow_mut(Vec::pop);
        let outer = outer.unwrap_or(Frame { origin: 0, context: ContextSlot(None) });
        ORIGIN.set(outer.origin);
        self.slot.set(left(CURRENT.replace(outer.context)));
    }
}

/// Marks a context as free to be entered again.
fn left(context: ContextSlot) -> ContextSlot {
    if let Some(object) = context.object() {
        object.0.is_entered.set(false);
    }
    context
}

/// The values of a context on their way to another thread.
#[derive(Clone)]
pub(crate) struct Snapshot(Vec<Binding>);

/// A copy of the current context that can cross threads.
pub(crate) fn snapshot() -> Snapshot {
    match capture().0.as_deref() {
        Some(Node::Values(bindings)) => Snapshot(bindings.clone()),
        _ => Snapshot(Vec::new()),
    }
}

impl Snapshot {
    /// The slot of a handle on this thread that is to run with these values.
    pub(crate) fn into_slot(self) -> ContextSlot {
        ContextSlot((!self.0.is_empty()).then(|| Rc::new(Node::Values(self.0))))
    }
}

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
        // While a thread ends there is no current context, and what is set is lost.
        let context = CURRENT.try_with(materialise_running).unwrap_or_default();
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
        if !IN_USE.load(Ordering::Relaxed) {
            return None;
        }
        self.value_in(current().find(self.number()))
    }

    /// A copy of what was found for this variable; nothing is borrowed while it is made.
    fn value_in(&self, found: Option<Value>) -> Option<T> {
        found?.downcast_ref::<T>().cloned()
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
