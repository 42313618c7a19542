//! `try_except!`, `async_with!` and `async_for!`: every way out of them, in its order.

use asyncio::{
    AsyncContextManager, Awaitable, CancelledError, Error, Exception, ExceptionGroup, KeyError,
    OSError, Queue, QueueEmpty, Result, TimeoutError, TypeError, ValueError, async_for, async_with,
    create_task, current_task, raise, sleep, task_group, timeout, try_except,
};

use crate::repr::Repr;
use crate::trace::{run, show, trace};

crate::scenarios! { statements:
    every_way_out_of_a_loop,
    nested_blocks_are_left_from_the_inside,
    the_first_arm_that_fits,
    arms_that_raise,
    errors_in_finally,
    when_else_is_run,
    stars_share_a_group,
    stars_that_raise,
    stars_that_raise_a_member,
    stars_that_catch_nothing,
    exits_that_fail,
    exits_that_swallow,
    a_cancellation_runs_all_finally_blocks,
    a_second_cancellation_in_finally,
    a_swallowed_cancellation,
    timeouts_around_finally,
    both_timeouts_at_once,
    groups_on_each_way_out,
    every_way_out_of_an_async_loop,
    async_loops_wait,
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
        sleep(0).await?;
        trace!("enter {}", self.name);
        Ok(self.name)
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        sleep(0).await?;
        let shown = error.map_or("None".to_owned(), |error| format!("{error:?}"));
        trace!("exit {} with {shown}", self.name);
        self.error.clone().map_or(Ok(self.swallows), Err)
    }
}

fn plain(name: &'static str) -> Manager {
    Manager { name, error: None, swallows: false }
}

fn filled(numbers: &[u32]) -> Result<Queue<u32>> {
    let queue = Queue::new(0);
    for number in numbers {
        queue.put_nowait(*number)?;
    }
    queue.shutdown(false);
    Ok(queue)
}

/// Awaits something, and writes its outcome: an exception with its contexts.
async fn ancestry<A>(label: &str, awaitable: A) -> Result<()>
where
    A: Awaitable,
    A::Value: Repr,
{
    match awaitable.into_future().await.map_err(|error| Error::from_boxed(error.into())) {
        Ok(value) => show(label, value),
        Err(error) => {
            let mut texts = Vec::new();
            let mut next = Some(error);
            while let Some(error) = next {
                texts.push(format!("{error:?}"));
                next = error.context();
            }
            trace!("{label} raised {}", texts.join(" while handling "));
        }
    }
    Ok(())
}

fn cancelling() -> u32 {
    current_task().unwrap().cancelling()
}

// Loops.

fn every_way_out_of_a_loop() {
    async fn leave(way: &str) -> Result<u32> {
        let mut value = 0;
        while value < 1 {
            value += 1;
            for round in 0..2 {
                async_with!(plain("a"), |name| {
                    try_except!(
                        {
                            sleep(0).await?;
                            trace!("round {value} {round} in {name}");
                            match way {
                                "return" => return Ok(value),
                                "break" => break,
                                "continue" => continue,
                                "raise" => raise!(ValueError(way)),
                                _ => {}
                            }
                        },
                        finally = {
                            sleep(0).await?;
                            trace!("finally");
                        },
                    )?;
                })?;
                trace!("behind the block");
            }
        }
        Ok(value * 10)
    }
    run(async {
        for way in ["return", "break", "continue", "raise", "end"] {
            ancestry(way, leave(way)).await?;
        }
        asyncio::Ok(())
    });
}

fn nested_blocks_are_left_from_the_inside() {
    async fn leave() -> Result<&'static str> {
        async_with!(plain("a"), {
            try_except!(
                {
                    async_with!(plain("b"), {
                        try_except!({ return Ok("value") }, finally = { trace!("inner finally") })?;
                    })?;
                },
                finally = {
                    sleep(0).await?;
                    trace!("outer finally");
                },
            )?;
        })?;
        Ok("not reached")
    }
    run(ancestry("left", leave()));
}

// Errors.

async fn which(error: Error) -> Result<String> {
    try_except!(
        { raise!(error) },
        |e: ValueError| format!("ValueError {e}"),
        |e: (KeyError, OSError)| format!("one of two, {}", e.is::<OSError>()),
        |e: Exception| format!("Exception {e}"),
        finally = { trace!("finally") },
    )
}

fn the_first_arm_that_fits() {
    run(async {
        let errors = [ValueError("v"), KeyError("k"), TimeoutError("t"), TypeError("y")];
        let others = [CancelledError::with("c"), QueueEmpty("")];
        for error in errors.into_iter().chain(others) {
            ancestry("which", which(error)).await?;
        }
        asyncio::Ok(())
    });
}

