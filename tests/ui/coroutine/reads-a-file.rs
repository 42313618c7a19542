//! Files have no other way than a thread.

#[asyncio::coroutine]
async fn work() -> asyncio::Result<String> {
    let text = std::fs::read_to_string("notes")?;
    Ok(text)
}

fn main() {
    drop(work());
}
