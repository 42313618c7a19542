//! Bodies, names and types that a macro of the caller passes on as fragments.

use asyncio::{
    AsyncGenerator, CancelledError, Error, Lock, Result, TimeoutError, ValueError, async_for,
    async_with, raise, sleep, sleep_with, task_group, timeout, try_except, yield_,
};

/// A block, or a closure, as one expression.
macro_rules! limited {
    ($body:expr) => {
        timeout!(3600, $body)
    };
}

macro_rules! limited_block {
    ($body:block) => {
        timeout!(3600, $body)
    };
}

macro_rules! in_a_group {
    ($group:ident, $body:expr) => {
        task_group!(|$group| $body)
    };
}

macro_rules! locked {
    ($lock:expr, $name:pat, $body:block) => {
        async_with!($lock, |$name| $body)
    };
}

macro_rules! each {
    ($stream:expr, $item:pat => $body:expr, else $else_:block) => {
        async_for!($stream, |$item| $body, else_ = $else_)
    };
}

macro_rules! attempt {
    ($body:expr, finally $finally:block, $($name:ident: $class:ty => $caught:expr),*) => {
        try_except!($body, $(|$name: $class| $caught,)* finally = $finally)
    };
}

macro_rules! attempt_starred {
    ($body:block, $arm:expr) => {
        try_except!($body, *$arm)
    };
}

fn numbers() -> AsyncGenerator<u32> {
    #[asyncio::generator]
    async fn numbers() -> AsyncGenerator<u32> {
        for number in 0..4 {
            sleep(0).await?;
            yield_!(number)?;
        }
    }
    numbers()
}

#[asyncio::test]
async fn blocks_are_passed_on() -> Result<()> {
    assert_eq!(limited!({ sleep(0).await.map(|()| 1)? })?, 1);
    assert!(limited!(|t| { t.when().is_some() })?);
    assert_eq!(
        limited_block!({
            sleep(0).await?;
            2
        })?,
        2
    );
    Ok(())
}

#[asyncio::test]
async fn all_ways_out_of_a_fragment_are_taken() -> Result<()> {
    async fn returns(lock: &Lock) -> Result<u32> {
        locked!(lock, _name, { return Ok(7) })?;
        Ok(0)
    }
    async fn raises(lock: &Lock) -> Result<u32> {
        locked!(lock, (), { Err(ValueError("here"))? })
    }
    let lock = Lock::new();
    assert_eq!(returns(&lock).await?, 7);
    assert!(!lock.locked());
    assert!(raises(&lock).await.unwrap_err().is::<ValueError>());
    assert!(!lock.locked());
    let mut turns = 0;
    let value = loop {
        turns += 1;
        limited!({
            if turns < 3 {
                continue;
            }
            break turns * 10;
        })?;
    };
    assert_eq!(value, 30);
    let outer = 'outer: {
        locked!(&lock, (), {
            if turns == 3 {
                break 'outer 5;
            }
        })?;
        6
    };
    assert_eq!((outer, lock.locked()), (5, false));
    Ok(())
}

/// Blocks of ours in a macro of the caller, each with a fragment in it.
macro_rules! locked_and_limited {
    ($lock:expr, $seconds:expr, $body:expr) => {
        async_with!($lock, {
            let value = timeout!($seconds, { $body })?;
            value
        })
    };
}

#[asyncio::test]
async fn a_fragment_stands_in_two_blocks() -> Result<()> {
    async fn both(lock: &Lock, early: bool) -> Result<u32> {
        locked_and_limited!(lock, 1, {
            sleep(0).await?;
            if early {
                return Ok(1);
            }
            2
        })
    }
    let lock = Lock::new();
    assert_eq!((both(&lock, true).await?, both(&lock, false).await?), (1, 2));
    assert!(!lock.locked());
    let late = locked_and_limited!(&lock, 0.001, sleep(3600).await?);
    assert!(late.unwrap_err().is::<TimeoutError>());
    assert!(!lock.locked());
    Ok(())
}

