//! Nothing could pass them.

#[asyncio::main]
async fn main(arguments: Vec<String>) -> asyncio::Result<()> {
    println!("{arguments:?}");
    Ok(())
}
