//! async-io: another reactor, with a thread of its own, whose wake-ups all come from there.

use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use async_io::{Async, Timer};
use asyncio::{CancelledError, EventLoop, Result, TimeoutError};
use futures::StreamExt;

const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn its_timer_wakes_a_sleeping_loop() -> Result<()> {
    let started = Instant::now();
    let loop_ = asyncio::new_event_loop();
    loop_.run_until_complete(async {
        Timer::after(SHORT).await;
        asyncio::wrap(Timer::after(SHORT)).await
    })?;
    assert!(started.elapsed() >= 2 * SHORT);
    // The loop slept: the first step, one iteration for each wake-up, the callback at the end.
    assert!(asyncio::__private::iteration(&loop_) <= 6);
    loop_.close()
}

#[test]
fn its_timers_end_in_the_order_of_their_deadlines() -> Result<()> {
    let order = Rc::new(RefCell::new(Vec::new()));
    let noting = Rc::clone(&order);
    asyncio::run(async move {
        let start = Instant::now();
        asyncio::TaskGroup::new()
            .run(async |group| {
                for number in [7, 3, 9, 1, 5] {
                    let noting = Rc::clone(&noting);
                    group.create_task(async move {
                        Timer::at(start + SHORT + number * Duration::from_millis(1)).await;
                        noting.borrow_mut().push(number);
                        asyncio::Ok(())
                    })?;
                }
                asyncio::Ok(())
            })
            .await
    })?;
    assert_eq!(*order.borrow(), [1, 3, 5, 7, 9]);
    Ok(())
}

#[test]
fn its_timer_is_given_up_when_the_time_is_over() -> Result<()> {
    let started = Instant::now();
    let outcome = asyncio::run(asyncio::wait_for(asyncio::wrap(Timer::after(LONG)), SHORT));
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert!(started.elapsed() < LONG / 60);
    Ok(())
}

#[test]
fn its_timer_is_given_up_when_the_task_is_cancelled() -> Result<()> {
    asyncio::run(async {
        let bare = asyncio::create_task(async { asyncio::Ok(Timer::after(LONG).await) });
        let wrapped = asyncio::create_task(asyncio::wrap(Timer::after(LONG)));
        Timer::after(SHORT).await;
        assert!(bare.cancel() && wrapped.cancel());
        assert!(bare.await.unwrap_err().is::<CancelledError>());
        assert!(wrapped.await.unwrap_err().is::<CancelledError>());
        asyncio::Ok(())
    })
}

#[test]
fn its_timer_is_real_where_ours_are_virtual() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.run_until_complete(asyncio::wrap(Timer::after(SHORT)))?;
    assert_eq!(loop_.time(), 0.0);
    // A deadline of ours is nearer than any that takes real time.
    let outcome =
        loop_.run_until_complete(asyncio::wait_for(asyncio::wrap(Timer::after(LONG)), 2 * LONG));
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert_eq!(loop_.time(), 7200.0);
    loop_.close()
}

#[test]
fn its_interval_is_a_stream() -> Result<()> {
    let ticks = asyncio::run(asyncio::wrap(Timer::interval(SHORT).take(3).count()))?;
    assert_eq!(ticks, 3);
    Ok(())
}

#[test]
fn its_sockets_work_in_tasks() -> Result<()> {
    let (left, right) = UnixStream::pair()?;
    let (left, right) = (Async::new(left)?, Async::new(right)?);
    let received = asyncio::run(async move {
        let reading = asyncio::create_task(async move {
            let mut received = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                match right.read_with(|mut stream| stream.read(&mut buffer)).await? {
                    0 => return asyncio::Ok(received),
                    count => received.extend_from_slice(&buffer[..count]),
                }
            }
        });
        let message = vec![7; 100_000];
        let mut rest = &message[..];
        while !rest.is_empty() {
            let count = left.write_with(|mut stream| stream.write(rest)).await?;
            rest = &rest[count..];
        }
        drop(left);
        reading.await
    })?;
    assert_eq!(received, vec![7; 100_000]);
    Ok(())
}

#[test]
fn a_cancelled_read_loses_no_bytes() -> Result<()> {
    let (mut left, right) = UnixStream::pair()?;
    asyncio::run(async move {
        let right = Rc::new(Async::new(right)?);
        let reader = Rc::clone(&right);
        let read = asyncio::create_task(async move {
            let mut buffer = [0; 16];
            asyncio::Ok(reader.read_with(|mut stream| stream.read(&mut buffer)).await?)
        });
        Timer::after(SHORT).await;
        read.cancel();
        assert!(read.await.unwrap_err().is::<CancelledError>());
        let nothing = right.get_ref().read(&mut [0; 16]).unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
        left.write_all(b"kept")?;
        let mut buffer = [0; 16];
        let count = right.read_with(|mut stream| stream.read(&mut buffer)).await?;
        assert_eq!(&buffer[..count], b"kept");
        asyncio::Ok(())
    })
}
