//! Asynchronous context managers, beside what CPython 3.15's `contextlib` does with the same
//! managers: it printed the chains of exceptions that are expected here.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use asyncio::{
    AsyncClose, AsyncContextManager, AsyncExitStack, CancelledError, Error, EventLoop,
    ExceptionGroup, KeyError, OSError, PanicError, Result, RuntimeError, TaskGroup, TimeoutError,
    TypeError, ValueError, aclosing, async_with,
};

/// What happened, line by line.
#[derive(Clone, Default)]
struct Trace(Rc<RefCell<Vec<String>>>);

impl Trace {
    fn line(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    #[track_caller]
    fn expect(&self, lines: &[&str]) {
        assert_eq!(self.0.take(), lines);
    }
}

/// A manager that says what is done with it.
struct Manager {
    name: &'static str,
    trace: Trace,
    fails_with: Option<Error>,
    swallows: bool,
}

impl Manager {
    fn fails_with(mut self, error: Error) -> Self {
        self.fails_with = Some(error);
        self
    }

    fn swallows(mut self) -> Self {
        self.swallows = true;
        self
    }
}

impl AsyncContextManager for Manager {
    type Value = &'static str;

    async fn aenter(&self) -> Result<&'static str> {
        asyncio::sleep(0).await?;
        self.trace.line(format!("enter {}", self.name));
        Ok(self.name)
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        asyncio::sleep(0).await?;
        self.trace.line(format!("exit {} {}", self.name, shown(error)));
        match &self.fails_with {
            Some(error) => Err(error.clone()),
            None => Ok(self.swallows),
        }
    }
}

fn shown(error: Option<&Error>) -> String {
    error.map_or("None".to_owned(), |error| format!("{error:?}"))
}

/// An exception and its contexts.
fn chain(error: &Error) -> String {
    let mut chain = Vec::new();
    let mut next = Some(error.clone());
    while let Some(error) = next {
        next = error.context();
        chain.push(format!("{error:?}"));
    }
    chain.join(" <- ")
}

fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> Result<T> {
    let loop_ = EventLoop::with_virtual_clock();
    let outcome = loop_.run_until_complete(main);
    loop_.close()?;
    outcome
}

/// The managers of a test, which all write to one trace.
#[derive(Default)]
struct Managers {
    trace: Trace,
    stack: Vec<Manager>,
}

impl Managers {
    fn make(&self, name: &'static str) -> Manager {
        Manager { name, trace: self.trace.clone(), fails_with: None, swallows: false }
    }

    fn enter(mut self, name: &'static str, change: impl FnOnce(Manager) -> Manager) -> Self {
        let manager = change(self.make(name));
        self.stack.push(manager);
        self
    }

    /// Runs a block that fails with `body`, or does not fail, in all of them.
    #[track_caller]
    fn check(self, body: Option<Error>, lines: &[&str]) {
        self.check_in(lines, async move |managers| {
            async_with(&AsyncExitStack::new(), async move |stack| {
                for manager in managers {
                    stack.enter_async_context(manager).await?;
                }
                body.map_or(Ok(()), Err)
            })
            .await
        });
    }

    /// Runs their exits by `aclose`, outside of any block.
    #[track_caller]
    fn check_aclose(self, lines: &[&str]) {
        self.check_in(lines, async move |managers| {
            let stack = AsyncExitStack::new();
            for manager in managers {
                stack.enter_async_context(manager).await?;
            }
            stack.aclose().await
        });
    }

    #[track_caller]
    fn check_in(
        self,
        lines: &[&str],
        block: impl AsyncFnOnce(Vec<Manager>) -> Result<()> + 'static,
    ) {
        let Self { trace, stack } = self;
        match run(async move { block(stack).await }) {
            Ok(()) => trace.line("ok"),
            Err(error) => trace.line(format!("raised {}", chain(&error))),
        }
        trace.expect(lines);
    }
}

fn plain(manager: Manager) -> Manager {
    manager
}

fn failing(text: &'static str) -> impl FnOnce(Manager) -> Manager {
    move |manager| manager.fails_with(ValueError(text))
}

#[test]
fn exits_run_last_in_first_out() {
    let managers = Managers::default().enter("a", plain).enter("b", plain);
    managers.check(None, &["enter a", "enter b", "exit b None", "exit a None", "ok"]);
}

