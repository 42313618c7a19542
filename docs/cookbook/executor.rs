//! Options are set one after the other. A pool may be that of another crate, which implements
//! `Executor`. A pool that is shut down takes nothing, hence the first of the two `?`.

use std::thread;

use asyncio::concurrent::{ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{Result, get_running_loop};

fn work(number: u32) -> Result<(String, u32)> {
    let name = thread::current().name().unwrap_or("?").to_owned();
    Ok((name, number * number))
}

fn pool(prefix: &str) -> ThreadPoolExecutor {
    let options = ThreadPoolOptions::new().max_workers(1);
    ThreadPoolExecutor::with(options.thread_name_prefix(prefix))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    let named = pool("pool");
    for number in [2, 3] {
        let work = move || work(number);
        let (name, square) =
            loop_.run_in_executor(Some(&named), work)?.await?;
        println!("{name} {square}");
    }
    named.shutdown(true, false)?;
    loop_.set_default_executor(pool("mine"));
    let (name, square) =
        loop_.run_in_executor(None, || work(4))?.await?;
    println!("{name} {square}");
    Ok(())
}
