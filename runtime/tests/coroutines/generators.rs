//! Generators made by the attribute; streams of them, and what is dropped half-way.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use asyncio::{
    AsyncGenerator, CancelledError, Error, Event, GeneratorExit, Lock, Result, StopAsyncIteration,
    TimeoutError, ValueError, aclosing, async_for, async_with, raise, sleep, wait_for, yield_,
};
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};

use crate::logged;

#[asyncio::generator]
async fn count(n: u32) -> AsyncGenerator<u32> {
    for number in 0..n {
        sleep(0).await?;
        yield_!(number)?;
    }
}

#[asyncio::generator]
async fn sums(mut sum: u32) -> AsyncGenerator<u32, Option<u32>> {
    loop {
        let Some(number) = yield_!(sum)? else { continue };
        sum += number;
        if number == 0 {
            return;
        }
    }
}

/// Says when its body is gone, and whether it was told.
#[asyncio::generator]
async fn watched(told: Rc<Cell<Option<String>>>, gate: Event) -> AsyncGenerator<&'static str> {
    let outcome = yield_!("first");
    if let Err(error) = outcome {
        told.set(Some(format!("{error:?}")));
        raise!(error);
    }
    match gate.wait().await {
        Ok(_) => yield_!("second")?,
        Err(error) => {
            told.set(Some(format!("{error:?}")));
            return Err(error);
        }
    }
}

#[asyncio::test]
async fn values_come_one_by_one() -> Result<()> {
    let numbers = count(2);
    assert_eq!(format!("{numbers:?}").split(" at ").next(), Some("<async_generator object count"));
    assert_eq!((numbers.anext().await?, numbers.anext().await?), (0, 1));
    assert!(numbers.anext().await.unwrap_err().is::<StopAsyncIteration>());
    let sums = sums(1);
    assert_eq!(sums.anext().await?, 1);
    assert_eq!(sums.asend(Some(2)).await?, 3);
    assert_eq!(sums.anext().await?, 3);
    assert!(sums.asend(Some(0)).await.unwrap_err().is::<StopAsyncIteration>());
    Ok(())
}

#[asyncio::test]
async fn a_generator_is_a_stream() -> Result<()> {
    assert_eq!(count(3).try_collect::<Vec<_>>().await?, [0, 1, 2]);
    let doubled = count(3).map_ok(|number| number * 2);
    assert_eq!(doubled.try_collect::<Vec<_>>().await?, [0, 2, 4]);

    #[asyncio::generator]
    async fn failing() -> AsyncGenerator<u32> {
        yield_!(1)?;
        raise!(ValueError("two"));
    }
    let mut items = failing();
    assert_eq!(items.next().await.unwrap()?, 1);
    assert_eq!(items.next().await.unwrap().unwrap_err().to_string(), "two");
    assert!(items.next().await.is_none());
    Ok(())
}

#[asyncio::test]
async fn generic_generators_and_methods() -> Result<()> {
    #[asyncio::generator]
    async fn repeat<T: Clone + 'static>(
        value: T,
        times: impl Into<usize> + 'static,
    ) -> AsyncGenerator<T> {
        for _ in 0..times.into() {
            yield_!(value.clone())?;
        }
    }
    assert_eq!(repeat("x", 2_u8).try_collect::<Vec<_>>().await?, ["x", "x"]);

    struct Words(&'static str);
    impl Words {
        #[asyncio::generator]
        async fn each(self: Rc<Self>) -> AsyncGenerator<&'static str> {
            for word in self.0.split(' ') {
                yield_!(word)?;
            }
        }
    }
    let words = Rc::new(Words("a b"));
    assert_eq!(words.each().try_collect::<Vec<_>>().await?, ["a", "b"]);
    Ok(())
}

#[asyncio::test]
async fn a_yield_of_nothing_and_in_the_arguments_of_std() -> Result<()> {
    #[asyncio::generator]
    async fn ticks() -> AsyncGenerator<(), Option<u32>> {
        assert_eq!(yield_!()?, Some(5));
        println!("{:?}", yield_!(())?);
    }
    let ticks = ticks();
    ticks.anext().await?;
    ticks.asend(Some(5)).await?;
    assert!(ticks.asend(Some(6)).await.is_err());
    Ok(())
}

/// The request is given up; the body stays where it awaits, and the next request goes on there.
#[asyncio::test]
async fn a_request_that_is_dropped_half_way_loses_nothing() -> Result<()> {
    let (told, gate) = (Rc::default(), Event::new());
    let items = watched(Rc::clone(&told), gate.clone());
    assert_eq!(items.anext().await?, "first");
    assert!(items.anext().now_or_never().is_none());
    gate.set();
    assert_eq!(items.anext().await?, "second");
    assert_eq!(told.take(), None);
    Ok(())
}

