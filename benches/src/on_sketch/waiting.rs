//! Waiting in line, as all locks and queues of the sketch do.

use std::{cell::RefCell, collections::VecDeque};

use crate::sketch::Future;

pub(super) type Line = RefCell<VecDeque<Future<()>>>;

pub(super) fn join(line: &Line) -> Future<()> {
    let waiter = Future::new();
    line.borrow_mut().push_back(waiter.clone());
    waiter
}

/// Wakes the first in line, if there is one.
pub(super) fn wake_next(line: &Line) -> bool {
    let next = line.borrow_mut().pop_front();
    let is_woken = next.is_some();
    if let Some(waiter) = next {
        waiter.set_result(());
    }
    is_woken
}
