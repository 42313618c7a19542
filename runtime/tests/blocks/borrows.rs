//! What a plain block may do with variables, a block of a macro may do.

use asyncio::{
    BaseException, Lock, Result, ValueError, async_for, async_with, raise, sleep, task_group,
    timeout, try_except,
};

/// Not `Copy`, and not to be had twice.
fn text() -> String {
    "text".to_owned()
}

#[asyncio::test]
async fn a_value_moves_into_the_block() -> Result<()> {
    let (one, two, three) = (text(), text(), text());
    let length = timeout!(1, {
        sleep(0).await?;
        drop(one);
        two.len()
    })?;
    assert_eq!(length, two.len());
    async_with!(Lock::new(), { drop(two) })?;
    try_except!({ drop(three) }, |_: ValueError| {})
}

#[asyncio::test]
async fn a_value_moves_out_of_the_block() -> Result<()> {
    let outer = text();
    let inner = timeout!(1, { outer })?;
    assert_eq!(inner, "text");
    Ok(())
}

#[asyncio::test]
async fn a_body_may_be_any_expression() -> Result<()> {
    let sum = timeout!(1, |t| if t.expired() { 1 } else { 2 } + 3)?;
    let more = try_except!({ sum }, |_: ValueError| if sum > 9 { 1 } else { 0 } + 1)?;
    assert_eq!((sum, more), (5, 5));
    Ok(())
}

#[asyncio::test]
async fn a_moved_value_leaves_with_return() -> Result<()> {
    async fn first_long(limit: usize) -> Result<String> {
        let kept = text();
        let lock = Lock::new();
        let mut length = 0;
        loop {
            // In a loop the compiler sees that the value is not moved on the way back.
            async_with!(lock, {
                sleep(0).await?;
                if length == limit {
                    return Ok(kept);
                }
            })?;
            length += 1;
        }
    }
    assert_eq!(first_long(3).await?, "text");
    Ok(())
}

#[asyncio::test]
async fn a_moved_value_leaves_with_break() -> Result<()> {
    let kept = text();
    let mut count = 0;
    let found = 'search: loop {
        count += 1;
        timeout!(1, {
            sleep(0).await?;
            if count == 3 {
                break 'search kept;
            }
        })?;
    };
    assert_eq!(found, "text");
    Ok(())
}

#[asyncio::test]
async fn a_value_of_the_block_leaves_with_break() -> Result<()> {
    let mut count = 0;
    let found = loop {
        count += 1;
        timeout!(1, {
            let own = text();
            if count < 3 {
                continue;
            }
            break own;
        })?;
    };
    assert_eq!((count, &*found), (3, "text"));
    Ok(())
}

#[asyncio::test]
async fn a_value_moves_in_finally() -> Result<()> {
    let (kept, outcome) = (text(), text());
    let moved = try_except!({ outcome }, finally = { drop(kept) })?;
    assert_eq!(moved, "text");
    Ok(())
}

#[asyncio::test]
async fn a_variable_is_initialised_in_the_block() -> Result<()> {
    let (early, number);
    try_except!(
        {
            number = sleep_then(4).await?;
            early = false;
        },
        |_: BaseException| {
            number = 0;
            early = true;
            if number == 0 {
                raise!();
            }
        },
    )?;
    let _ = early;

    let text;
    timeout!(1, {
        text = self::text();
        assert_eq!(text.len(), 4);
    })?;

    let last;
    'until: loop {
        timeout!(1, {
            if sleep_then(7).await? == 7 {
                last = 7;
                break 'until;
            }
        })?;
    }
    assert_eq!(last, 7);
    Ok(())
}

async fn sleep_then(number: u32) -> Result<u32> {
    sleep(0).await?;
    Ok(number)
}

#[asyncio::test]
async fn both_ways_initialise() -> Result<()> {
    let number;
    try_except!({ number = sleep_then(4).await? }, |_: BaseException| return Ok(()))?;
    assert_eq!(number, 4);
    Ok(())
}

#[asyncio::test]
async fn variables_are_lent_to_the_block() -> Result<()> {
    let mut list = vec![1];
    let first = &list[0];
    let sum = timeout!(1, { *first + 1 })?;
    task_group!(|_g| {
        list.push(sum);
        sleep(0).await?;
    })?;
    try_except!({ list.push(3) }, |_: ValueError| list.clear(), finally = { list.push(4) })?;
    assert_eq!(list, [1, 2, 3, 4]);
    Ok(())
}

#[asyncio::test]
async fn the_returned_type_is_known() -> Result<()> {
    async fn boxed(flag: bool) -> Result<Box<dyn Fn(u32) -> u32>> {
        timeout!(1, {
            if flag {
                return Ok(Box::new(|number| number + 1));
            }
        })?;
        Ok(Box::new(|number| number))
    }
    assert_eq!(boxed(true).await?(1), 2);
    assert_eq!(boxed(false).await?(1), 1);
    Ok(())
}

#[asyncio::test]
async fn a_stream_may_be_lent_where_it_is_made() -> Result<()> {
    let numbers = || futures::stream::iter([asyncio::Ok(1), asyncio::Ok(2)]);
    let mut sum = 0;
    async_for!(&mut numbers(), |number| sum += number)?;
    assert_eq!(sum, 3);
    Ok(())
}