#[test]
fn every_exit_sees_the_error_of_the_body() {
    let managers = Managers::default().enter("a", plain).enter("b", plain);
    managers.check(
        Some(KeyError("body")),
        &[
            "enter a",
            "enter b",
            "exit b KeyError('body')",
            "exit a KeyError('body')",
            "raised KeyError('body')",
        ],
    );
}

#[test]
fn an_exit_that_fails_hands_its_error_to_the_next() {
    let managers = Managers::default().enter("a", failing("a")).enter("b", failing("b"));
    managers.check(
        Some(KeyError("body")),
        &[
            "enter a",
            "enter b",
            "exit b KeyError('body')",
            "exit a ValueError('b')",
            "raised ValueError('a') <- ValueError('b') <- KeyError('body')",
        ],
    );
}

#[test]
fn without_an_error_in_the_body_exits_that_fail_have_no_context() {
    let lines =
        ["enter a", "enter b", "exit b None", "exit a ValueError('b')", "raised ValueError('a')"];
    let managers = || Managers::default().enter("a", failing("a")).enter("b", failing("b"));
    managers().check(None, &lines);
    managers().check_aclose(&lines);
}

#[test]
fn an_exit_that_swallows_hides_the_error() {
    let managers = Managers::default().enter("a", plain).enter("b", Manager::swallows);
    managers.check(
        Some(KeyError("body")),
        &["enter a", "enter b", "exit b KeyError('body')", "exit a None", "ok"],
    );
}

#[test]
fn a_swallowed_error_is_not_the_context_of_a_later_one() {
    let managers = Managers::default().enter("a", failing("a")).enter("b", Manager::swallows);
    managers.check(
        Some(KeyError("body")),
        &["enter a", "enter b", "exit b KeyError('body')", "exit a None", "raised ValueError('a')"],
    );
}

#[test]
fn the_error_of_an_exit_can_be_swallowed() {
    let managers = || Managers::default().enter("a", Manager::swallows).enter("b", failing("b"));
    managers().check(
        Some(KeyError("body")),
        &["enter a", "enter b", "exit b KeyError('body')", "exit a ValueError('b')", "ok"],
    );
    managers().check(None, &["enter a", "enter b", "exit b None", "exit a ValueError('b')", "ok"]);
}

#[test]
fn swallowing_failing_and_swallowing_again() {
    let managers = Managers::default()
        .enter("a", Manager::swallows)
        .enter("b", failing("b"))
        .enter("c", Manager::swallows);
    managers.check(
        Some(KeyError("body")),
        &[
            "enter a",
            "enter b",
            "enter c",
            "exit c KeyError('body')",
            "exit b None",
            "exit a ValueError('b')",
            "ok",
        ],
    );
}

#[test]
fn contexts_of_ones_own_come_before_that_of_the_block() {
    let own = || ValueError("own").with_context(TypeError("earlier"));
    let managers = Managers::default().enter("a", failing("a")).enter("b", |b| b.fails_with(own()));
    managers.check(
        Some(KeyError("body")),
        &[
            "enter a",
            "enter b",
            "exit b KeyError('body')",
            "exit a ValueError('own')",
            "raised ValueError('a') <- ValueError('own') <- TypeError('earlier') <- KeyError('body')",
        ],
    );
    let managers = Managers::default().enter("a", |a| a.fails_with(own())).enter("b", failing("b"));
    managers.check(
        Some(KeyError("body")),
        &[
            "enter a",
            "enter b",
            "exit b KeyError('body')",
            "exit a ValueError('b')",
            "raised ValueError('own') <- TypeError('earlier') <- ValueError('b') <- KeyError('body')",
        ],
    );
}

