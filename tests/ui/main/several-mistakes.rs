//! All of them are reported, and those of the body too.

#[asyncio::main(debug = 1, wait = 5, crate = aio)]
fn main(arguments: Vec<String>) -> asyncio::Result<()> {
    let text: &str = asyncio::sleep(1).await?;
    Ok(())
}
