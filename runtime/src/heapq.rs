//! CPython's `heapq`, on timers and on the items of a priority queue.
//!
//! Entries that are equal come out in whatever order the heap gives them, so the algorithm is
//! part of the observable behaviour: `heappush`, `heappop` and `heapify` compare and move
//! exactly as `heapq` does, by nothing but `is_before`, Python's `<`.

use std::rc::Rc;

use crate::events::RawTimer;

/// A timer beside its deadline, in seconds, so that a comparison follows no pointer.
pub(crate) struct Entry {
    pub(crate) when: f64,
    pub(crate) timer: Rc<dyn RawTimer>,
}

impl Entry {
    /// Python's `<` of two timers: of a NaN it is never true.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.when < other.when
    }
}

pub(crate) fn heappush<T>(heap: &mut Vec<T>, entry: T, is_before: impl Fn(&T, &T) -> bool) {
    let last = heap.len();
    heap.push(entry);
    siftdown(heap, 0, last, is_before);
}

pub(crate) fn heappop<T>(heap: &mut Vec<T>, is_before: impl Fn(&T, &T) -> bool) -> Option<T> {
    let last = heap.len().checked_sub(1)?;
    heap.swap(0, last);
    let entry = heap.pop();
    if !heap.is_empty() {
        siftup(heap, 0, is_before);
    }
    entry
}

pub(crate) fn heapify<T>(heap: &mut [T], is_before: impl Fn(&T, &T) -> bool) {
    for position in (0..heap.len() / 2).rev() {
        siftup(heap, position, &is_before);
    }
}

/// Moves the entry at `position` towards the root while it is before its parent.
fn siftdown<T>(
    heap: &mut [T],
    start: usize,
    mut position: usize,
    is_before: impl Fn(&T, &T) -> bool,
) {
    while position > start {
        let parent = (position - 1) / 2;
        if !is_before(&heap[position], &heap[parent]) {
            break;
        }
        heap.swap(position, parent);
        position = parent;
    }
}

/// Moves the entry at `position` down to a leaf, always below the smaller child, and from
/// there up to its place: fewer comparisons than stopping early, and another order of equals.
fn siftup<T>(heap: &mut [T], mut position: usize, is_before: impl Fn(&T, &T) -> bool) {
    let (start, end) = (position, heap.len());
    let mut child = 2 * position + 1;
    while child < end {
        let right = child + 1;
        if right < end && !is_before(&heap[child], &heap[right]) {
            child = right;
        }
        heap.swap(position, child);
        position = child;
        child = 2 * position + 1;
    }
    siftdown(heap, start, position, is_before);
}