/// Runs a block that fails with `KeyError('body')` around the exits that `push` makes.
fn outcome_of(push: impl FnOnce(&AsyncExitStack<'static>) + 'static) -> String {
    let outcome = run(async move {
        async_with(&AsyncExitStack::new(), async move |stack| {
            push(&stack);
            Err::<(), Error>(KeyError("body"))
        })
        .await
    });
    chain(&outcome.unwrap_err())
}

#[test]
fn an_exit_may_raise_from_the_error_it_gets() {
    let wrap = |error: Option<&Error>| {
        let error = error.unwrap().clone();
        Err::<bool, Error>(RuntimeError("from").with_cause(error))
    };
    let outcome = outcome_of(move |stack| {
        stack.push(wrap);
        stack.push(wrap);
    });
    assert_eq!(outcome, "RuntimeError('from') <- RuntimeError('from') <- KeyError('body')");
}

#[test]
fn an_exit_may_raise_the_error_it_gets_again() {
    let again = |error: Option<&Error>| Err::<bool, Error>(error.unwrap().clone());
    let outcome = outcome_of(move |stack| {
        stack.push(again);
        stack.push(again);
    });
    assert_eq!(outcome, "KeyError('body')");
    let outcome = outcome_of(move |stack| {
        stack.push(again);
        stack.callback(|| Err::<(), Error>(ValueError("b")));
    });
    assert_eq!(outcome, "ValueError('b') <- KeyError('body')");
    // Its own contexts stay, too.
    let outcome = run(async move {
        async_with(&AsyncExitStack::new(), async move |stack| {
            stack.push(again);
            Err::<(), Error>(KeyError("body").with_context(TypeError("earlier")))
        })
        .await
    });
    assert_eq!(chain(&outcome.unwrap_err()), "KeyError('body') <- TypeError('earlier')");
}

#[test]
fn an_exit_may_raise_while_handling_the_error_it_gets() {
    let outcome = outcome_of(|stack| {
        stack.push(|error| {
            let error = error.unwrap().clone();
            Err::<bool, Error>(RuntimeError("wrapped").with_context(error))
        });
        stack.callback(|| Err::<(), Error>(ValueError("b")));
    });
    assert_eq!(outcome, "RuntimeError('wrapped') <- ValueError('b') <- KeyError('body')");
}

#[test]
fn cancellations_have_a_place_in_the_chain() {
    let outcome = outcome_of(|stack| {
        stack.callback(|| Err::<(), Error>(ValueError("first")));
        stack.callback(|| Err::<(), Error>(CancelledError()));
        stack.callback(|| Err::<(), Error>(OSError("last").with_context(CancelledError())));
    });
    assert_eq!(
        outcome,
        "ValueError('first') <- CancelledError() <- OSError('last') <- CancelledError() <- \
         KeyError('body')"
    );
    assert!(CancelledError().context().is_none());
}

#[test]
fn a_stack_within_a_stack() {
    let outcome = run(async move {
        async_with(&AsyncExitStack::new(), async move |outer| {
            let inner = outer.enter_async_context(AsyncExitStack::new()).await?;
            inner.callback(|| Err::<(), Error>(ValueError("inner 1")));
            inner.push(|_| asyncio::Ok(true));
            Err::<(), Error>(KeyError("body"))
        })
        .await
    });
    assert_eq!(chain(&outcome.unwrap_err()), "ValueError('inner 1')");
}

#[test]
fn what_cannot_be_entered_is_not_exited() {
    struct Locked;

    impl AsyncContextManager for Locked {
        type Value = ();

        async fn aenter(&self) -> Result<()> {
            Err(OSError("enter"))
        }

        async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
            unreachable!("it was never entered")
        }
    }

    let managers = Managers::default();
    let (trace, a) = (managers.trace.clone(), managers.make("a"));
    let outcome = run(async move {
        async_with(&AsyncExitStack::new(), async move |stack| {
            stack.enter_async_context(a).await?;
            stack.enter_async_context(Locked).await
        })
        .await
    });
    trace.expect(&["enter a", "exit a OSError('enter')"]);
    assert_eq!(format!("{:?}", outcome.unwrap_err()), "OSError('enter')");
    let error = run(async { async_with(&Locked, async |()| asyncio::Ok(())).await }).unwrap_err();
    assert!(error.is::<OSError>());
}

#[test]
fn all_kinds_of_exits_run_in_one_order() {
    let trace = Trace::default();
    let (filled, late) = (trace.clone(), trace.clone());
    run(async move {
        let new = async_with(&AsyncExitStack::new(), async move |stack| {
            let (first, second, third, fourth) =
                (filled.clone(), filled.clone(), filled.clone(), filled.clone());
            stack.callback(move || first.line("callback"));
            stack.push_async_callback(async move || {
                asyncio::sleep(0).await?;
                second.line("async callback");
                asyncio::Ok(())
            });
            stack.push_async_exit(async move |error: Option<&Error>| {
                third.line(format!("async exit {}", shown(error)));
                asyncio::Ok(true)
            });
            stack.push(move |error| {
                fourth.line(format!("exit {}", shown(error)));
                asyncio::Ok(false)
            });
            let new = stack.pop_all();
            stack.callback(move || filled.line("in the old stack"));
            asyncio::Ok(new)
        })
        .await?;
        late.line("popped");
        async_with(&new, async |_| Err::<(), Error>(KeyError("k"))).await
    })
    .unwrap();
    trace.expect(&[
        "in the old stack",
        "popped",
        "exit KeyError('k')",
        "async exit KeyError('k')",
        "async callback",
        "callback",
    ]);
}