fn arms_that_raise() {
    async fn another() -> Result<()> {
        try_except!({ raise!(ValueError("first")) }, |_: ValueError| {
            sleep(0).await?;
            raise!(TypeError("second"))
        })
    }
    async fn again() -> Result<()> {
        try_except!({ raise!(ValueError("first")) }, |_: ValueError| {
            sleep(0).await?;
            raise!()
        })
    }
    async fn in_an_arm_of_an_arm() -> Result<()> {
        try_except!({ raise!(ValueError("first")) }, |_: ValueError| {
            try_except!({ raise!(KeyError("second")) }, |_: KeyError| raise!(TypeError("third")))?
        })
    }
    run(async {
        ancestry("another", another()).await?;
        ancestry("again", again()).await?;
        ancestry("nested", in_an_arm_of_an_arm()).await
    });
}

fn errors_in_finally() {
    async fn behind_a_value() -> Result<u32> {
        try_except!({ return Ok(1) }, finally = { raise!(TypeError("finally")) })?
    }
    async fn behind_an_error() -> Result<()> {
        try_except!({ raise!(ValueError("first")) }, finally = { raise!(TypeError("finally")) })
    }
    async fn behind_an_arm() -> Result<()> {
        try_except!(
            { raise!(ValueError("first")) },
            |_: ValueError| raise!(KeyError("second")),
            finally = { raise!(TypeError("finally")) },
        )
    }
    async fn caught_in_it() -> Result<()> {
        try_except!(
            { raise!(ValueError("first")) },
            finally = {
                try_except!({ raise!(TypeError("finally")) }, |e: TypeError| {
                    trace!("caught TypeError('{e}')");
                })?;
            }
        )
    }
    run(async {
        ancestry("value", behind_a_value()).await?;
        ancestry("error", behind_an_error()).await?;
        ancestry("arm", behind_an_arm()).await?;
        ancestry("caught", caught_in_it()).await
    });
}

fn when_else_is_run() {
    async fn leave(error: Option<Error>, in_else: Option<Error>) -> Result<&'static str> {
        try_except!(
            {
                if let Some(error) = error {
                    raise!(error);
                }
            },
            |_: ValueError| "caught",
            else_ = {
                sleep(0).await?;
                if let Some(error) = in_else {
                    raise!(error);
                }
                "else"
            },
            finally = { trace!("finally") },
        )
    }
    run(async {
        ancestry("no error", leave(None, None)).await?;
        ancestry("an error", leave(Some(ValueError("v")), None)).await?;
        ancestry("in else", leave(None, Some(ValueError("in else")))).await
    });
}

// Groups.

fn group() -> Error {
    let inner = ExceptionGroup("inner", [ValueError("b"), KeyError("c")]);
    ExceptionGroup("outer", [ValueError("a"), inner, TypeError("d")])
}

fn stars_share_a_group() {
    async fn share(error: Error) -> Result<()> {
        try_except!(
            { raise!(error) },
            *|e: ValueError| {
                sleep(0).await?;
                trace!("values {e:?}");
            },
            *|e: (KeyError, OSError)| trace!("two {e:?}"),
            finally = { trace!("finally") },
        )
    }
    run(async {
        ancestry("group", share(group())).await?;
        ancestry("all", share(ExceptionGroup("g", [ValueError("v"), OSError("o")]))).await?;
        ancestry("lone", share(ValueError("v"))).await?;
        ancestry("other", share(TypeError("t"))).await?;
        ancestry("cancelled", share(CancelledError::with("c"))).await
    });
}

fn stars_that_raise() {
    async fn another(error: Error) -> Result<()> {
        try_except!(
            { raise!(error) },
            *|_: ValueError| raise!(OSError("another")),
            *|e: KeyError| trace!("keys {e:?}"),
        )
    }
    async fn two(error: Error) -> Result<()> {
        try_except!(
            { raise!(error) },
            *|_: ValueError| raise!(OSError("one")),
            *|_: KeyError| raise!(OSError("two")),
        )
    }
    async fn again(error: Error) -> Result<()> {
        try_except!({ raise!(error) }, *|_: ValueError| raise!(), *|e: KeyError| trace!(
            "keys {e:?}"
        ),)
    }
    run(async {
        ancestry("another", another(group())).await?;
        ancestry("another alone", another(ValueError("v"))).await?;
        ancestry("two", two(group())).await?;
        ancestry("two alone", two(ValueError("v"))).await?;
        ancestry("again", again(group())).await?;
        ancestry("again alone", again(ValueError("v"))).await
    });
}

