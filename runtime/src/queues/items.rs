//! What is in a queue, in the order of its class.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::format_helpers::repr_in_full;
use crate::heapq::{heappop, heappush};

type IsBefore<T> = fn(&T, &T) -> bool;

/// The items. They are never borrowed while code of the user's runs: a heap is taken out while
/// its items are compared.
pub(super) enum Items<T> {
    Fifo(RefCell<VecDeque<T>>),
    Lifo(RefCell<Vec<T>>),
    Heap(Cell<Vec<T>>, IsBefore<T>),
}

impl<T> Items<T> {
    pub(super) fn fifo() -> Self {
        Self::Fifo(RefCell::default())
    }

    pub(super) fn lifo() -> Self {
        Self::Lifo(RefCell::default())
    }

    pub(super) fn heap(is_before: IsBefore<T>) -> Self {
        Self::Heap(Cell::default(), is_before)
    }

    pub(super) fn class_name(&self) -> &'static str {
        match self {
            Self::Fifo(_) => "Queue",
            Self::Lifo(_) => "LifoQueue",
            Self::Heap(..) => "PriorityQueue",
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Fifo(items) => items.borrow().len(),
            Self::Lifo(items) => items.borrow().len(),
            Self::Heap(items, _) => Taken::from(items).items.len(),
        }
    }

    /// Puts an item in, or gives it back if there are `maxsize`, which is 0 for no limit.
    pub(super) fn push(&self, item: T, maxsize: usize) -> Result<(), T> {
        let is_full = |len: usize| maxsize > 0 && len >= maxsize;
        match self {
            Self::Fifo(items) => {
                let mut items = items.borrow_mut();
                if is_full(items.len()) {
                    return Err(item);
                }
                items.push_back(item);
            }
            Self::Lifo(items) => {
                let mut items = items.borrow_mut();
                if is_full(items.len()) {
                    return Err(item);
                }
                items.push(item);
            }
            Self::Heap(items, is_before) => {
                let mut taken = Taken::from(items);
                if is_full(taken.items.len()) {
                    return Err(item);
                }
                heappush(&mut taken.items, item, is_before);
            }
        }
        Ok(())
    }

    pub(super) fn pop(&self) -> Option<T> {
        match self {
            Self::Fifo(items) => items.borrow_mut().pop_front(),
            Self::Lifo(items) => items.borrow_mut().pop(),
            Self::Heap(items, is_before) => heappop(&mut Taken::from(items).items, is_before),
        }
    }

    /// Python's repr of the list of items.
    pub(super) fn repr(&self) -> String
    where
        T: 'static,
    {
        fn list<T: 'static>(items: &mut dyn Iterator<Item = &T>) -> String {
            format!("[{}]", Vec::from_iter(items.map(repr_in_full)).join(", "))
        }
        match self {
            Self::Fifo(items) => list(&mut items.borrow().iter()),
            Self::Lifo(items) => list(&mut items.borrow().iter()),
            Self::Heap(items, _) => list(&mut Taken::from(items).items.iter()),
        }
    }
}

/// A heap that is taken out, and put back also when a comparison panics.
struct Taken<'a, T> {
    items: Vec<T>,
    place: &'a Cell<Vec<T>>,
}

impl<'a, T> From<&'a Cell<Vec<T>>> for Taken<'a, T> {
    fn from(place: &'a Cell<Vec<T>>) -> Self {
        Self { items: place.take(), place }
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        // What a comparison has put in meanwhile is not lost, but stands where it stands.
        items.append(&mut self.place.take());
        self.place.set(items);
    }
}