#[test]
fn exits_may_put_exits_on_the_stack() {
    let trace = Trace::default();
    let (first, late) = (trace.clone(), trace.clone());
    run(async move {
        let stack = AsyncExitStack::new();
        stack.callback(move || first.line("first"));
        let again = stack.clone();
        stack.callback(move || again.callback(move || late.line("late")));
        stack.aclose().await?;
        assert_eq!(format!("{stack:?}"), "AsyncExitStack { exits: 0 }");
        stack.aclose().await
    })
    .unwrap();
    trace.expect(&["late", "first"]);
}

#[test]
fn a_cancellation_ends_one_exit_and_not_the_others() {
    let trace = Trace::default();
    let written = trace.clone();
    let error = run(async move {
        let task = asyncio::create_task(async move {
            async_with(&AsyncExitStack::new(), async move |stack| {
                let line = |text: &'static str| {
                    let written = written.clone();
                    move || written.line(text)
                };
                stack.push_async_callback(async || asyncio::sleep(10).await);
                stack.callback(line("between"));
                // Nothing of ours is in there to take the cancellation.
                stack.push_async_callback(async || {
                    pending::<()>().await;
                    asyncio::Ok(())
                });
                stack.callback(line("first"));
                Err::<(), Error>(KeyError("body"))
            })
            .await
        });
        asyncio::sleep(1).await?;
        task.cancel_with("one");
        asyncio::sleep(1).await?;
        assert!(!task.done());
        task.cancel_with("two");
        task.await
    })
    .unwrap_err();
    trace.expect(&["first", "between"]);
    assert_eq!(chain(&error), "CancelledError('two') <- CancelledError('one') <- KeyError('body')");
}

#[test]
fn a_timeout_on_the_stack() {
    let error = run(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            let timeout = stack.enter_async_context(asyncio::timeout(1)).await?;
            assert_eq!(format!("{timeout:?}"), "<Timeout [active] when=1.0>");
            asyncio::sleep(3600).await
        })
        .await
    })
    .unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(chain(&error), "TimeoutError() <- CancelledError()");
    assert_eq!(chain(&error.cause().unwrap()), "CancelledError()");
}

#[test]
fn a_timeout_as_a_manager() {
    run(async {
        let timeout = asyncio::timeout(1);
        let body = async |timeout: asyncio::Timeout| {
            timeout.reschedule(5)?;
            asyncio::sleep_with(3, "in time").await
        };
        assert_eq!(async_with(&timeout, body).await?, "in time");
        let error = async_with(&timeout, async |_| asyncio::Ok(())).await.unwrap_err();
        assert_eq!(error.to_string(), "Timeout has already been entered");
        let late = async_with(&asyncio::timeout(1), async |_| asyncio::sleep(2).await).await;
        assert_eq!(chain(&late.unwrap_err()), "TimeoutError() <- CancelledError()");
        asyncio::Ok(())
    })
    .unwrap();
}

async fn fail(text: &'static str) -> Result<()> {
    Err(ValueError(text))
}

#[test]
fn a_group_on_the_stack() {
    let error = run(async {
        async_with(&AsyncExitStack::new(), async |stack| {
            let group = stack.enter_async_context(TaskGroup::new()).await?;
            group.create_task(fail("child"))?;
            asyncio::sleep(3600).await
        })
        .await
    })
    .unwrap_err();
    assert!(error.is::<ExceptionGroup>());
    assert_eq!(
        chain(&error),
        "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('child')]) <- \
         CancelledError()"
    );
    // Raised `from None`: the context is there, and not printed.
    let text = "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | ValueError: child
    +------------------------------------";
    assert_eq!(error.format_exception(), text);
}