fn stars_that_raise_a_member() {
    async fn share(error: Error) -> Result<()> {
        try_except!(
            { raise!(error) },
            *|e: ValueError| raise!(&e.exceptions()[0]),
            // A group in the group.
            *|e: KeyError| raise!(&e.exceptions()[0]),
        )
    }
    run(async {
        for error in [ValueError("v"), ExceptionGroup("g", [ValueError("v")]), group()] {
            // Its context is none here: a group cannot be that of its own member.
            trace!("raised {:?}", share(error).await.unwrap_err());
        }
        asyncio::Ok(())
    });
}

fn stars_that_catch_nothing() {
    async fn around_one() -> Result<()> {
        try_except!({ raise!(ValueError("v")) }, *|_: ValueError| raise!())
    }
    async fn inside() -> Result<()> {
        try_except!({ around_one().await? }, |e: (ExceptionGroup,)| {
            trace!("around one {e:?}");
            raise!(ExceptionGroup("outer", [e.clone()]));
        })
    }
    async fn nothing() -> Result<()> {
        try_except!({ inside().await? }, *|_: KeyError| trace!("no keys"), *|e: Exception| {
            trace!("taken apart {e:?}");
            raise!();
        },)
    }
    run(ancestry("nothing", nothing()));
}

// Managers.

fn exits_that_fail() {
    async fn failing(error: Option<Error>, way: &str) -> Result<&'static str> {
        let exit = Manager { error: Some(OSError("exit")), ..plain("b") };
        async_with!(plain("a"), {
            async_with!(exit, {
                if let Some(error) = error {
                    raise!(error);
                }
                if way == "return" {
                    return Ok("value");
                }
            })?;
        })?;
        Ok("end")
    }
    run(async {
        ancestry("at the end", failing(None, "")).await?;
        ancestry("an error", failing(Some(ValueError("body")), "")).await?;
        ancestry("return", failing(None, "return")).await
    });
}

fn exits_that_swallow() {
    async fn swallowing(error: Option<Error>) -> Result<&'static str> {
        async_with!(Manager { swallows: true, ..plain("a") }, {
            sleep(0).await?;
            if let Some(error) = error {
                raise!(error);
            }
        })?;
        Ok("behind")
    }
    run(async {
        ancestry("error", swallowing(Some(ValueError("v")))).await?;
        ancestry("none", swallowing(None)).await
    });
}

// Cancellation.

fn a_cancellation_runs_all_finally_blocks() {
    async fn work() -> Result<()> {
        try_except!(
            {
                async_with!(plain("a"), {
                    try_except!(
                        { sleep(3600).await? },
                        |_: Exception| trace!("no Exception"),
                        |e: CancelledError| {
                            trace!("caught CancelledError('{e}')");
                            raise!();
                        },
                        finally = {
                            sleep(1).await?;
                            trace!("inner finally");
                        },
                    )?;
                })?;
            },
            finally = {
                sleep(1).await?;
                trace!("outer finally, {}", cancelling());
            },
        )
    }
    run(async {
        let task = create_task(work());
        sleep(1).await?;
        task.cancel_with("enough");
        ancestry("work", task).await
    });
}

fn a_second_cancellation_in_finally() {
    async fn work() -> Result<()> {
        try_except!(
            { sleep(3600).await? },
            finally = {
                try_except!(
                    {
                        sleep(10).await?;
                        trace!("not reached");
                    },
                    finally = { trace!("inner finally, {}", cancelling()) },
                )?;
            }
        )
    }
    run(async {
        let task = create_task(work());
        sleep(1).await?;
        task.cancel_with("first");
        sleep(1).await?;
        task.cancel_with("second");
        ancestry("work", task).await
    });
}

fn a_swallowed_cancellation() {
    async fn work() -> Result<&'static str> {
        try_except!({ sleep(3600).await? }, |_: CancelledError| {
            show("requests", cancelling());
            show("left", current_task().unwrap().uncancel());
        })?;
        sleep(1).await?;
        Ok("went on")
    }
    run(async {
        let task = create_task(work());
        sleep(1).await?;
        task.cancel();
        ancestry("work", task).await
    });
}

