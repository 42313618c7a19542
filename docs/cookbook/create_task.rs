//! A task begins in the next iteration of the loop, and both sides take turns in the same order. It
//! may outlive its creator, so it owns what it is given: here a `&'static str`, else a `String` or
//! a clone.

use asyncio::{Result, create_task, sleep};

async fn count(name: &'static str, last: u32) -> Result<u32> {
    for number in 1..=last {
        println!("{name} {number}");
        sleep(0).await?;
    }
    Ok(last)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let left = create_task(count("left", 2));
    let right = create_task(count("right", 3));
    println!("nothing has begun");
    println!("{}", left.await? + right.await?);
    Ok(())
}
