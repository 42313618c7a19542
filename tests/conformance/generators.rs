//! Asynchronous generators: requests, their errors, and what closes those that are left.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::generators::Sent;
use asyncio::{
    AnyTask, AsyncGenerator, BaseException, CancelledError, Error, EventLoop, GeneratorExit,
    Result, RunOptions, Runner, StopAsyncIteration, StopIteration, Task, TimeoutError, TypeError,
    ValueError, aclosing, async_for, async_with, create_task, gather, raise, timeout, try_except,
    wait, wait_for, yield_,
};

use crate::repr::Repr;
use crate::scenarios;
use crate::trace::{attempt, collect, new_event_loop, outcome, run, show, state, trace};

/// Gives numbers, and says what is sent and how it ends.
#[asyncio::generator]
async fn count(n: i32) -> AsyncGenerator<i32, Option<i32>> {
    try_except!(
        {
            for number in 0..n {
                let sent = yield_!(number)?;
                trace!("sent {}", sent.repr());
            }
        },
        |error: BaseException| {
            trace!("count raised {error:?}");
            raise!();
        },
        finally = {
            trace!("count is over");
        }
    )?;
}

/// Gives numbers, each after a second, and cleans up for a second.
#[asyncio::generator]
async fn slow(n: i32) -> AsyncGenerator<i32> {
    try_except!(
        {
            for number in 0..n {
                asyncio::sleep(1).await?;
                yield_!(number)?;
            }
        },
        finally = {
            trace!("cleanup begins");
            asyncio::sleep(1).await?;
            trace!("cleanup ends");
        }
    )?;
}

/// Gives numbers whatever is thrown.
#[asyncio::generator]
async fn stubborn() -> AsyncGenerator<i32> {
    for number in 1.. {
        if let Err(error) = yield_!(number) {
            trace!("refused {error:?}");
        }
    }
}

