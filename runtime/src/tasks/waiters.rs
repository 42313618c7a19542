//! The futures that a task waits for.
//!
//! CPython has one, `_fut_waiter`. A Rust task may poll several in one step (a `join!`), may
//! leave one for a later step (whoever was polled last must still be able to wake it), and may
//! drop one and never say so (a `select!`). So a task stays registered with every future that it
//! has polled; those of its last step are the ones that it waits for, and that a cancellation
//! goes to.

use std::cell::Cell;
use std::mem;
use std::rc::{Rc, Weak};

use super::Block;
use crate::futures::{CancelMessage, Core, RawFuture, WakerCallback, is_same};
use crate::rarely::Rarely;
use crate::raw::current;

pub(super) struct Waiters {
    /// The one future that a plain await waits for.
    first: Rarely<Option<Rc<dyn RawFuture>>>,
    rest: Rarely<Option<Box<Rest>>>,
    /// Which of both there are, and in which state, to be asked at once.
    has: Cell<u8>,
}

/// In `has`: there is a first.
const FIRST: u8 = 1;
/// In `has`: the first was polled in the last step, and pending then.
const FRESH: u8 = 2;
/// In `has`: there is a rest.
const REST: u8 = 4;
/// In `has`: a cancellation without a message went to the first, which then stays here until it
/// has answered, also if it is done.
const FIRST_ASKED: u8 = 8;
/// In `has`, when the task waits for one future as a plain await does.
const PLAIN: u8 = FIRST | FRESH;

/// What a plain await never needs.
#[derive(Default)]
struct Rest {
    /// The block that the first was polled in.
    first_block: Option<Rc<Block>>,
    /// Polled in the last step, beside the first.
    fresh: Vec<Fresh>,
    /// Polled in an earlier step; the task is registered with them still.
    stale: Vec<Stale>,
    /// Futures of ours that were polled with a waker that is not the task's.
    foreign: Vec<Foreign>,
    /// The blocks of the task that were driven.
    blocks: Vec<Weak<Block>>,
    /// The block that cancels its own task in this step.
    requester: Option<Rc<Block>>,
    /// What a cancellation of the task went to, and its message.
    asked: Vec<Weak<dyn RawFuture>>,
    asked_with: CancelMessage,
}

/// What a task has waited for, which may live no longer than this.
pub(super) struct Forgotten {
    first: Option<Rc<dyn RawFuture>>,
    rest: Option<Box<Rest>>,
}

struct Fresh {
    future: Rc<dyn RawFuture>,
    block: Option<Rc<Block>>,
}

struct Stale {
    future: Weak<dyn RawFuture>,
    block: Option<Rc<Block>>,
}

struct Foreign {
    callback: Weak<WakerCallback>,
    block: Option<Rc<Block>>,
}

impl Foreign {
    /// The future, if it is alive, pending and still registered.
    fn pending(&self) -> Option<Rc<dyn RawFuture>> {
        let future = self.callback.upgrade()?.future.upgrade()?;
        (!future.core().done()).then_some(future)
    }
}

impl Stale {
    /// The future, if it is alive and pending.
    fn pending(&self) -> Option<Rc<dyn RawFuture>> {
        self.future.upgrade().filter(|future| !future.core().done())
    }
}

impl Waiters {
    pub(super) const fn new() -> Self {
        Self { first: Rarely::new(None), rest: Rarely::new(None), has: Cell::new(0) }
    }

    /// Takes all out.
    pub(super) fn take_all(&self) -> Forgotten {
        self.has.set(0);
        Forgotten { first: self.first.take(), rest: self.rest.take() }
    }

    #[inline(always)]
    fn has(&self, any: u8) -> bool {
        self.has.get() & any != 0
    }

    fn mark(&self, these: u8) {
        self.has.set(self.has.get() | these);
    }

    fn unmark(&self, these: u8) {
        self.has.set(self.has.get() & !these);
    }

    fn take(&self, this: u8) -> bool {
        let had = self.has(this);
        self.unmark(this);
        had
    }

    fn set_first(&self, future: Rc<dyn RawFuture>) {
        self.first.set(Some(future));
        self.mark(FIRST);
    }

    fn take_first(&self) -> Option<Rc<dyn RawFuture>> {
        self.unmark(FIRST);
        self.first.take()
    }

    /// Begins a step: what was waited for has yet to be polled again, unless it is done.
    #[inline(always)]
    pub(super) fn begin_step(&self) {
        if !self.is_waiting() {
            return;
        }
        self.let_go_of_first();
        if self.has(REST) {
            self.let_go_of_rest();
        }
    }

