//! The values of a context, and the slot in which a handle or task keeps them.

use std::{any::Any, cell::Cell, rc::Rc, sync::Arc};

use super::context::Context;

pub(super) type Value = Arc<dyn Any + Send + Sync>;

/// One variable's value, by the variable's number.
#[derive(Clone)]
pub(super) struct Binding {
    pub(super) variable: u64,
    pub(super) value: Value,
}

/// Where the values of a context are.
#[derive(Clone)]
pub(super) enum Node {
    /// The values themselves, sorted by variable and never changed; a copy that nobody has
    /// changed or asked for yet.
    Values(Vec<Binding>),
    /// In an object somebody holds.
    Object(Context),
}

pub(super) fn position(bindings: &[Binding], variable: u64) -> std::result::Result<usize, usize> {
    bindings.binary_search_by_key(&variable, |binding| binding.variable)
}

/// The context of a handle or task: nothing while it is empty, shared values while it is an
/// unchanged copy, and an object once somebody set a variable in it or asked for it.
#[derive(Clone, Default)]
pub(crate) struct ContextSlot(pub(super) Option<Rc<Node>>);

impl ContextSlot {
    /// The values as they are now, to be shared by a copy.
    pub(super) fn values(&self) -> ContextSlot {
        match self.0.as_deref() {
            Some(Node::Object(context)) => context.values(),
            _ => self.clone(),
        }
    }

    /// The values, to be changed: copied only if somebody shares them.
    pub(super) fn into_bindings(self) -> Vec<Binding> {
        match self.0.map(Rc::unwrap_or_clone) {
            Some(Node::Values(bindings)) => bindings,
            Some(Node::Object(context)) => context.values().into_bindings(),
            None => Vec::new(),
        }
    }

    /// The value of a variable, if these are values and no object.
    pub(super) fn find(&self, variable: u64) -> Option<&Value> {
        let Node::Values(bindings) = self.0.as_deref()? else { return None };
        let index = position(bindings, variable).ok()?;
        Some(&bindings[index].value)
    }

    /// Whether it is an empty context that nobody has asked for.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn object(&self) -> Option<&Context> {
        match self.0.as_deref()? {
            Node::Object(context) => Some(context),
            Node::Values(_) => None,
        }
    }

    /// The context as an object, made one here if it was none.
    pub(super) fn materialise(&mut self) -> Context {
        if let Some(context) = self.object() {
            return context.clone();
        }
        let context = Context::holding(std::mem::take(self));
        *self = slot_from(&context);
        context
    }
}

/// The slot of a handle that is to run in `context` itself.
pub(crate) fn slot_from(context: &Context) -> ContextSlot {
    ContextSlot(Some(Rc::new(Node::Object(context.clone()))))
}

/// A copy of the slot's content, which stays where it is.
pub(crate) fn peek(slot: &Cell<ContextSlot>) -> ContextSlot {
    let content = slot.take();
    let copy = content.clone();
    slot.set(content);
    copy
}

/// Whether the slot holds an empty context that nobody has asked for.
#[inline(always)]
pub(super) fn is_empty(slot: &Cell<ContextSlot>) -> bool {
    let content = slot.take();
    let is_empty = content.0.is_none();
    slot.set(content);
    is_empty
}

/// The slot's content as an object, made one here if it was none.
pub(super) fn materialise(slot: &Cell<ContextSlot>) -> Context {
    let mut content = slot.take();
    let context = content.materialise();
    slot.set(content);
    context
}