#[asyncio::test]
async fn loops_over_streams_are_passed_on() -> Result<()> {
    let mut seen = Vec::new();
    let mut ended = false;
    each!(numbers(), number => {
        if number == 1 {
            continue;
        }
        seen.push(number);
    }, else { ended = true; })?;
    assert_eq!((seen, ended), (vec![0, 2, 3], true));
    let mut last = 0;
    each!(numbers(), number => {
        last = number;
        if number == 2 {
            break;
        }
    }, else { last = 100; })?;
    assert_eq!(last, 2);
    Ok(())
}

/// Statements in front of those of the macro.
macro_rules! prepared {
    ($first:stmt, $second:block, $function:item, $third:stmt, $last:expr) => {
        timeout!(1, {
            $first;
            $second
            $function
            $third;
            double($last)
        })
    };
}

#[asyncio::test]
async fn statements_are_passed_on() -> Result<()> {
    let mut turns = 0;
    let doubled = prepared!(
        let mut value = sleep_with(0, 1).await?,
        {
            turns += 1;
            sleep(0).await?;
        },
        fn double(number: u32) -> u32 {
            number * 2
        },
        value += sleep_with(0, turns).await?,
        sleep_with(0, value).await?
    )?;
    assert_eq!(doubled, 4);
    Ok(())
}

#[asyncio::test]
async fn groups_are_passed_on() -> Result<()> {
    let mut sum = 0;
    in_a_group!(g, {
        let one = g.create_task(async { asyncio::Ok(1) })?;
        sum += one.await?;
    })?;
    assert_eq!(sum, 1);
    Ok(())
}

#[asyncio::test]
async fn arms_are_passed_on() -> Result<()> {
    for (error, expected) in [
        (ValueError("a"), "value a"),
        (asyncio::TypeError("b"), "one of two"),
        (asyncio::KeyError("c"), "one of two"),
        (CancelledError(), "cancelled"),
    ] {
        let mut left = 0;
        let text = attempt!({ raise!(error) }, finally { left += 1; },
        e: ValueError => format!("value {}", e.message()),
        _e: (asyncio::TypeError, asyncio::KeyError) => "one of two".to_owned(),
        _e: CancelledError => "cancelled".to_owned())?;
        assert_eq!((text.as_str(), left), (expected, 1));
    }
    let mut caught = 0;
    attempt_starred!({ Err(ValueError("x"))? }, |e: ValueError| {
        caught += e.exceptions().len()
    })?;
    assert_eq!(caught, 1);
    Ok(())
}

/// A function of fragments.
macro_rules! coroutines {
    ($($name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block)*) => {$(
        #[asyncio::coroutine]
        async fn $name($($argument: $type),*) -> $output $body
    )*};
}

coroutines! {
    doubled(number: u32) -> Result<u32> {
        sleep(0).await?;
        Ok(number * 2)
    }
    never() -> Result<()> {
        std::future::pending::<()>().await;
        Ok(())
    }
}

macro_rules! coroutine_of {
    ($name:ident, $value:expr) => {
        #[asyncio::coroutine]
        async fn $name() -> Result<()> {
            $value
        }
    };
}

coroutine_of!(never_either, {
    std::future::pending::<()>().await;
    Ok(())
});

macro_rules! generators {
    ($name:ident, $output:ty, $body:block, $value:expr) => {
        #[asyncio::generator]
        async fn $name() -> $output {
            $body
            yield_!($value)?;
        }
    };
}

generators!(
    two,
    AsyncGenerator<u32>,
    {
        yield_!(1)?;
    },
    std::future::ready(2).await
);

macro_rules! tests {
    ($($name:ident $body:block)*) => {$(
        #[asyncio::test]
        async fn $name() -> Result<()> $body
    )*};
}

tests! {
    functions_are_passed_on {
        assert_eq!(doubled(4).await?, 8);
        let two = two();
        assert_eq!((two.anext().await?, two.anext().await?), (1, 2));
        assert!(two.anext().await.is_err());
        Ok(())
    }
    an_await_in_a_fragment_can_be_cancelled {
        for task in [asyncio::create_task(never()), asyncio::create_task(never_either())] {
            sleep(0).await?;
            task.cancel();
            assert!(task.await.unwrap_err().is::<CancelledError>());
        }
        Ok::<(), Error>(())
    }
}
