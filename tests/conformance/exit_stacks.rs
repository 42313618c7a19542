//! `AsyncExitStack`, `aclosing`, and plain `async_with`: exits in their order, and their errors.

use asyncio::{
    AsyncClose, AsyncContextManager, AsyncExitStack, Awaitable, Error, KeyError, OSError, Result,
    RuntimeError, TaskGroup, ValueError, aclosing, async_with,
};

use crate::trace::{run, show, trace};

crate::scenarios! { exit_stacks:
    exits_run_last_in_first_out,
    all_kinds_of_exits,
    exits_may_put_exits_on_the_stack,
    what_cannot_be_entered_is_not_exited,
    every_exit_sees_the_error_of_the_body,
    an_exit_that_fails_hands_its_error_on,
    exits_that_fail_after_a_body_that_did_not,
    an_exit_that_swallows_the_error,
    an_exit_that_swallows_the_error_of_another,
    an_exit_that_raises_from_the_error_it_gets,
    an_exit_that_raises_the_error_it_gets,
    a_stack_within_a_stack,
    a_manager_alone,
    a_cancelled_body,
    a_cancelled_exit,
    a_timeout_on_the_stack,
    a_group_on_the_stack,
    a_group_on_the_stack_that_is_cancelled,
    what_is_closed_at_the_end,
}

/// Says what is done with it, each time an iteration later.
struct Manager {
    name: &'static str,
    error: Option<Error>,
    swallows: bool,
}

impl AsyncContextManager for Manager {
    type Value = &'static str;

    async fn aenter(&self) -> Result<&'static str> {
        asyncio::sleep(0).await?;
        trace!("enter {}", self.name);
        Ok(self.name)
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        asyncio::sleep(0).await?;
        trace!("exit {} with {}", self.name, shown(error));
        self.error.clone().map_or(Ok(self.swallows), Err)
    }
}

fn shown(error: Option<&Error>) -> String {
    error.map_or("None".to_owned(), |error| format!("{error:?}"))
}

fn plain(name: &'static str) -> Manager {
    Manager { name, error: None, swallows: false }
}

fn swallowing(name: &'static str) -> Manager {
    Manager { name, error: None, swallows: true }
}

fn failing(name: &'static str) -> Manager {
    Manager { name, error: Some(ValueError(name)), swallows: false }
}

/// Awaits something, and writes its exception with its contexts.
async fn ancestry<A: Awaitable<Failure = Error>>(awaitable: A) -> Result<()> {
    let Err(error) = awaitable.await else {
        trace!("no exception");
        return Ok(());
    };
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        texts.push(format!("{error:?}"));
        next = error.context();
    }
    trace!("raised {}", texts.join(" while handling "));
    Ok(())
}

/// Fails, or does not, inside of managers.
async fn within(managers: impl IntoIterator<Item = Manager>, error: Option<Error>) -> Result<()> {
    async_with(&AsyncExitStack::new(), async |stack| {
        for manager in managers {
            show("entered", stack.enter_async_context(manager).await?);
        }
        error.map_or(Ok(()), Err)
    })
    .await
}

/// Leaves managers by `aclose`.
async fn beside(managers: impl IntoIterator<Item = Manager>) -> Result<()> {
    let stack = AsyncExitStack::new();
    for manager in managers {
        stack.enter_async_context(manager).await?;
    }
    stack.aclose().await
}

async fn oversleep() -> Result<()> {
    asyncio::sleep(3600).await
}

async fn fail(text: &'static str) -> Result<()> {
    Err(ValueError(text))
}

fn body() -> Option<Error> {
    Some(KeyError("body"))
}

// The order.

fn exits_run_last_in_first_out() {
    run(async {
        ancestry(within([plain("a"), plain("b")], None)).await?;
        ancestry(beside([plain("a"), plain("b")])).await
    });
}

fn all_kinds_of_exits() {
    async fn callback() -> Result<()> {
        asyncio::sleep(0).await?;
        trace!("async callback");
        Ok(())
    }

    async fn exit(error: Option<&Error>) -> Result<bool> {
        trace!("async exit with {}", shown(error));
        Ok(true)
    }

    fn sync_exit(error: Option<&Error>) -> Result<bool> {
        trace!("exit with {}", shown(error));
        Ok(false)
    }

    run(async {
        let moved = async_with(&AsyncExitStack::new(), async |stack| {
            stack.callback(|| trace!("callback"));
            stack.push_async_callback(callback);
            stack.push_async_exit(exit);
            stack.push(sync_exit);
            let moved = stack.pop_all();
            stack.callback(|| trace!("left behind"));
            asyncio::Ok(moved)
        })
        .await?;
        trace!("moved");
        async_with(&moved, async |_| body().map_or(Ok(()), Err)).await
    });
}

fn exits_may_put_exits_on_the_stack() {
    run(async {
        let stack = AsyncExitStack::new();
        stack.callback(|| trace!("first"));
        let again = stack.clone();
        stack.callback(move || again.callback(|| trace!("late")));
        stack.aclose().await?;
        stack.aclose().await
    });
}

fn what_cannot_be_entered_is_not_exited() {
    struct Locked;

    impl AsyncContextManager for Locked {
        type Value = ();

        async fn aenter(&self) -> Result<()> {
            Err(OSError("locked"))
        }

        async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
            trace!("this never runs");
            Ok(false)
        }
    }

    run(ancestry(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            show("entered", stack.enter_async_context(plain("a")).await?);
            stack.enter_async_context(Locked).await
        })
        .await
    }));
}

