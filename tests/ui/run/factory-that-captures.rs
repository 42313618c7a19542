//! A closure with something in it is no plain function.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop();
    asyncio::run!(work(1), loop_factory = move || event_loop.clone())?;
    Ok(())
}