    #[inline(always)]
    fn let_go_of_first(&self) {
        self.unmark(PLAIN);
        if let Some(first) = self.first.take()
            && (!first.core().done() || self.has(FIRST_ASKED))
        {
            self.set_first(first);
        }
    }

    #[inline(never)]
    fn let_go_of_rest(&self) {
        if let Some(mut rest) = self.rest.take() {
            let polled = (!rest.fresh.is_empty()).then(|| rest.begin_step());
            self.rest.set(Some(rest));
            // Last: it may run code of the user's, which may come back here.
            drop(polled);
        }
    }

    /// Whether the task may be registered with anything.
    #[inline(always)]
    pub(super) fn is_waiting(&self) -> bool {
        self.has.get() != 0
    }

    /// Marks `future` as still waited for; false if the task was not registered with it.
    #[inline(never)]
    pub(super) fn renew(&self, future: &Rc<dyn RawFuture>) -> bool {
        if let Some(first) = self.first.take() {
            let is_first = is_same(&*first, &**future);
            self.first.set(Some(first));
            if is_first {
                self.mark(FRESH);
                self.set_first_block(current::block());
                return true;
            }
        }
        let mut known = false;
        self.change_rest(|rest| {
            known = rest.fresh.iter().any(|fresh| is_same(&*fresh.future, &**future));
            if let Some(place) = place_of(&rest.stale, future) {
                rest.stale.swap_remove(place);
                rest.fresh.push(Fresh { future: Rc::clone(future), block: current::block() });
                known = true;
            }
        });
        known
    }

    /// Adds a future that the task was not registered with.
    #[inline(always)]
    pub(super) fn add(&self, future: Rc<dyn RawFuture>) {
        if self.is_waiting() || current::is_in_block() {
            return self.add_more(future);
        }
        self.first.set(Some(future));
        self.has.set(PLAIN);
    }

    #[inline(never)]
    fn add_more(&self, future: Rc<dyn RawFuture>) {
        self.note_first_asked();
        if self.has(FRESH) {
            let fresh = Fresh { future, block: current::block() };
            return self.with_rest(|rest| rest.fresh.push(fresh));
        }
        let before = self.take_first();
        before.iter().for_each(|before| self.keep_stale(before));
        self.set_first(future);
        self.set_first_block(current::block());
        self.mark(FRESH);
        // Last: it may run code of the user's, which may come back here.
        drop(before);
    }

    pub(super) fn add_foreign(&self, callback: &Rc<WakerCallback>) {
        self.with_rest(|rest| {
            if rest.foreign.len() == rest.foreign.capacity() {
                rest.foreign.retain(|known| known.pending().is_some());
            }
            let block = current::block();
            rest.foreign.push(Foreign { callback: Rc::downgrade(callback), block });
        });
    }

