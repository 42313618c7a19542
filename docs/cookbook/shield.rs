//! `&saving` lends the handle: without the `&` its result would go to whoever awaits it first.

use asyncio::{
    Result, TimeoutError, create_task, shield, sleep, timeout,
    try_except,
};

async fn save() -> Result<&'static str> {
    sleep(0.002).await?;
    println!("saved");
    Ok("all is well")
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let saving = create_task(save());
    try_except!(
        {
            timeout!(0.0001, {
                shield!(&saving).await?;
            })?;
        },
        |_: TimeoutError| println!("no time to wait, but it goes on"),
    )?;
    println!("{}", saving.await?);
    Ok(())
}
