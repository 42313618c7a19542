//! What a group keeps when it is over: nothing. CPython asks its collector who refers to an
//! exception; here it is dropped while the group is still there.

use std::fmt;
use std::sync::{Arc, Weak};

use asyncio::{
    CancelledError, Context, ContextVar, Error, KeyboardInterrupt, Result, TaskGroup, TaskOptions,
    TimeoutError, sleep, timeout,
};

under_both_factories! {
    test_exception_refcycles_direct,
    test_exception_refcycles_errors,
    test_exception_refcycles_parent_task,
    test_exception_refcycles_parent_task_wr,
    test_exception_refcycles_propagate_cancellation_error,
    test_exception_refcycles_base_error,
}

/// An error that can be seen to be dropped.
#[derive(Debug)]
struct Done {
    _alive: Arc<()>,
}

impl Done {
    fn with_probe() -> (Error, Weak<()>) {
        let alive = Arc::new(());
        let probe = Arc::downgrade(&alive);
        (Error::from(Self { _alive: alive }), probe)
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("done")
    }
}

impl std::error::Error for Done {}

/// Nobody but `last` holds the error.
#[track_caller]
fn assert_held_by(last: Error, probe: &Weak<()>) {
    assert_eq!(probe.strong_count(), 1, "it is held by one object");
    drop(last);
    assert_eq!(probe.strong_count(), 0, "nobody else has it");
}

mod BaseTestTaskGroup {
    use super::*;

    pub(super) async fn test_exception_refcycles_direct() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let raised = group.run(async |_| Err(done)).await.unwrap_err();
        assert_eq!(raised.class_name(), "ExceptionGroup");
        assert_held_by(raised, &probe);
        drop(group);
        Ok(())
    }

    pub(super) async fn test_exception_refcycles_errors() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let raised = group.run(async |_| Err(done)).await.unwrap_err();
        let member = raised.exceptions()[0].clone();
        drop(raised);
        assert!(member.is::<Done>());
        assert_held_by(member, &probe);
        drop(group);
        Ok(())
    }

    pub(super) async fn test_exception_refcycles_parent_task() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let inner = group.clone();
        let outer = TaskGroup::new();
        let raised = outer
            .run(async |outer| {
                outer.create_task(async move { inner.run(async |_| Err(done)).await })?;
                asyncio::Ok(())
            })
            .await
            .unwrap_err();
        let member = raised.exceptions()[0].exceptions()[0].clone();
        drop(raised);
        assert!(member.is::<Done>());
        assert_held_by(member, &probe);
        drop((group, outer));
        Ok(())
    }

    pub(super) async fn test_exception_refcycles_parent_task_wr() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let inner = group.clone();
        // A task owns its context, and that owns the value.
        static OWNED: ContextVar<Arc<()>> = ContextVar::new("owned");
        let (alive, context) = (Arc::new(()), Context::new());
        let task_alive = Arc::downgrade(&alive);
        context.run(|| OWNED.set(alive))?;
        let options = TaskOptions::new().context(&context);
        drop(context);
        let outer = TaskGroup::new();
        let raised = outer
            .run(async |outer| {
                let child = async move { inner.run(async |_| Err(done)).await };
                outer.create_task_with(child, options)?;
                assert_eq!(task_alive.strong_count(), 1);
                asyncio::Ok(())
            })
            .await
            .unwrap_err();
        let member = raised.exceptions()[0].exceptions()[0].clone();
        drop(raised);
        assert_eq!(task_alive.strong_count(), 0, "the task is gone");
        assert!(member.is::<Done>());
        assert_held_by(member, &probe);
        drop((group, outer));
        Ok(())
    }

    pub(super) async fn test_exception_refcycles_propagate_cancellation_error() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let body = async |_: &TaskGroup| {
            let cancelled = sleep(0).await.unwrap_err();
            assert!(cancelled.is::<CancelledError>());
            // One that can be told from the others.
            Err(CancelledError::with("mine").with_cause(done))
        };
        let late = timeout(-1).run(async |_| group.run(body).await).await.unwrap_err();
        assert!(late.is::<TimeoutError>());
        let cause = late.cause().expect("what the timeout caught");
        drop(late);
        assert!(cause.is::<CancelledError>());
        assert_held_by(cause, &probe);
        drop(group);
        Ok(())
    }

    pub(super) async fn test_exception_refcycles_base_error() -> Result<()> {
        let (group, (done, probe)) = (TaskGroup::new(), Done::with_probe());
        let interrupt = KeyboardInterrupt().with_cause(done);
        let raised = group.run(async |_| Err(interrupt)).await.unwrap_err();
        assert!(raised.is::<KeyboardInterrupt>());
        assert_held_by(raised, &probe);
        drop(group);
        Ok(())
    }
}