    /// Whether the task waits for one future, which its last step has polled, or for none.
    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.has.get(), 0 | PLAIN)
    }

    /// Ends a step: a future that it did not poll is not kept alive by the task, but given back;
    /// whoever drops it may run code of the user's.
    #[inline]
    pub(super) fn settle(&self) -> Option<Rc<dyn RawFuture>> {
        if self.has(FRESH) {
            return None;
        }
        self.note_first_asked();
        let first = self.take_first();
        first.inspect(|first| self.keep_stale(first))
    }

    /// Remembers the first, which this step has not polled, if that is still pending: a future
    /// that is done has forgotten its callbacks.
    fn keep_stale(&self, first: &Rc<dyn RawFuture>) {
        if first.core().done() {
            return;
        }
        self.with_rest(|rest| {
            let block = rest.first_block.take();
            push_stale(&mut rest.stale, first, block);
        });
    }

    fn set_first_block(&self, block: Option<Rc<Block>>) {
        let mut before = None;
        match block {
            Some(_) => self.with_rest(|rest| before = mem::replace(&mut rest.first_block, block)),
            None => self.change_rest(|rest| before = rest.first_block.take()),
        }
        drop(before);
    }

    /// Takes the wake-up of `task` back from everything; whoever drops what that gives may run
    /// code of the user's.
    #[inline]
    pub(super) fn forget_all(&self, task: *const ()) -> Option<Forgotten> {
        if !self.is_waiting() {
            return None;
        }
        self.forget_some(task)
    }

    #[inline(never)]
    fn forget_some(&self, task: *const ()) -> Option<Forgotten> {
        let all = self.take_all();
        all.first.iter().for_each(|first| forget(first, task));
        all.rest.iter().for_each(|rest| rest.forget_all(task));
        Some(all)
    }

    /// The first of the futures that are waited for.
    pub(super) fn first(&self) -> Option<Rc<dyn RawFuture>> {
        if !self.has(FRESH) {
            return None;
        }
        let first = self.first.take();
        self.first.set(first.clone());
        first
    }

    /// The future that is waited for, if there is but one.
    pub(super) fn only(&self) -> Option<Rc<dyn RawFuture>> {
        let first = self.first()?;
        let mut is_alone = true;
        self.change_rest(|rest| is_alone = rest.fresh.is_empty());
        is_alone.then_some(first)
    }

    /// Cancels what is waited for; whether any of it accepted, `None` if there is nothing.
    ///
    /// Futures polled through a foreign waker are asked only if there is nothing else.
    pub(super) fn cancel(&self, message: &CancelMessage) -> Option<bool> {
        if !self.has(REST) {
            return self.cancel_first(message);
        }
        let mut futures = Vec::from_iter(self.first());
        self.change_rest(|rest| {
            futures.extend(rest.fresh.iter().map(|fresh| Rc::clone(&fresh.future)));
            if futures.is_empty() {
                futures.extend(rest.foreign.iter().filter_map(Foreign::pending));
            }
        });
        let mut accepted = None;
        for future in futures {
            let was_done = future.core().done();
            let accepts = Rc::clone(&future).cancel(message.clone());
            if accepts {
                self.ask(&future, message);
            }
            // One that is done may have been dropped since, and wakes nobody.
            if !was_done {
                accepted = Some(accepted.unwrap_or(false) || accepts);
            }
        }
        accepted
    }

    /// [`cancel`](Self::cancel) of what a plain await waits for.
    fn cancel_first(&self, message: &CancelMessage) -> Option<bool> {
        let first = self.first()?;
        let was_done = first.core().done();
        let accepts = Rc::clone(&first).cancel(message.clone());
        if accepts {
            self.ask(&first, message);
        }
        (!was_done).then_some(accepts)
    }

    /// Notes that a cancellation went to `future`.
    pub(super) fn ask(&self, future: &Rc<dyn RawFuture>, message: &CancelMessage) {
        if message.is_none() && !self.has(REST) && self.is_first(future) {
            return self.mark(FIRST_ASKED);
        }
        self.note_first_asked();
        self.with_rest(|rest| {
            rest.asked.push(Rc::downgrade(future));
            rest.asked_with.clone_from(message);
        });
    }

    #[inline(always)]
    fn is_first(&self, future: &Rc<dyn RawFuture>) -> bool {
        let first = self.first.take();
        let is_it = |first: &Rc<_>| std::ptr::addr_eq(Rc::as_ptr(first), Rc::as_ptr(future));
        let is_first = first.as_ref().is_some_and(is_it);
        self.first.set(first);
        is_first
    }

    fn is_core_of_first(&self, core: &Core) -> bool {
        let first = self.first.take();
        let is_first = first.as_ref().is_some_and(|first| std::ptr::eq(first.core(), core));
        self.first.set(first);
        is_first
    }

    /// Writes down that the first was asked, if it was: there is more to remember than that.
    #[inline(always)]
    fn note_first_asked(&self) {
        if self.has(FIRST_ASKED) {
            self.move_first_asked();
        }
    }

    #[cold]
    fn move_first_asked(&self) {
        self.unmark(FIRST_ASKED);
        if let Some(first) = self.first.take() {
            self.with_rest(|rest| rest.asked.push(Rc::downgrade(&first)));
            self.first.set(Some(first));
        }
    }

    /// Whether the future whose core is `core` was asked.
    pub(super) fn was_asked(&self, core: &Core) -> bool {
        if self.has(FIRST_ASKED) && self.is_core_of_first(core) {
            return true;
        }
        let is_it = |asked: &Weak<dyn RawFuture>| {
            asked.upgrade().is_some_and(|asked| std::ptr::eq(asked.core(), core))
        };
        let mut was_asked = false;
        self.change_rest(|rest| was_asked = rest.asked.iter().any(is_it));
        was_asked
    }

    /// Whether one that was asked has yet to answer, and is waited for still.
    pub(super) fn awaits_answer(&self) -> bool {
        if self.has(FIRST_ASKED) && self.has(FRESH) {
            return true;
        }
        self.note_first_asked();
        let first = self.first();
        let mut awaits = false;
        self.change_rest(|rest| {
            let fresh = rest.fresh.iter().map(|fresh| Rc::clone(&fresh.future));
            let foreign = rest.foreign.iter().filter_map(Foreign::pending);
            let mut awaited = first.into_iter().chain(fresh).chain(foreign);
            awaits = awaited.any(|future| {
                let is_it = |asked: Rc<dyn RawFuture>| is_same(&*asked, &*future);
                rest.asked.iter().any(|asked| asked.upgrade().is_some_and(is_it))
            });
        });
        awaits
    }

    /// Forgets who was asked; gives the message.
    pub(super) fn forget_asked(&self) -> CancelMessage {
        if self.take(FIRST_ASKED)
            && !self.has(FRESH)
            && let Some(first) = self.take_first()
            && !first.core().done()
        {
            self.set_first(first);
        }
        let mut message = None;
        self.change_rest(|rest| {
            rest.asked.clear();
            message = rest.asked_with.take();
        });
        message
    }

    /// Shows every pending future that the task waits for, and the block it was polled in.
    pub(super) fn for_each(&self, mut show: impl FnMut(Rc<dyn RawFuture>, Option<&Rc<Block>>)) {
        if let Some(first) = self.first() {
            let mut block = None;
            self.change_rest(|rest| block = rest.first_block.clone());
            show(first, block.as_ref());
        }
        self.change_rest(|rest| {
            for fresh in &rest.fresh {
                show(Rc::clone(&fresh.future), fresh.block.as_ref());
            }
            // What an earlier step polled may have been dropped since, unless its block lives.
            for stale in rest.stale.iter().filter(|stale| stale.block.is_some()) {
                if let Some(future) = stale.pending() {
                    show(future, stale.block.as_ref());
                }
            }
            for foreign in &rest.foreign {
                if let Some(future) = foreign.pending() {
                    show(future, foreign.block.as_ref());
                }
            }
        });
    }

    pub(super) fn add_block(&self, block: &Rc<Block>) {
        self.with_rest(|rest| {
            if rest.blocks.len() == rest.blocks.capacity() {
                rest.blocks.retain(|known| known.strong_count() > 0);
            }
            rest.blocks.push(Rc::downgrade(block));
        });
    }

    /// Shows every block of the task that is alive.
    pub(super) fn for_each_block(&self, show: impl FnMut(&Rc<Block>)) {
        let mut blocks: Vec<Rc<Block>> = Vec::new();
        self.change_rest(|rest| blocks.extend(rest.blocks.iter().filter_map(Weak::upgrade)));
        blocks.iter().for_each(show);
    }

    pub(super) fn set_requester(&self, block: &Rc<Block>) {
        self.with_rest(|rest| rest.requester = Some(Rc::clone(block)));
    }

    pub(super) fn take_requester(&self) -> Option<Rc<Block>> {
        let mut requester = None;
        self.change_rest(|rest| requester = rest.requester.take());
        requester
    }

    /// Forgets a block that is over: what it asked for is the task's now.
    pub(super) fn drop_requester(&self, block: &Rc<Block>) {
        self.change_rest(|rest| _ = rest.requester.take_if(|known| Rc::ptr_eq(known, block)));
    }

    #[inline]
    fn change_rest(&self, change: impl FnOnce(&mut Rest)) {
        if let Some(mut rest) = self.rest.take() {
            change(&mut rest);
            self.rest.set(Some(rest));
        }
    }

    fn with_rest(&self, change: impl FnOnce(&mut Rest)) {
        let mut rest = self.rest.take().unwrap_or_default();
        change(&mut rest);
        self.rest.set(Some(rest));
        self.mark(REST);
    }
}

