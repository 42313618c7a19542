//! The parentheses of a tuple inside those of the macro.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::gather!((work(1), work(2))).await?;
    Ok(())
}
