//! A task belongs to the thread of its loop.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

fn in_a_thread(work: impl FnOnce() + Send + 'static) {
    std::thread::spawn(work);
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let task = asyncio::create_task(work());
    in_a_thread(move || drop(task.cancel()));
    Ok(())
}