impl Rest {
    /// Lets go of what the last step polled, and gives it, to be dropped.
    fn begin_step(&mut self) -> Vec<Fresh> {
        let polled = mem::take(&mut self.fresh);
        for fresh in &polled {
            push_stale(&mut self.stale, &fresh.future, fresh.block.clone());
        }
        polled
    }

    fn forget_all(&self, task: *const ()) {
        let stale = self.stale.iter().filter_map(Stale::pending);
        let fresh = self.fresh.iter().map(|fresh| Rc::clone(&fresh.future));
        fresh.chain(stale).for_each(|future| forget(&future, task));
    }
}

fn place_of(list: &[Stale], future: &Rc<dyn RawFuture>) -> Option<usize> {
    let is_it = |known: Rc<dyn RawFuture>| is_same(&*known, &**future);
    list.iter().position(|known| known.future.upgrade().is_some_and(is_it))
}

/// Adds `future`; swept when the list would grow, so that it stays in proportion to what is
/// pending.
fn push_stale(list: &mut Vec<Stale>, future: &Rc<dyn RawFuture>, block: Option<Rc<Block>>) {
    if list.len() == list.capacity() {
        list.retain(|known| known.pending().is_some());
    }
    list.push(Stale { future: Rc::downgrade(future), block });
}

fn forget(future: &Rc<dyn RawFuture>, task: *const ()) {
    let core = future.core();
    if !core.done() {
        core.callbacks.remove(|callback| std::ptr::addr_eq(callback, task));
    }
}
