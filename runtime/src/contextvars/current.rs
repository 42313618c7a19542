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
    /// Whether that is anything; quicker to ask, as it needs no destructor.
    static IS_SET: Cell<bool> = const { Cell::new(false) };
    /// The address of the slot it was entered from; zero outside of all.
    static ORIGIN: Cell<usize> = const { Cell::new(0) };
    /// The contexts around it, innermost last; not the outermost while that is empty.
    static OUTER: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// A context that was left for a while to run something in another one.
#[derive(Default)]
struct Frame {
    origin: usize,
    context: ContextSlot,
}

/// Makes a context the current one, and gives back the one that was.
fn replace_current(context: ContextSlot) -> ContextSlot {
    IS_SET.set(context.0.is_some());
    // While a thread ends it has no context any more.
    CURRENT.try_with(|current| current.replace(context)).unwrap_or_default()
}

/// What the current context is. There is none while a thread ends.
#[inline]
pub(super) fn current() -> ContextSlot {
    match IS_SET.get() {
        true => CURRENT.try_with(peek).unwrap_or_default(),
        false => ContextSlot(None),
    }
}

/// The current context as an object. While a thread ends it is lost at once.
pub(super) fn running_context() -> Context {
    let context = CURRENT.try_with(materialise).unwrap_or_default();
    IS_SET.set(true);
    // It may have been running before it was an object.
    context.mark_entered();
    context
}

/// What a handle stores of the context it is made in.
#[inline]
pub(crate) fn capture() -> ContextSlot {
    match IS_SET.get() {
        true => current().values(),
        false => ContextSlot(None),
    }
}

/// The slot's context as an object: the same one on every call, and the one that
/// [`enter`] runs in, be it before, during or after this call.
pub(crate) fn context_of(slot: &Cell<ContextSlot>) -> Context {
    let address = address_of(slot);
    if ORIGIN.get() == address {
        return running_context();
    }
    let outer = OUTER.try_with(|frames| {
        let mut frames = frames.borrow_mut();
        let frame = frames.iter_mut().rev().find(|frame| frame.origin == address)?;
        let context = frame.context.materialise();
        context.mark_entered();
        Some(context)
    });
    outer.ok().flatten().unwrap_or_else(|| materialise(slot))
}

/// Runs `f` in the slot's context and leaves there what `f` made of it. The context around it
/// is current again afterwards, also if `f` panics.
///
/// # Errors
/// `RuntimeError` if that context runs something already; `f` does not run then.
#[inline(always)]
pub(crate) fn enter<R>(slot: &Cell<ContextSlot>, f: impl FnOnce() -> R) -> Result<R> {
    let _leave = if is_empty(slot) && ORIGIN.get() == 0 && !IS_SET.get() {
        // An empty context in an empty one, as almost always: where it began is all to keep.
        ORIGIN.set(address_of(slot));
        Leave { slot, is_nested: false }
    } else {
        begin(slot)?
    };
    // One call of `f`, so that it is inlined.
    Ok(f())
}

/// Makes the slot's context current until the guard is dropped.
#[cold]
fn begin(slot: &Cell<ContextSlot>) -> Result<Leave<'_>> {
    let content = peek(slot);
    match content.object() {
        Some(context) => context.begin()?,
        // Two runs of one slot would be two contexts.
        None if is_running(slot) => context_of(slot).begin()?,
        None => {}
    }
    let origin = ORIGIN.replace(address_of(slot));
    let context = replace_current(content);
    let mut is_nested = origin != 0 || context.0.is_some();
    if is_nested {
        let frame = Frame { origin, context };
        is_nested = OUTER.try_with(|frames| frames.borrow_mut().push(frame)).is_ok();
    }
    Ok(Leave { slot, is_nested })
}

/// Ends a context and makes the one around it current again.
struct Leave<'a> {
    slot: &'a Cell<ContextSlot>,
    is_nested: bool,
}

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.is_nested || IS_SET.get() {
            self.leave();
        } else {
            ORIGIN.set(0);
        }
    }
}

impl Leave<'_> {
    #[cold]
    fn leave(&self) {
        let outer = match self.is_nested {
            true => OUTER.try_with(|frames| frames.borrow_mut().pop()).ok().flatten(),
            false => None,
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
        self.slot.set(inner);
    }
}

fn is_running(slot: &Cell<ContextSlot>) -> bool {
    let address = address_of(slot);
    match ORIGIN.get() {
        0 => false,
        origin if origin == address => true,
        _ => OUTER
            .try_with(|frames| frames.borrow().iter().any(|frame| frame.origin == address))
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
    match IS_SET.get() {
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
