//! The syntax of Rust in a block: what a plain block may hold, a block of a macro may hold.

use asyncio::{Lock, Result, async_for, async_with, sleep, timeout};

async fn number(number: u32) -> Result<u32> {
    sleep(0).await?;
    Ok(number)
}

async fn below(number: u32) -> Option<u32> {
    number.checked_sub(1)
}

#[asyncio::test]
async fn ways_out_stand_in_conditions_and_guards() -> Result<()> {
    let sum = async_with!(Lock::new(), {
        let Some(mut left) = below(3).await else { return Ok(()) };
        while let Some(next) = below(left).await {
            left = next;
        }
        let matched = match number(4).await? {
            four if number(four).await? == 5 => 1,
            four if below(four).await.is_some() => four,
            _ => return Ok(()),
        };
        let broken = 'found: {
            if number(1).await? == 1 {
                break 'found 7;
            }
            8
        };
        left + matched + broken
    })?;
    assert_eq!(sum, 11);
    Ok(())
}

#[asyncio::test]
async fn ways_out_stand_at_the_beginning_of_expressions() -> Result<()> {
    let is_so = timeout!(1, { number(1).await? + 1 == 2 && number(2).await? > 1 })?;
    let second = timeout!(1, { [number(1).await?, number(2).await?][1] })?;
    let small = timeout!(1, { number(1).await? as u8 })?;
    let range = timeout!(1, { number(1).await?..number(4).await? })?;
    assert_eq!((is_so, second, small, range), (true, 2, 1, 1..4));
    Ok(())
}

/// A macro finds what a `#[cfg]` takes away still there, and must not lose the attribute.
#[asyncio::test]
#[allow(unreachable_code, reason = "the compiler takes the `return` for the one way out")]
async fn attributes_stay() -> Result<()> {
    #[deprecated]
    async fn old() -> Result<u32> {
        Ok(1)
    }
    let mut sum = 0;
    for _ in 0..1 {
        timeout!(1, {
            #[cfg(any())]
            missing()?;
            #[cfg(any())]
            missing().await;
            #[cfg(any())]
            missing().await?;
            #[cfg(any())]
            asyncio::raise!(missing());
            #[cfg(any())]
            return missing();
            #[cfg(any())]
            break;
            #[cfg(any())]
            continue;
            #[allow(deprecated)]
            old().await?;
            sum += 1;
        })?;
    }
    async_for!(futures::stream::iter([asyncio::Ok(1)]), |number| {
        #[cfg(any())]
        break;
        #[cfg(any())]
        continue;
        sum += number;
    })?;
    assert_eq!(sum, 2);
    Ok(())
}

/// Labels of a macro and of its caller are two, be they of one name.
#[asyncio::test]
async fn labels_of_a_macro_are_its_own() -> Result<()> {
    macro_rules! until_done {
        ($body:block) => {
            'all: loop {
                timeout!(1, {
                    $body;
                    break 'all;
                })?;
            }
        };
    }
    let mut rounds = Vec::new();
    'all: for round in 0..5 {
        until_done!({
            rounds.push(round);
            if round == 2 {
                break 'all;
            }
        });
    }
    assert_eq!(rounds, [0, 1, 2]);

    macro_rules! once {
        ($body:block) => {
            timeout!(1, {
                'all: loop {
                    $body;
                    break 'all;
                }
            })?
        };
    }
    let mut rounds = 0;
    'all: loop {
        rounds += 1;
        assert!(rounds < 4, "the inner loop was left");
        once!({
            if rounds == 3 {
                break 'all;
            }
        });
    }
    Ok(())
}
