//! The waker that a poll gets: borrowed from the task, with no count to keep.
//!
//! Its data is the task's [`TaskWaker`]. A `&Waker` may be sent to another thread while the
//! poll lasts, so every function compares threads first, and off the loop's thread touches
//! [`Fixed`] alone, which never changes. A clone is an ordinary `Waker` over an `Arc` that
//! names the task by key; once a task's waker was cloned its later polls lend that clone,
//! so that `will_wake` holds.
#![expect(unsafe_code, reason = "a RawWaker cannot be built without")]

use std::cell::OnceCell;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};

use crate::selector_events::{Remote, TaskKey, thread_id};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// The part of a task that its wakers see.
pub(crate) struct TaskWaker {
    fixed: Fixed,
    /// The owned waker, once somebody cloned the borrowed one; `take_owned` drops it. The loop's
    /// thread only.
    owned: ManuallyDrop<OnceCell<Box<Waker>>>,
}

/// What other threads may read while the task is being polled.
struct Fixed {
    /// Alive during every poll: `lend` asks for a reference to it.
    remote: *const Remote,
    key: TaskKey,
}

impl TaskWaker {
    #[inline(always)]
    pub(crate) fn new(remote: &Arc<Remote>, key: TaskKey) -> Self {
        Self { fixed: Fixed { remote: Arc::as_ptr(remote), key }, owned: ManuallyDrop::default() }
    }

    /// The waker of a task that is over: it is never lent.
    pub(crate) fn detached() -> Self {
        let key = TaskKey { index: usize::MAX, serial: u64::MAX };
        Self { fixed: Fixed { remote: ptr::null(), key }, owned: ManuallyDrop::default() }
    }

    /// Whether somebody has cloned the borrowed waker.
    #[inline(always)]
    pub(crate) fn is_owned(&self) -> bool {
        self.owned.get().is_some()
    }

    /// Takes the owned waker from a task that is being dropped.
    pub(crate) fn take_owned(&mut self) -> Option<Box<Waker>> {
        self.owned.take()
    }

    pub(crate) fn key(&self) -> TaskKey {
        self.fixed.key
    }

    /// Runs `poll` with this task's waker, lent for that time.
    ///
    /// # Panics
    /// If `remote` is not the one of the task's loop.
    pub(crate) fn lend<R>(&self, remote: &Remote, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        assert!(ptr::eq(remote, self.fixed.remote), "a task is polled by its own loop");
        // SAFETY: the vtable's functions hold what RawWaker asks for as long as `self` and
        // `remote` live, and the waker, which nobody owns or drops, does not outlive this call.
        let borrowed = ManuallyDrop::new(unsafe { Waker::new(self.data(), &VTABLE) });
        // One call of `poll`, so that it is inlined.
        poll(&mut Context::from_waker(self.owned.get().map_or(&*borrowed, |owned| owned)))
    }

    /// Whether `waker` is the one that [`lend`](Self::lend) lends for this task.
    pub(crate) fn is(&self, waker: &Waker) -> bool {
        let borrowed = waker.data() == self.data() && ptr::eq(waker.vtable(), &raw const VTABLE);
        borrowed || self.owned.get().is_some_and(|owned| owned.will_wake(waker))
    }

    fn data(&self) -> *const () {
        ptr::from_ref(self).cast()
    }
}

/// The `Fixed` behind a borrowed waker's data, touching nothing else of the task.
///
/// # Safety
/// `data` comes from [`TaskWaker::data`] of a task that is being polled.
unsafe fn fixed<'a>(data: *const ()) -> &'a Fixed {
    // SAFETY: the task outlives its poll, and `fixed` is written only before the first one.
    unsafe { &(*data.cast::<TaskWaker>()).fixed }
}

/// # Safety
/// As for [`fixed`], as the contract of `RawWaker` has it.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: handed on to our caller.
    let fixed = unsafe { fixed(data) };
    // SAFETY: the loop that is polling owns the remote.
    let remote = unsafe { &*fixed.remote };
    let new = || {
        // SAFETY: `remote` came from an `Arc` that the polling loop keeps.
        let remote = unsafe {
            Arc::increment_strong_count(fixed.remote);
            Arc::from_raw(fixed.remote)
        };
        Waker::from(Arc::new(OwnedWaker { remote, key: fixed.key }))
    };
    let owned = if remote.thread == thread_id() {
        // SAFETY: on the loop's own thread the whole TaskWaker may be shared.
        let task = unsafe { &*data.cast::<TaskWaker>() };
        Waker::clone(task.owned.get_or_init(|| Box::new(new())))
    } else {
        new()
    };
    let owned = ManuallyDrop::new(owned);
    RawWaker::new(owned.data(), owned.vtable())
}

/// # Safety
/// As for [`fixed`]. Nobody owns a borrowed waker, so this never frees anything.
unsafe fn wake(data: *const ()) {
    // SAFETY: handed on to our caller.
    unsafe { wake_by_ref(data) }
}

/// # Safety
/// As for [`fixed`].
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: handed on to our caller.
    let fixed = unsafe { fixed(data) };
    // SAFETY: the loop that is polling owns the remote.
    unsafe { &*fixed.remote }.wake_task(fixed.key);
}

/// # Safety
/// None: there is nothing to drop.
unsafe fn drop(_data: *const ()) {}

/// A cloned waker: the task by name, for any thread and any time.
struct OwnedWaker {
    remote: Arc<Remote>,
    key: TaskKey,
}

impl Wake for OwnedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.remote.wake_task(self.key);
    }
}
