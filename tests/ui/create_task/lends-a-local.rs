//! A task lives longer than the function that made it.

async fn length(text: &str) -> asyncio::Result<usize> {
    Ok(text.len())
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let text = String::from("text");
    asyncio::create_task!(length(&text)).await?;
    Ok(())
}
