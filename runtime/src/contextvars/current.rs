//! The context a thread runs in: entering another one, copying it, asking for its object.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::{
    context::Context,
    slot::{Binding, ContextSlot, Node, is_empty, materialise, peek},
};
use crate::exceptions::Result;

thread_local! {
    /// The context this thread runs in.
    static CURRENT: Cell<ContextSlot> = const { Cell::new(ContextSlot(None)) };
    /// The address of the slot it was entered from, zero outside of all; with the marks below.
    /// Quicker to ask than the context, as it needs no destructor.
    static ORIGIN: Cell<usize> = const { Cell::new(0) };
    /// The contexts around it, innermost last; not the outermost while that is empty.
    static OUTER: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// In `ORIGIN`: the context is more than nothing.
const SET: usize = 1;
/// In `ORIGIN`: there is a context around this one.
const NESTED: usize = 2;
const MARKS: usize = SET | NESTED;

/// A context that was left for a while to run something in another one.
#[derive(Default)]
struct Frame {
    origin: usize,
    context: ContextSlot,
}

/// Makes a context the current one, and gives back the one that was.
fn replace_current(context: ContextSlot) -> ContextSlot {
    let marked = if context.0.is_some() { SET } else { 0 };
    ORIGIN.set(ORIGIN.get() & !SET | marked);
    // While a thread ends it has no context any more.
    CURRENT.try_with(|current| current.replace(context)).unwrap_or_default()
}

#[inline(always)]
fn is_set() -> bool {
    ORIGIN.get() & SET != 0
}

/// The slot that the current context was entered from; zero outside of all.
fn origin() -> usize {
    ORIGIN.get() & !MARKS
}

/// What the current context is. There is none while a thread ends.
#[inline]
pub(super) fn current() -> ContextSlot {
    match is_set() {
        true => CURRENT.try_with(peek).unwrap_or_default(),
        false => ContextSlot(None),
    }
}

/// The current context as an object. While a thread ends it is lost at once.
pub(super) fn running_context() -> Context {
    let context = CURRENT.try_with(materialise).unwrap_or_default();
    ORIGIN.set(ORIGIN.get() | SET);
    // It may have been running before it was an object.
    context.mark_entered();
    context
}

/// What a handle stores of the context it is made in.
#[inline(always)]
pub(crate) fn capture() -> ContextSlot {
    if is_set() { current_values() } else { ContextSlot(None) }
}

#[inline(never)]
fn current_values() -> ContextSlot {
    current().values()
}

/// The slot's context as an object: the same one on every call, and the one that
/// [`enter`] runs in, be it before, during or after this call.
pub(crate) fn context_of(slot: &Cell<ContextSlot>) -> Context {
    let address = address_of(slot);
    if origin() == address {
        return running_context();
    }
    let outer = OUTER.try_with(|frames| {
        let mut frames = frames.borrow_mut();
        let frame = frames.iter_mut().rev().find(|frame| frame.origin & !MARKS == address)?;
        let context = frame.context.materialise();
        context.mark_entered();
        Some(context)
    });
    outer.ok().flatten().unwrap_or_else(|| materialise(slot))
}

/// Makes the slot's context current until the guard is dropped, which leaves in the slot what
/// the context has become.
///
/// # Errors
/// `RuntimeError` if that context runs something already.
#[inline(always)]
pub(crate) fn enter(slot: &Cell<ContextSlot>) -> Result<Inside<'_>> {
    if is_empty(slot) && ORIGIN.get() == 0 {
        // An empty context in an empty one, as almost always: where it began is all to keep.
        ORIGIN.set(address_of(slot));
    } else {
        begin(slot)?;
    }
    Ok(Inside(slot))
}

#[cold]
fn begin(slot: &Cell<ContextSlot>) -> Result<()> {
    let content = peek(slot);
    match content.object() {
        Some(context) => context.begin()?,
        // Two runs of one slot would be two contexts.
        None if is_running(slot) => context_of(slot).begin()?,
        None => {}
    }
    let origin = ORIGIN.replace(address_of(slot));
    let context = replace_current(content);
    if origin != 0 || context.0.is_some() {
        let frame = Frame { origin, context };
        let is_kept = OUTER.try_with(|frames| frames.borrow_mut().push(frame)).is_ok();
        ORIGIN.set(ORIGIN.get() | if is_kept { NESTED } else { 0 });
    }
    Ok(())
}

/// A context that was entered; when this is dropped the one around it is current again.
pub(crate) struct Inside<'a>(&'a Cell<ContextSlot>);

impl Drop for Inside<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if ORIGIN.get() == address_of(self.0) {
            ORIGIN.set(0);
        } else {
            self.leave();
        }
    }
}

impl Inside<'_> {
    #[cold]
    fn leave(&self) {
        let outer = match ORIGIN.get() & NESTED {
            0 => None,
            _ => OUTER.try_with(|frames| frames.borrow_mut().pop()).ok().flatten(),
        };
        self.leave_for(outer.unwrap_or_default());
    }

    /// Leaves in the slot what its context has become.
    fn leave_for(&self, outer: Frame) {
        ORIGIN.set(outer.origin);
        let inner = replace_current(outer.context);
        if let Some(context) = inner.object() {
            context.end();
        }
        self.0.set(inner);
    }
}

fn is_running(slot: &Cell<ContextSlot>) -> bool {
    let address = address_of(slot);
    match origin() {
        0 => false,
        origin if origin == address => true,
        _ => OUTER
            .try_with(|frames| frames.borrow().iter().any(|frame| frame.origin & !MARKS == address))
            .unwrap_or(false),
    }
}

fn address_of(slot: &Cell<ContextSlot>) -> usize {
    std::ptr::from_ref(slot).addr()
}

/// The values of a context on their way to another thread; one word, as there are few.
#[derive(Clone)]
pub(crate) struct Snapshot(Option<Box<Bindings>>);

#[derive(Clone)]
struct Bindings(Vec<Binding>);

/// A copy of the current context that can cross threads.
#[inline]
pub(crate) fn snapshot() -> Snapshot {
    match is_set() {
        true => snapshot_of(&capture()),
        false => Snapshot(None),
    }
}

fn snapshot_of(values: &ContextSlot) -> Snapshot {
    match values.0.as_deref() {
        Some(Node::Values(bindings)) if !bindings.is_empty() => {
            Snapshot(Some(Box::new(Bindings(bindings.clone()))))
        }
        _ => Snapshot(None),
    }
}

impl Snapshot {
    /// The slot of a handle on this thread that is to run with these values.
    #[inline]
    pub(crate) fn into_slot(self) -> ContextSlot {
        ContextSlot(self.0.map(|bindings| Rc::new(Node::Values(bindings.0))))
    }
}
