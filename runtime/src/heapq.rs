//! CPython's `heapq` on timers.
//!
//! Timers with equal deadlines come out in whatever order the heap gives them, so the
//! algorithm is part of the observable behaviour: `heappush`, `heappop` and `heapify`
//! compare and move exactly as `heapq` does, on the deadline alone.

use std::rc::Rc;

use crate::events::RawTimer;

/// A timer beside its deadline, in seconds, so that a comparison follows no pointer.
pub(crate) struct Entry {
    pub(crate) when: f64,
    pub(crate) timer: Rc<dyn RawTimer>,
}

pub(crate) fn heappush(heap: &mut Vec<Entry>, entry: Entry) {
    let last = heap.len();
    heap.push(entry);
    siftdown(heap, 0, last);
}

pub(crate) fn heappop(heap: &mut Vec<Entry>) -> Option<Entry> {
    let last = heap.len().checked_sub(1)?;
    heap.swap(0, last);
    let entry = heap.pop();
    if !heap.is_empty() {
        siftup(heap, 0);
    }
    entry
}

pub(crate) fn heapify(heap: &mut [Entry]) {
    for position in (0..heap.len() / 2).rev() {
        siftup(heap, position);
    }
}

/// Python's `<`, the one comparison that `heapq` makes: of a NaN it is never true.
fn is_before(a: &Entry, b: &Entry) -> bool {
    a.when < b.when
}

/// Moves the entry at `position` towards the root while it is due before its parent.
fn siftdown(heap: &mut [Entry], start: usize, mut position: usize) {
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
fn siftup(heap: &mut [Entry], mut position: usize) {
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
    siftdown(heap, start, position);
}
