//! The block of `async_with!` gets the position; a `return` in it leaves the barrier first.

use asyncio::{
    Barrier, BrokenBarrierError, Result, async_with, create_task,
    gather, sleep, try_except,
};

async fn work(barrier: Barrier, name: char) -> Result<usize> {
    println!("{name} has prepared");
    let position = barrier.wait().await?;
    if position == 0 {
        println!("all of them have");
    }
    async_with!(barrier, |position| { return Ok(position) })?
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let barrier = Barrier::new(3);
    let workers =
        "abc".chars().map(|name| work(barrier.clone(), name));
    println!("{:?}", gather!(..workers).await?);
    let waiting = create_task(barrier.wait());
    sleep(0).await?;
    barrier.abort().await?;
    try_except!(
        {
            waiting.await?;
        },
        |_: BrokenBarrierError| println!("broken"),
    )
}
