//! The name behind `as` stands in bars, and ends with the block. Whoever asks the timeout later
//! names it before.

use asyncio::{
    Result, TimeoutError, async_with, get_running_loop, sleep,
    timeout, try_except,
};

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    try_except!(
        {
            timeout!(None, |limit| {
                for step in 1..100 {
                    sleep(0.001).await?;
                    println!("step {step}");
                    if step == 3 {
                        let loop_ = get_running_loop();
                        limit.reschedule(loop_.time())?;
                    }
                }
            })?;
        },
        |_: TimeoutError| println!("stopped"),
    )?;
    let limit = timeout(3600);
    async_with!(limit, { sleep(0.001).await? })?;
    let expired = limit.expired();
    println!("{}", if expired { "too late" } else { "in time" });
    Ok(())
}