#[test]
fn a_group_that_cancels_itself_swallows_that() {
    run(async {
        async_with(&TaskGroup::new(), async |group: TaskGroup| {
            group.cancel();
            asyncio::sleep(3600).await
        })
        .await?;
        assert_eq!(asyncio::get_running_loop().time(), 0.0);
        async_with(&AsyncExitStack::new(), async |stack| {
            stack.enter_async_context(TaskGroup::new()).await?.cancel();
            asyncio::sleep(3600).await
        })
        .await
    })
    .unwrap();
}

#[test]
fn a_block_whose_error_is_swallowed_has_no_value() {
    let managers = Managers::default();
    let manager = managers.make("m").swallows();
    let error = run(async move {
        async_with(&manager, async |_| asyncio::Ok(())).await?;
        assert_eq!(async_with(&manager, async |name| asyncio::Ok(name)).await?, "m");
        async_with(&manager, async |_| Err::<(), Error>(KeyError("unit"))).await?;
        async_with(&manager, async |_| Err::<&str, Error>(KeyError("value"))).await
    })
    .unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.cause().map(|cause| format!("{cause:?}")), Some("KeyError('value')".into()));
}

#[test]
fn an_error_of_the_exit_has_the_error_of_the_block_as_its_context() {
    let managers = Managers::default();
    let manager = managers.make("m").fails_with(ValueError("exit"));
    let error = run(async move {
        let error = async_with(&manager, async |_| asyncio::Ok(())).await.unwrap_err();
        assert_eq!(chain(&error), "ValueError('exit')");
        async_with(&manager, async |_| Err::<(), Error>(KeyError("body"))).await
    })
    .unwrap_err();
    assert_eq!(chain(&error), "ValueError('exit') <- KeyError('body')");
}

#[test]
fn a_cancelled_block_is_exited_before_the_task_ends() {
    let managers = Managers::default();
    let (trace, manager) = (managers.trace.clone(), managers.make("m"));
    run(async move {
        let task = asyncio::create_task(async move {
            async_with(&manager, async |_| {
                // Foreign: it is dropped, and the CancelledError raised where the block is.
                poll_fn(|_| Poll::<()>::Pending).await;
                asyncio::Ok(())
            })
            .await
        });
        asyncio::sleep(1).await?;
        task.cancel_with("enough");
        assert_eq!(format!("{:?}", (&task).await.unwrap_err()), "CancelledError('enough')");
        assert!(task.cancelled());
        asyncio::Ok(())
    })
    .unwrap();
    trace.expect(&["enter m", "exit m CancelledError('enough')"]);
}

#[test]
fn managers_may_be_borrowed_and_shared() {
    let managers = Managers::default();
    let (trace, a, b) = (managers.trace.clone(), managers.make("a"), Rc::new(managers.make("b")));
    run(async move {
        async_with(&AsyncExitStack::new(), async |stack| {
            stack.enter_async_context(&a).await?;
            stack.enter_async_context(Rc::clone(&b)).await?;
            asyncio::Ok(())
        })
        .await?;
        async_with(&b, async |_| asyncio::Ok(())).await
    })
    .unwrap();
    trace.expect(&["enter a", "enter b", "exit b None", "exit a None", "enter b", "exit b None"]);
}

#[test]
fn panics_are_errors_of_the_body_and_of_exits() {
    let trace = Trace::default();
    let written = trace.clone();
    let error = run(async move {
        async_with(&AsyncExitStack::new(), async move |stack| -> Result<()> {
            let line = move |error: Option<&Error>| {
                written.line(error.unwrap().to_string());
                asyncio::Ok(false)
            };
            stack.push(line.clone());
            stack.callback(|| -> () { panic!("a callback") });
            stack.push(line.clone());
            stack.push_async_callback(async || -> Result<()> { panic!("a coroutine") });
            stack.push(line);
            panic!("the body")
        })
        .await
    })
    .unwrap_err();
    trace.expect(&["the body", "a coroutine", "a callback"]);
    assert!(error.is::<PanicError>());
    let contexts = [error.context(), error.context().and_then(|error| error.context())];
    let texts = contexts.map(|context| context.unwrap().to_string());
    assert_eq!(
        (error.to_string(), texts),
        ("a callback".into(), ["a coroutine".into(), "the body".into()])
    );
}

