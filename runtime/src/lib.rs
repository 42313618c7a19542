//! Python's asyncio for Rust, with the semantics of CPython 3.15 to the callback.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(no_crate_inject, attr(deny(warnings))))]

/// Compiles the README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the code of the chapter for those who come from tokio.
#[cfg(doctest)]
#[doc = include_str!("../docs/FROM_TOKIO.md")]
struct FromTokio;

#[cfg(not(unix))]
compile_error!("asyncio runs on Unix: its loop watches file descriptors");

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod base_events;
mod base_futures;
mod clock;
pub mod concurrent;
pub mod constants;
pub mod contextlib;
pub mod contextvars;
pub mod coroutines;
pub mod events;
pub mod exceptions;
mod format_helpers;
pub mod futures;
pub mod generators;
mod heapq;
pub mod locks;
mod log;
#[cfg(feature = "macros")]
mod macros;
mod mixins;
pub mod queues;
mod rarely;
mod raw;
pub mod runners;
mod selector_events;
mod sys;
pub mod taskgroups;
pub mod tasks;
pub mod threads;
pub mod timeouts;

#[cfg(feature = "macros")]
pub use asyncio_macros::{coroutine, generator, main, test};
pub use base_events::{EventLoop, ExceptionContext, ExceptionHandler};
pub use contextlib::{
    Aclosing, AsyncClose, AsyncContextManager, AsyncExitStack, aclosing, async_with,
};
pub use contextvars::{Context, ContextVar, Token, copy_context};
pub use coroutines::{Awaitable, Coroutine, iscoroutine, isfuture, wrap};
pub use events::{
    _get_running_loop, CallbackOutput, Handle, LoopHandle, ThreadSafeHandle, TimerHandle,
    get_event_loop, get_running_loop, new_event_loop, set_event_loop,
};
pub use exceptions::*;
pub use futures::{AnyFuture, CallbackId, Future, wrap_future, wrap_future_with};
pub use generators::AsyncGenerator;
pub use locks::{
    Barrier, BoundedSemaphore, Condition, ConditionGuard, Event, Lock, LockGuard, Semaphore,
    SemaphorePermit,
};
pub use queues::{LifoQueue, PriorityQueue, PutError, Queue};
pub use runners::{RunOptions, Runner, run, run_with};
pub use taskgroups::TaskGroup;
pub use tasks::{
    ALL_COMPLETED, AnyTask, AsCompleted, FIRST_COMPLETED, FIRST_EXCEPTION, ReturnWhen, Task,
    TaskFactory, TaskOptions, WaitOptions, Waitable, all_tasks, all_tasks_of, as_completed,
    as_completed_with, create_eager_task_factory, create_task, create_task_with, current_task,
    current_task_of, eager_task_factory, ensure_future, gather, gather_all,
    gather_all_return_exceptions, gather_return_exceptions, run_coroutine_threadsafe, shield,
    sleep, sleep_with, wait, wait_for, wait_with,
};
pub use threads::to_thread;
pub use timeouts::{IntoDelay, IntoTimeout, Timeout, timeout, timeout_at};