fn python_bool(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

fn timeouts_around_finally() {
    async fn limited() -> Result<()> {
        timeout!(1, |t| {
            try_except!(
                { sleep(3600).await? },
                finally = {
                    trace!("finally, {}, {}", python_bool(t.expired()), cancelling());
                    sleep(5).await?;
                    trace!("cleaned up");
                }
            )?
        })
    }
    async fn caught() -> Result<()> {
        try_except!(
            {
                timeout!(1, {
                    try_except!({ sleep(3600).await? }, |_: CancelledError| {
                        trace!("inside, {}", cancelling());
                        raise!(ValueError("instead"))
                    })?
                })?
            },
            |_: TimeoutError| trace!("not this one"),
            |e: (ValueError,)| trace!("{e:?}, {:?}, {}", e.context().unwrap(), cancelling()),
        )
    }
    async fn nested() -> Result<()> {
        timeout!(5, |outer| {
            let limit = asyncio::timeout(1);
            try_except!({ async_with!(limit, { sleep(3600).await? })? }, |_: TimeoutError| {
                let (inner, outer) = (python_bool(limit.expired()), python_bool(outer.expired()));
                trace!("inner {inner}, outer {outer}, {}", cancelling());
            })?;
            sleep(10).await?
        })
    }
    run(async {
        ancestry("limited", limited()).await?;
        ancestry("caught", caught()).await?;
        ancestry("nested", nested()).await
    });
}

fn both_timeouts_at_once() {
    async fn limited() -> Result<()> {
        try_except!(
            {
                timeout!(1, {
                    try_except!({ timeout!(1, { sleep(3600).await? })? }, |_: TimeoutError| {
                        trace!("inner, {}", cancelling());
                    })?;
                    sleep(0).await?;
                    trace!("between");
                })?;
            },
            |_: TimeoutError| trace!("outer, {}", cancelling()),
        )
    }
    run(ancestry("limited", limited()));
}

fn groups_on_each_way_out() {
    async fn member(name: &str, delay: u32) -> Result<()> {
        try_except!(
            {
                sleep(delay).await?;
                trace!("{name} is done");
            },
            finally = { trace!("{name} ends") },
        )
    }
    async fn leave(way: &str) -> Result<&'static str> {
        for _ in 0..2 {
            task_group!(|g| {
                g.create_task(member("one", 1))?;
                g.create_task(member("two", 2))?;
                match way {
                    "return" => return Ok("value"),
                    "break" => break,
                    "raise" => {
                        sleep(1.5).await?;
                        raise!(ValueError("body"));
                    }
                    _ => {}
                }
            })?;
            trace!("behind the group");
        }
        Ok("end")
    }
    run(async {
        for way in ["return", "break", "raise", "end"] {
            ancestry(way, leave(way)).await?;
        }
        show("requests", cancelling());
        asyncio::Ok(())
    });
}

// Streams.

fn every_way_out_of_an_async_loop() {
    async fn leave(way: &'static str) -> Result<Result<u32, &'static str>> {
        let queue = filled(&[1, 2, 3])?;
        let mut total = 0;
        async_for!(
            queue.stream(),
            |number| {
                trace!("{way} at {number}");
                match way {
                    "continue" if number == 2 => continue,
                    "break" if number == 2 => break,
                    "return" if number == 2 => return Ok(Err("value")),
                    "raise" if number == 2 => raise!(ValueError(way)),
                    _ => total += number,
                }
            },
            else_ = {
                sleep(0).await?;
                trace!("else");
            },
        )?;
        Ok(Ok(total))
    }
    run(async {
        for way in ["continue", "break", "return", "raise", "end"] {
            match leave(way).await {
                Ok(Ok(total)) => show(way, total),
                Ok(Err(text)) => show(way, text),
                Err(error) => trace!("{way} raised {error:?}"),
            }
        }
        asyncio::Ok(())
    });
}

fn async_loops_wait() {
    async fn produce(queue: Queue<u32>) -> Result<()> {
        for number in 0..3 {
            sleep(1).await?;
            queue.put(number).await?;
        }
        queue.shutdown(false);
        Ok(())
    }
    async fn consume(queue: Queue<u32>) -> Result<&'static str> {
        async_for!(queue.stream(), |number| {
            try_except!(
                {
                    sleep(0).await?;
                    if number == 1 {
                        continue;
                    }
                    trace!("got {number}");
                },
                finally = { trace!("finally {number}") },
            )?;
        })?;
        Ok("end")
    }
    run(async {
        let queue = Queue::new(0);
        let task = create_task(produce(queue.clone()));
        ancestry("consumed", consume(queue)).await?;
        task.await?;
        let waiting = create_task(consume(Queue::new(0)));
        sleep(1).await?;
        waiting.cancel_with("enough");
        ancestry("waiting", waiting).await
    });
}
