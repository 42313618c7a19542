//! All of them, by the macro and by the types, in one run.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = vec![work(1), work(2)];
    let (_, _) = asyncio::gather!(work(1) 5, *tasks, loop: 1, return_exceptions = 0, , work(2).await).await?;
    Ok(())
}