/// What a `select!` leaves half-way is closed all the same.
#[asyncio::test]
async fn a_body_that_was_left_at_an_await_is_closed_there() -> Result<()> {
    let (told, gate) = (Rc::default(), Event::new());
    let items = watched(Rc::clone(&told), gate);
    assert_eq!(items.anext().await?, "first");
    assert!(items.anext().now_or_never().is_none());
    items.aclose().await?;
    assert_eq!(told.take().as_deref(), Some("GeneratorExit()"));
    assert!(items.anext().await.unwrap_err().is::<StopAsyncIteration>());
    Ok(())
}

/// There is nothing of ours to raise at, so that the body ends there.
#[asyncio::test]
async fn a_body_that_was_left_at_a_foreign_await_is_dropped() -> Result<()> {
    let items: AsyncGenerator<u32> = AsyncGenerator::new(|_| async {
        std::future::pending::<()>().await;
        Ok(())
    });
    assert!(items.anext().now_or_never().is_none());
    let error = items.athrow(ValueError("now")).await.unwrap_err();
    assert_eq!(error.to_string(), "now");
    assert!(items.athrow(ValueError("again")).await?.is_none());
    Ok(())
}

#[asyncio::test]
async fn a_stream_that_is_left_half_way_can_be_closed() -> Result<()> {
    let (told, gate) = (Rc::default(), Event::new());
    let items = watched(Rc::clone(&told), gate);
    async_with(&aclosing(items), async |mut items| {
        assert_eq!(items.next().await.unwrap()?, "first");
        assert!(items.next().now_or_never().is_none());
        Ok::<(), Error>(())
    })
    .await?;
    assert_eq!(told.take().as_deref(), Some("GeneratorExit()"));
    Ok(())
}

/// The request of the stream is given up for the one that is asked for by name.
#[asyncio::test]
async fn a_stream_that_is_left_half_way_can_be_asked() -> Result<()> {
    let gate = Event::new();
    let mut items = watched(Rc::default(), gate.clone());
    assert_eq!(items.next().await.unwrap()?, "first");
    assert!(items.next().now_or_never().is_none());
    gate.set();
    assert_eq!(items.anext().await?, "second");
    Ok(())
}

#[asyncio::test]
async fn a_foreign_await_in_the_body_is_cancelled() -> Result<()> {
    #[asyncio::generator]
    async fn endless(ended: Rc<Cell<bool>>) -> AsyncGenerator<u32> {
        struct Ended(Rc<Cell<bool>>);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.set(true);
            }
        }
        let _ended = Ended(ended);
        yield_!(std::future::pending().await)?;
    }
    let ended = Rc::default();
    let numbers = endless(Rc::clone(&ended));
    assert!(wait_for(numbers.anext(), 0.001).await.is_err());
    assert!(ended.get());
    assert!(numbers.anext().await.unwrap_err().is::<StopAsyncIteration>());
    Ok(())
}

#[asyncio::test]
async fn a_body_that_panics_is_at_its_end() -> Result<()> {
    #[asyncio::generator]
    async fn panicking() -> AsyncGenerator<u32> {
        yield_!(1)?;
        panic!("two");
    }
    let numbers = panicking();
    assert_eq!(numbers.anext().await?, 1);
    let task = asyncio::create_task(numbers.anext());
    assert!(task.await.is_err());
    assert!(numbers.anext().await.unwrap_err().is::<StopAsyncIteration>());
    Ok(())
}

/// The body and what it holds are gone with the generator, the loop and the task that closed it.
#[test]
fn nothing_is_left() {
    let held = Rc::new(());
    let own = Rc::clone(&held);
    let lines = logged(|| {
        asyncio::run(async move {
            let held = own;
            let kept = hold(Rc::clone(&held));
            kept.anext().await?;
            hold(Rc::clone(&held)).anext().await?;
            drop(hold(Rc::clone(&held)));
            let finished = hold(Rc::clone(&held));
            finished.anext().await?;
            assert!(finished.anext().await.is_err());
            kept.aclose().await?;
            Ok::<(), Error>(())
        })
        .unwrap();
    });
    assert_eq!(lines, [""; 0]);
    assert_eq!(Rc::strong_count(&held), 1);
}

#[asyncio::generator]
async fn hold(held: Rc<()>) -> AsyncGenerator<usize> {
    yield_!(Rc::strong_count(&held))?;
}

/// Outside of a loop there is nobody to close it: the body is dropped.
#[test]
fn one_that_no_loop_knows_is_dropped() {
    let told = Rc::default();
    let items = watched(Rc::clone(&told), Event::new());
    assert!(matches!(items.anext().now_or_never(), Some(Ok("first"))));
    drop(items);
    assert_eq!(told.take(), None);
    assert_eq!(Rc::strong_count(&told), 1);
}

