//! A coroutine never leaves the thread of its loop, either: the thread sends a function that makes
//! it. `handle()` is what threads may have of a loop; `result(None)` waits without a limit.

use asyncio::{
    KeyError, LoopHandle, Result, get_running_loop, raise,
    run_coroutine_threadsafe, sleep, to_thread,
};

async fn price(fruit: &str) -> Result<u32> {
    sleep(0.001).await?;
    match fruit {
        "apple" => Ok(2),
        "plum" => Ok(3),
        _ => raise!(KeyError(fruit)),
    }
}

fn shop(loop_: &LoopHandle) -> Result<u32> {
    let mut total = 0;
    for fruit in ["apple", "plum"] {
        let future =
            run_coroutine_threadsafe(move || price(fruit), loop_);
        total += future.result(None)?;
    }
    Ok(total)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop().handle();
    println!("{}", to_thread(move || shop(&loop_)).await?);
    Ok(())
}