/// Polls a future until it is suspended the first time, and drops it.
async fn begin_and_drop(future: impl Future<Output = Result<()>>) {
    let mut future = Box::pin(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[test]
fn a_block_that_is_dropped_half_way_leaves_nothing_behind() {
    run(async {
        let sleep = async || asyncio::sleep(3600).await;
        let timeout = asyncio::timeout(1);
        begin_and_drop(async_with(&timeout, async |_| sleep().await)).await;
        let stacked = asyncio::timeout(1);
        let group = TaskGroup::new();
        let tasks = RefCell::new(Vec::new());
        let stack = AsyncExitStack::new();
        begin_and_drop(async_with(&stack, async |stack| {
            stack.callback(|| -> () { unreachable!("nobody can wait for it") });
            stack.enter_async_context(stacked.clone()).await?;
            let group = stack.enter_async_context(group.clone()).await?;
            tasks.borrow_mut().push(group.create_task(sleep())?);
            sleep().await
        }))
        .await;
        assert_eq!(format!("{stack:?}"), "AsyncExitStack { exits: 0 }");
        for timeout in [timeout, stacked] {
            assert_eq!(format!("{timeout:?}"), "<Timeout [finished]>");
        }
        // Nobody is cancelled when the time is over, but the tasks were at once.
        asyncio::sleep(2).await?;
        assert!(tasks.borrow().iter().all(|task| task.cancelled()));
        asyncio::Ok(())
    })
    .unwrap();
}

#[test]
fn a_block_beside_another_is_cancelled_alone() {
    run(async {
        let (timeout, stack) = (asyncio::timeout(1), AsyncExitStack::new());
        let late = async_with(&timeout, async |_| asyncio::sleep(3600).await);
        let stacked = async_with(&stack, async |stack| {
            stack.enter_async_context(asyncio::timeout(2)).await?;
            asyncio::sleep(3600).await
        });
        let beside = asyncio::sleep_with(3, "in time");
        let (late, stacked, beside) = futures::join!(late, stacked, beside);
        assert_eq!(beside?, "in time");
        for late in [late, stacked] {
            assert_eq!(chain(&late.unwrap_err()), "TimeoutError() <- CancelledError()");
        }
        asyncio::Ok(())
    })
    .unwrap();
}

/// Something that is closed by an await.
struct Closable {
    trace: Trace,
    fails_with: Option<Error>,
}

impl AsyncClose for Closable {
    async fn aclose(&self) -> Result<()> {
        asyncio::sleep(0).await?;
        self.trace.line("closed");
        self.fails_with.clone().map_or(Ok(()), Err)
    }
}

fn close_after(outcome: Result<()>, fails_with: Option<Error>) -> (Trace, Result<()>) {
    let trace = Trace::default();
    let thing = Closable { trace: trace.clone(), fails_with };
    let result = run(async move {
        async_with(&aclosing(&thing), async |thing: &Closable| {
            thing.trace.line("open");
            outcome
        })
        .await
    });
    (trace, result)
}

#[test]
fn aclosing_closes_at_the_end() {
    let (trace, outcome) = close_after(Ok(()), None);
    trace.expect(&["open", "closed"]);
    outcome.unwrap();
    let (trace, outcome) = close_after(Err(KeyError("body")), None);
    trace.expect(&["open", "closed"]);
    assert_eq!(chain(&outcome.unwrap_err()), "KeyError('body')");
    let (trace, outcome) = close_after(Err(KeyError("body")), Some(ValueError("close")));
    trace.expect(&["open", "closed"]);
    assert_eq!(chain(&outcome.unwrap_err()), "ValueError('close') <- KeyError('body')");
}

#[test]
fn a_stack_can_be_closed_like_anything() {
    let trace = Trace::default();
    let written = trace.clone();
    run(async move {
        let stack = AsyncExitStack::new();
        stack.callback(move || written.line("called"));
        async_with(&aclosing(Rc::new(stack)), async |_| asyncio::Ok(())).await
    })
    .unwrap();
    trace.expect(&["called"]);
}

#[test]
fn one_stack_for_all_types() {
    let managers = Managers::default();
    let manager = managers.make("m");
    run(async move {
        let stack = AsyncExitStack::default();
        stack.enter_async_context(&manager).await?;
        stack.enter_async_context(TaskGroup::new()).await?;
        stack.enter_async_context(asyncio::timeout(None)).await?;
        assert_eq!(format!("{stack:?}"), "AsyncExitStack { exits: 3 }");
        stack.aclose().await
    })
    .unwrap();
    managers.trace.expect(&["enter m", "exit m None"]);
}