/// The value that was given last is there, whoever polled.
#[asyncio::test]
async fn a_generator_is_asked_through_a_foreign_combinator() -> Result<()> {
    let (one, two) = (count(1), count(2));
    let (first, second) = futures::join!(one.anext(), two.anext());
    assert_eq!((first?, second?), (0, 0));
    let mut numbers = count(1);
    let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut numbers).poll_next(cx).is_pending())).await;
    assert!(polled);
    assert_eq!(numbers.next().await.unwrap()?, 0);
    Ok(())
}

#[asyncio::test]
async fn errors_of_others_go_through_the_body() -> Result<()> {
    #[asyncio::generator]
    async fn parsed(text: String) -> AsyncGenerator<u32> {
        for word in text.split(' ') {
            yield_!(word.parse()?)?;
        }
    }
    let numbers = parsed("1 x".to_owned());
    assert_eq!(numbers.anext().await?, 1);
    let error = numbers.anext().await.unwrap_err();
    assert!(error.is::<std::num::ParseIntError>() && !error.is::<CancelledError>());
    let numbers = parsed("1".to_owned());
    assert!(numbers.athrow(GeneratorExit()).await.unwrap_err().is::<GeneratorExit>());
    Ok(())
}

/// Wherever the consumer is cancelled, the generator gives back what it holds.
#[asyncio::test(cancel = "each_await", virtual_time = true)]
async fn a_generator_is_cancelled_at_each_await() -> Result<()> {
    #[asyncio::generator]
    async fn locked(lock: Rc<Lock>) -> AsyncGenerator<u32> {
        async_with!(lock, {
            for number in 0..3 {
                sleep(1).await?;
                yield_!(number)?;
            }
        })?;
    }

    #[asyncio::coroutine]
    async fn consume(lock: Rc<Lock>) -> Result<u32> {
        let mut sum = 0;
        async_with!(aclosing(locked(lock)), |numbers| {
            async_for!(numbers, |number| {
                sleep(1).await?;
                sum += number;
            })?;
        })?;
        Ok(sum)
    }
    let lock = Rc::new(Lock::new());
    let outcome = consume(Rc::clone(&lock)).await;
    assert!(!lock.locked());
    assert_eq!(outcome?, 3);
    Ok(())
}

/// What a step throws, and what nobody before it took, is raised at the `yield_!`.
#[asyncio::test]
async fn a_yield_takes_a_cancellation_that_nobody_took() -> Result<()> {
    struct Late(bool);
    impl Future for Late {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<()> {
            cx.waker().wake_by_ref();
            match std::mem::replace(&mut self.0, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }
    }

    #[asyncio::generator]
    async fn late() -> AsyncGenerator<u32> {
        Late(false).await;
        yield_!(1)?;
    }
    let numbers = late();
    let task = asyncio::create_task(numbers.anext());
    sleep(0).await?;
    task.cancel();
    assert!(task.await.unwrap_err().is::<CancelledError>());
    assert!(numbers.anext().await.unwrap_err().is::<StopAsyncIteration>());
    Ok(())
}

/// Nothing is thrown into the generator for that.
#[test]
fn a_request_without_time_leaves_the_generator_alone() {
    let lines = logged(|| {
        asyncio::run(async {
            let numbers = count(2);
            assert_eq!(numbers.anext().await?, 0);
            let error = wait_for(numbers.anext(), 0).await.unwrap_err();
            assert!(error.is::<TimeoutError>());
            assert_eq!(numbers.anext().await?, 1);
            Ok::<(), Error>(())
        })
        .unwrap();
    });
    assert_eq!(lines, [""; 0]);
}

/// The tasks of the group are gone with the loop, and it leaves them alone.
#[test]
fn a_group_in_a_generator_outlives_its_loop() {
    #[asyncio::generator]
    async fn grouped(event: Event) -> AsyncGenerator<u32> {
        asyncio::task_group!(|group| {
            group.create_task(async move { event.wait().await })?;
        })?;
        yield_!(1)?;
    }
    let loop_ = asyncio::new_event_loop();
    let numbers = grouped(Event::new());
    let asked = numbers.anext();
    loop_
        .run_until_complete(async move {
            asyncio::create_task(asked);
            sleep(0).await?;
            sleep(0).await
        })
        .unwrap();
    let lines = logged(|| loop_.close().unwrap());
    assert_eq!(lines.iter().filter(|line| line.contains("destroyed")).count(), 2);
    drop(numbers);
}

/// The end of a stream is its `None`.
#[asyncio::test]
async fn a_stop_out_of_a_stream_is_an_error() -> Result<()> {
    let items = futures::stream::iter([Ok(1), Err(StopAsyncIteration("no end"))]);
    let error = async_for!(items, |number| assert_eq!(number, 1)).unwrap_err();
    assert!(error.is::<StopAsyncIteration>());
    Ok(())
}