/// Fails in the cleanup.
#[asyncio::generator]
async fn failing(text: &'static str) -> AsyncGenerator<&'static str> {
    try_except!(
        {
            yield_!(text)?;
        },
        finally = {
            raise!(ValueError(text));
        }
    )?;
}

async fn anext<Y: Clone + Repr, S: Sent>(generator: &AsyncGenerator<Y, S>) -> Result<()> {
    outcome("anext", generator.anext()).await
}

async fn aclose<Y, S: Sent>(generator: &AsyncGenerator<Y, S>) -> Result<()> {
    outcome("aclose", generator.aclose()).await
}

async fn athrow<Y: Repr, S: Sent>(generator: &AsyncGenerator<Y, S>, error: Error) -> Result<()> {
    outcome("athrow", generator.athrow(error)).await
}

fn values_until_the_end() {
    run(async {
        let numbers = count(2);
        for _ in 0..4 {
            anext(&numbers).await?;
        }
        outcome("asend", numbers.asend(Some(5))).await?;
        athrow(&numbers, ValueError("late")).await?;
        aclose(&numbers).await
    });
}

fn values_are_sent() {
    run(async {
        let numbers = count(5);
        outcome("too early", numbers.asend(Some(1))).await?;
        outcome("asend of nothing", numbers.asend(None)).await?;
        outcome("asend", numbers.asend(Some(1))).await?;
        anext(&numbers).await?;
        outcome("asend", numbers.asend(Some(2))).await?;
        aclose(&numbers).await
    });
}

fn an_error_is_thrown_before_the_start() {
    run(async {
        for error in [ValueError("early"), GeneratorExit(), CancelledError()] {
            let numbers = count(2);
            athrow(&numbers, error.clone()).await?;
            anext(&numbers).await?;
            athrow(&numbers, error).await?;
        }
        Ok::<(), Error>(())
    });
}

fn an_error_is_thrown_at_a_yield() {
    run(async {
        let numbers = count(2);
        anext(&numbers).await?;
        athrow(&numbers, ValueError("now")).await?;
        anext(&numbers).await?;
        let numbers = stubborn();
        anext(&numbers).await?;
        athrow(&numbers, ValueError("now")).await?;
        anext(&numbers).await
    });
}

fn the_end_as_an_error_is_one() {
    fn raising(error: Error) -> AsyncGenerator<i32> {
        AsyncGenerator::new(|yielder| async move {
            yielder.yield_(1).await?;
            Err(error)
        })
    }
    run(async {
        for error in [StopAsyncIteration("end"), StopIteration("end"), GeneratorExit()] {
            let numbers = raising(error);
            for _ in 0..3 {
                anext(&numbers).await?;
            }
        }
        athrow(&count(2), StopAsyncIteration("early")).await?;
        let numbers = count(2);
        anext(&numbers).await?;
        athrow(&numbers, StopAsyncIteration("now")).await
    });
}

fn closed_before_the_start_in_the_middle_and_at_the_end() {
    run(async {
        for requests in 0..4 {
            trace!("{requests} requests");
            let numbers = count(2);
            for _ in 0..requests {
                anext(&numbers).await?;
            }
            aclose(&numbers).await?;
            anext(&numbers).await?;
            aclose(&numbers).await?;
        }
        Ok::<(), Error>(())
    });
}

fn a_generator_that_refuses_to_be_closed() {
    run(async {
        let numbers = stubborn();
        anext(&numbers).await?;
        aclose(&numbers).await?;
        anext(&numbers).await?;
        aclose(&numbers).await?;
        athrow(&numbers, ValueError("now")).await?;
        anext(&numbers).await
    });
}

fn an_error_in_the_cleanup() {
    run(async {
        let texts = failing("in the cleanup");
        anext(&texts).await?;
        aclose(&texts).await?;
        anext(&texts).await?;
        let texts = failing("in the cleanup");
        anext(&texts).await?;
        athrow(&texts, TypeError("thrown")).await
    });
}

fn a_cleanup_that_takes_its_time() {
    run(async {
        let numbers = slow(3);
        anext(&numbers).await?;
        aclose(&numbers).await?;
        anext(&numbers).await
    });
}

fn requests_while_one_is_under_way() {
    run(async {
        let numbers = slow(3);
        let first = create_task(outcome("first", numbers.anext()));
        asyncio::sleep(0).await?;
        anext(&numbers).await?;
        athrow(&numbers, ValueError("now")).await?;
        aclose(&numbers).await?;
        first.await?;
        anext(&numbers).await?;
        let closing = create_task(outcome("closing", numbers.aclose()));
        asyncio::sleep(0).await?;
        anext(&numbers).await?;
        athrow(&numbers, ValueError("now")).await?;
        aclose(&numbers).await?;
        closing.await?;
        anext(&numbers).await
    });
}

fn two_consumers_take_turns() {
    async fn consumer(name: &str, numbers: AsyncGenerator<i32>) -> Result<()> {
        for _ in 0..2 {
            outcome(name, numbers.anext()).await?;
            asyncio::sleep(0).await?;
        }
        Ok(())
    }
    run(async {
        let numbers: AsyncGenerator<i32> = AsyncGenerator::new(|yielder| async move {
            for number in 0..10 {
                yielder.yield_(number).await?;
            }
            Ok(())
        });
        gather((consumer("a", numbers.clone()), consumer("b", numbers.clone()))).await?;
        numbers.aclose().await
    });
}

fn the_consumer_is_cancelled() {
    async fn consumer(numbers: AsyncGenerator<i32>) -> Result<()> {
        loop {
            show("number", numbers.anext().await?);
        }
    }
    run(async {
        let numbers = slow(3);
        let task = create_task(consumer(numbers.clone()));
        asyncio::sleep(1.5).await?;
        task.cancel_with("enough");
        outcome("consumer", task).await?;
        anext(&numbers).await
    });
}

fn a_cancellation_that_the_body_handles() {
    fn patient() -> AsyncGenerator<i32> {
        AsyncGenerator::new(|yielder| async move {
            match asyncio::sleep(10).await {
                Err(error) if error.is::<CancelledError>() => trace!("handled {error:?}"),
                outcome => outcome?,
            }
            yielder.yield_(1).await?;
            asyncio::sleep(10).await?;
            yielder.yield_(2).await
        })
    }
    async fn consumer(numbers: AsyncGenerator<i32>) -> Result<()> {
        anext(&numbers).await?;
        anext(&numbers).await
    }
    run(async {
        let numbers = patient();
        let task = create_task(consumer(numbers.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("first");
        asyncio::sleep(1).await?;
        task.cancel_with("second");
        task.await?;
        anext(&numbers).await
    });
}

fn a_consumer_with_a_timeout() {
    run(async {
        let numbers = slow(3);
        outcome("anext", wait_for(numbers.anext(), 5)).await?;
        outcome("anext", wait_for(numbers.anext(), 0.5)).await?;
        anext(&numbers).await
    });
}

fn requests_as_tasks() {
    async fn end<T: 'static>(task: Task<T>) -> Result<()> {
        trace!("{task:?}");
        wait([&task]).await?;
        trace!("{task:?}");
        task.exception()?;
        Ok(())
    }
    run(async {
        let numbers = count(5);
        end(create_task(numbers.asend(None))).await?;
        end(create_task(numbers.asend(Some(1)))).await?;
        end(create_task(numbers.athrow(ValueError("now")))).await?;
        end(create_task(numbers.aclose())).await
    });
}

fn requests_that_are_cancelled_before_they_begin() {
    async fn cancel<T: 'static>(task: Task<T>) -> Result<()> {
        task.cancel();
        wait([&task]).await?;
        state("task", &task);
        Ok(())
    }
    run(async {
        let numbers = count(5);
        numbers.anext().await?;
        let (next, close) = (numbers.anext(), numbers.aclose());
        cancel(create_task(next)).await?;
        cancel(create_task(close)).await?;
        let numbers = count(5);
        numbers.anext().await?;
        let task = create_task(numbers.aclose());
        task.cancel();
        outcome("task", task).await?;
        let numbers = count(5);
        let task = create_task(numbers.anext());
        task.cancel();
        outcome("task", task).await?;
        anext(&numbers).await
    });
}

fn a_generator_that_is_dropped_is_closed_by_a_task() {
    run(async {
        let numbers = slow(3);
        anext(&numbers).await?;
        drop(numbers);
        for _ in 0..3 {
            trace!("{} tasks", asyncio::all_tasks().len());
            asyncio::sleep(0).await?;
        }
        trace!("{:?}", asyncio::all_tasks()[1]);
        asyncio::sleep(2).await
    });
}

fn generators_that_are_dropped_and_need_no_task() {
    run(async {
        drop(count(5));
        let numbers = count(1);
        anext(&numbers).await?;
        anext(&numbers).await?;
        drop(numbers);
        let numbers = count(5);
        anext(&numbers).await?;
        numbers.aclose().await?;
        drop(numbers);
        asyncio::sleep(0).await?;
        trace!("{} tasks", asyncio::all_tasks().len());
        Ok::<(), Error>(())
    });
}

fn a_dropped_generator_that_fails() {
    run(async {
        let texts = failing("in the cleanup");
        anext(&texts).await?;
        drop(texts);
        for _ in 0..3 {
            asyncio::sleep(0).await?;
        }
        collect();
        Ok::<(), Error>(())
    });
}

fn requests_that_nobody_awaits() {
    run(async {
        let numbers = count(5);
        drop(numbers.asend(None));
        drop(numbers.athrow(ValueError("never")));
        drop(numbers.aclose());
        anext(&numbers).await?;
        numbers.aclose().await
    });
}

fn what_is_left_at_the_end_of_the_loop() {
    let loop_ = new_event_loop();
    let main = async {
        let (first, second, third) = (slow(3), count(3), failing("in the cleanup"));
        anext(&first).await?;
        anext(&second).await?;
        anext(&third).await?;
        let (fourth, fifth) = (count(1), stubborn());
        anext(&fourth).await?;
        anext(&fifth).await?;
        outcome("end", fourth.anext()).await?;
        Ok::<_, Error>((first, second, third, (fourth, fifth, count(3))))
    };
    let (first, _second, third, _others) = loop_.run_until_complete(main).expect("no error");
    shutdown(&loop_);
    trace!("shut down");
    attempt("anext", || loop_.run_until_complete(first.anext()));
    attempt("anext", || loop_.run_until_complete(third.anext()));
    shutdown(&loop_);
    loop_.close().expect("the loop is not running");
}

fn shutdown(loop_: &EventLoop) {
    let shutdown = loop_.clone();
    loop_
        .run_until_complete(async move { shutdown.shutdown_asyncgens().await })
        .expect("errors go to the handler");
}

fn a_generator_after_the_shutdown() {
    let loop_ = new_event_loop();
    let main = async {
        asyncio::get_running_loop().shutdown_asyncgens().await?;
        let numbers = count(2);
        anext(&numbers).await?;
        anext(&numbers).await?;
        aclose(&numbers).await
    };
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn a_shutdown_that_is_cancelled() {
    let loop_ = new_event_loop();
    let main = async {
        let numbers = slow(3);
        anext(&numbers).await?;
        let loop_ = asyncio::get_running_loop();
        let task = create_task(async move { loop_.shutdown_asyncgens().await });
        asyncio::sleep(0.5).await?;
        task.cancel();
        outcome("shutdown", task).await?;
        anext(&numbers).await
    };
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn run_closes_what_is_left() {
    let kept = Rc::new(RefCell::new(Vec::new()));
    let keep = Rc::clone(&kept);
    let mut runner = Runner::with(RunOptions::new().loop_factory(new_event_loop));
    let main = async move {
        let numbers = slow(3);
        keep.borrow_mut().push(numbers.clone());
        anext(&numbers).await
    };
    runner.run(main).expect("no error");
    runner.close().expect("no error");
    trace!("end");
}

fn a_generator_in_a_closed_loop() {
    let loop_ = new_event_loop();
    let main = async {
        let numbers = count(3);
        anext(&numbers).await?;
        Ok::<_, Error>(numbers)
    };
    let numbers = loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
    drop(numbers);
    trace!("dropped");
}

fn a_block_that_closes_its_generator() {
    run(async {
        async_with!(aclosing(slow(5)), |numbers| {
            async_for!(numbers, |number| {
                show("number", number);
                if number == 1 {
                    break;
                }
            })?;
        })?;
        trace!("behind the block");
        try_except!(
            {
                async_with!(aclosing(failing("in the cleanup")), |texts| {
                    show("text", texts.anext().await?);
                    raise!(TypeError("in the block"));
                })?;
            },
            |error: ValueError| {
                trace!("raised {error:?}");
            }
        )?;
        Ok::<(), Error>(())
    });
}

fn generators_within_generators() {
    #[asyncio::generator]
    async fn doubled(n: i32) -> AsyncGenerator<i32> {
        async_with!(aclosing(slow(n)), |numbers| {
            async_for!(numbers, |number| {
                yield_!(number * 2)?;
            })?;
        })?;
    }
    run(async {
        let numbers = doubled(5);
        anext(&numbers).await?;
        anext(&numbers).await?;
        aclose(&numbers).await?;
        anext(&numbers).await
    });
}

fn a_generator_asks_itself() {
    run(async {
        let own = Rc::new(RefCell::new(None));
        let known = Rc::clone(&own);
        let numbers: AsyncGenerator<i32> = AsyncGenerator::new(|yielder| async move {
            let itself: Option<AsyncGenerator<i32>> = known.take();
            let request = itself.expect("put there below").anext();
            outcome("itself", request).await?;
            yielder.yield_(1).await
        });
        own.replace(Some(numbers.clone()));
        anext(&numbers).await?;
        numbers.aclose().await
    });
}

fn a_loop_that_breaks_leaves_its_generator() {
    run(async {
        async_for!(slow(3), |number| {
            show("number", number);
            break;
        })?;
        trace!("behind the loop");
        asyncio::sleep(0).await?;
        trace!("an iteration later");
        asyncio::sleep(0).await?;
        trace!("two iterations later");
        asyncio::sleep(2).await?;
        trace!("end");
        Ok::<(), Error>(())
    });
}

fn a_loop_to_the_end() {
    run(async {
        async_for!(
            slow(2),
            |number| {
                show("number", number);
            },
            else_ = {
                trace!("else");
            }
        )?;
        async_for!(
            count(0),
            |_| {
                trace!("never");
            },
            else_ = {
                trace!("else");
            }
        )?;
        Ok::<(), Error>(())
    });
}

fn a_cleanup_that_is_cancelled_as_well() {
    async fn consumer(numbers: AsyncGenerator<i32>) -> Result<()> {
        async_for!(numbers, |number| {
            show("number", number);
        })
    }
    run(async {
        let numbers = slow(3);
        let task = create_task(consumer(numbers.clone()));
        asyncio::sleep(1.5).await?;
        task.cancel_with("first");
        asyncio::sleep(0.5).await?;
        task.cancel_with("second");
        outcome("consumer", task).await?;
        anext(&numbers).await
    });
}

fn a_yield_in_the_cleanup() {
    #[asyncio::generator]
    async fn late() -> AsyncGenerator<&'static str> {
        try_except!(
            {
                yield_!("early")?;
            },
            finally = {
                yield_!("late")?;
            }
        )?;
    }
    run(async {
        let texts = late();
        anext(&texts).await?;
        aclose(&texts).await?;
        anext(&texts).await
    });
}

fn a_shutdown_while_a_generator_is_running() {
    let loop_ = new_event_loop();
    let main = async {
        let numbers = slow(3);
        let task = create_task(outcome("anext", numbers.anext()));
        asyncio::sleep(0.5).await?;
        asyncio::get_running_loop().shutdown_asyncgens().await?;
        trace!("shut down");
        task.await?;
        aclose(&numbers).await
    };
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn a_shutdown_with_a_handler() {
    let loop_ = new_event_loop();
    let main = async {
        let (first, second) = (failing("first"), failing("second"));
        anext(&first).await?;
        anext(&second).await?;
        asyncio::get_running_loop().shutdown_asyncgens().await?;
        anext(&first).await?;
        anext(&second).await
    };
    loop_.set_exception_handler(|_, context| {
        let asyncgen = context.asyncgen.as_ref().map(|_| "'asyncgen', ").unwrap_or_default();
        trace!("[{asyncgen}'exception', 'message'] {}", context.message);
        show("exception", context.exception.clone());
    });
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn a_dropped_generator_and_a_task_factory() {
    let loop_ = new_event_loop();
    let main = async {
        let numbers = count(3);
        anext(&numbers).await?;
        asyncio::get_running_loop().set_task_factory(|loop_, coroutine, options| {
            trace!("the factory makes a task");
            AnyTask::new(loop_, coroutine, options)
        });
        drop(numbers);
        trace!("dropped");
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
        trace!("end");
        Ok::<(), Error>(())
    };
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn dropped_generators_are_closed_in_their_order() {
    #[asyncio::generator]
    async fn named(name: &'static str) -> AsyncGenerator<&'static str> {
        try_except!(
            {
                yield_!(name)?;
            },
            finally = {
                trace!("{name} is closed");
            }
        )?;
    }
    run(async {
        let (first, second, third) = (named("first"), named("second"), named("third"));
        for texts in [&third, &first, &second] {
            anext(texts).await?;
        }
        drop(second);
        drop(first);
        trace!("dropped");
        asyncio::sleep(0).await?;
        drop(third);
        asyncio::sleep(0).await?;
        trace!("end of the iteration");
        asyncio::sleep(0).await
    });
}

fn a_request_that_was_made_and_never_begun_counts() {
    let loop_ = new_event_loop();
    let main = async {
        let numbers = count(3);
        drop(numbers.anext());
        asyncio::get_running_loop().shutdown_asyncgens().await?;
        anext(&numbers).await
    };
    loop_.run_until_complete(main).expect("no error");
    loop_.close().expect("the loop is not running");
}

fn two_tasks_close_one_generator() {
    run(async {
        let numbers = slow(3);
        anext(&numbers).await?;
        let (a, b) = (outcome("a", numbers.aclose()), outcome("b", numbers.aclose()));
        gather((a, b)).await?;
        outcome("c", numbers.aclose()).await
    });
}

fn a_timeout_inside_a_generator() {
    #[asyncio::generator]
    async fn patient() -> AsyncGenerator<&'static str> {
        try_except!(
            {
                timeout!(1, { asyncio::sleep(10).await? })?;
            },
            |error: TimeoutError| {
                trace!("handled {error:?}");
            }
        )?;
        yield_!("after the timeout")?;
    }
    run(async {
        let texts = patient();
        anext(&texts).await?;
        texts.aclose().await
    });
}

scenarios! { generators:
    values_until_the_end,
    values_are_sent,
    an_error_is_thrown_before_the_start,
    an_error_is_thrown_at_a_yield,
    the_end_as_an_error_is_one,
    closed_before_the_start_in_the_middle_and_at_the_end,
    a_generator_that_refuses_to_be_closed,
    an_error_in_the_cleanup,
    a_cleanup_that_takes_its_time,
    requests_while_one_is_under_way,
    two_consumers_take_turns,
    the_consumer_is_cancelled,
    a_cancellation_that_the_body_handles,
    a_consumer_with_a_timeout,
    requests_as_tasks,
    requests_that_are_cancelled_before_they_begin,
    a_generator_that_is_dropped_is_closed_by_a_task,
    generators_that_are_dropped_and_need_no_task,
    a_dropped_generator_that_fails,
    requests_that_nobody_awaits,
    what_is_left_at_the_end_of_the_loop,
    a_generator_after_the_shutdown,
    a_shutdown_that_is_cancelled,
    run_closes_what_is_left,
    a_generator_in_a_closed_loop,
    a_block_that_closes_its_generator,
    generators_within_generators,
    a_generator_asks_itself,
    a_loop_that_breaks_leaves_its_generator,
    a_loop_to_the_end,
    a_cleanup_that_is_cancelled_as_well,
    a_yield_in_the_cleanup,
    a_shutdown_while_a_generator_is_running,
    a_shutdown_with_a_handler,
    a_dropped_generator_and_a_task_factory,
    dropped_generators_are_closed_in_their_order,
    a_request_that_was_made_and_never_begun_counts,
    two_tasks_close_one_generator,
    a_timeout_inside_a_generator,
}