// Errors.

fn every_exit_sees_the_error_of_the_body() {
    run(ancestry(within([plain("a"), plain("b")], body())));
}

fn an_exit_that_fails_hands_its_error_on() {
    run(ancestry(within([failing("a"), failing("b"), plain("c")], body())));
}

fn exits_that_fail_after_a_body_that_did_not() {
    run(async {
        ancestry(within([failing("a"), failing("b")], None)).await?;
        ancestry(beside([failing("a"), failing("b")])).await
    });
}

fn an_exit_that_swallows_the_error() {
    run(async {
        ancestry(within([plain("a"), swallowing("b")], body())).await?;
        ancestry(within([failing("a"), swallowing("b")], body())).await
    });
}

fn an_exit_that_swallows_the_error_of_another() {
    run(async {
        ancestry(within([swallowing("a"), failing("b")], body())).await?;
        ancestry(within([swallowing("a"), failing("b")], None)).await?;
        ancestry(within([swallowing("a"), failing("b"), swallowing("c")], body())).await
    });
}

/// Runs the body with an exit that is on the stack twice.
async fn twice(exit: fn(Option<&Error>) -> Result<bool>) -> Result<()> {
    async_with(&AsyncExitStack::new(), async |stack| {
        stack.push(exit);
        stack.push(exit);
        body().map_or(Ok(()), Err)
    })
    .await
}

fn an_exit_that_raises_from_the_error_it_gets() {
    fn wrap(error: Option<&Error>) -> Result<bool> {
        Err(RuntimeError("wrapped").with_cause(error.unwrap().clone()))
    }

    run(ancestry(twice(wrap)));
}

fn an_exit_that_raises_the_error_it_gets() {
    fn again(error: Option<&Error>) -> Result<bool> {
        Err(error.unwrap().clone())
    }

    run(ancestry(twice(again)));
}

fn a_stack_within_a_stack() {
    run(ancestry(async {
        async_with(&AsyncExitStack::new(), async |outer| {
            let inner = outer.enter_async_context(AsyncExitStack::new()).await?;
            inner.enter_async_context(failing("a")).await?;
            inner.enter_async_context(swallowing("b")).await?;
            body().map_or(Ok(()), Err)
        })
        .await
    }));
}

fn a_manager_alone() {
    async fn alone(manager: Manager, error: Option<Error>) -> Result<()> {
        async_with(&manager, async |name| {
            show("entered", name);
            error.map_or(Ok(()), Err)
        })
        .await
    }

    run(async {
        ancestry(alone(plain("m"), None)).await?;
        ancestry(alone(plain("m"), body())).await?;
        ancestry(alone(swallowing("m"), body())).await?;
        ancestry(alone(failing("m"), body())).await?;
        ancestry(alone(failing("m"), None)).await
    });
}

// Cancellation, timeouts and groups.

fn a_cancelled_body() {
    run(async {
        let task = asyncio::create_task(async {
            async_with(&AsyncExitStack::new(), async |stack| {
                stack.enter_async_context(plain("a")).await?;
                oversleep().await
            })
            .await
        });
        asyncio::sleep(1).await?;
        task.cancel_with("enough");
        ancestry(&task).await?;
        show("cancelled", task.cancelled());
        asyncio::Ok(())
    });
}

fn a_cancelled_exit() {
    run(async {
        let task = asyncio::create_task(async {
            async_with(&AsyncExitStack::new(), async |stack| {
                stack.enter_async_context(plain("a")).await?;
                stack.push_async_callback(oversleep);
                stack.enter_async_context(plain("b")).await?;
                asyncio::Ok(())
            })
            .await
        });
        asyncio::sleep(1).await?;
        task.cancel_with("enough");
        ancestry(task).await
    });
}

fn a_timeout_on_the_stack() {
    run(ancestry(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            stack.enter_async_context(plain("a")).await?;
            stack.enter_async_context(asyncio::timeout(1)).await?;
            stack.enter_async_context(plain("b")).await?;
            oversleep().await
        })
        .await
    }));
}

fn a_group_on_the_stack() {
    run(ancestry(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            stack.enter_async_context(plain("a")).await?;
            let group = stack.enter_async_context(TaskGroup::new()).await?;
            group.create_task(fail("child"))?;
            oversleep().await
        })
        .await
    }));
}

fn a_group_on_the_stack_that_is_cancelled() {
    run(ancestry(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            stack.enter_async_context(plain("a")).await?;
            let group = stack.enter_async_context(TaskGroup::new()).await?;
            group.create_task(oversleep())?;
            group.cancel();
            oversleep().await
        })
        .await
    }));
}

// Closing.

struct Closable {
    error: Option<Error>,
}

impl AsyncClose for Closable {
    async fn aclose(&self) -> Result<()> {
        asyncio::sleep(0).await?;
        trace!("closed");
        self.error.clone().map_or(Ok(()), Err)
    }
}

fn what_is_closed_at_the_end() {
    async fn close(thing: Closable, error: Option<Error>) -> Result<()> {
        async_with(&aclosing(&thing), async |same: &Closable| {
            show("the same", std::ptr::eq(same, &raw const thing));
            error.map_or(Ok(()), Err)
        })
        .await
    }

    let failing = || Closable { error: Some(ValueError("close")) };
    run(async move {
        ancestry(close(Closable { error: None }, None)).await?;
        ancestry(close(Closable { error: None }, body())).await?;
        ancestry(close(failing(), body())).await?;
        ancestry(close(failing(), None)).await
    });
}
