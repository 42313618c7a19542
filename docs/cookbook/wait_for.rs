//! What may be `None` is an `Option`. `try_except!` has the value of its block, or of the arm.

use asyncio::{Result, TimeoutError, sleep, try_except, wait_for};

async fn answer(delay: u32) -> Result<u32> {
    try_except!(
        { sleep(delay).await? },
        finally = { println!("hang up") }
    )?;
    Ok(42)
}

async fn ask(delay: u32) -> Result<Option<u32>> {
    try_except!(
        {
            let answering = answer(delay);
            Some(wait_for!(answering, 0.001).await?)
        },
        |_: TimeoutError| None,
    )
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    for delay in [0, 3600] {
        match ask(delay).await? {
            None => println!("no answer"),
            Some(result) => println!("{result}"),
        }
    }
    Ok(())
}
