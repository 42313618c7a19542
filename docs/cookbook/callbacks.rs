//! Seconds are an integer, a float or a `Duration`. A handle that is dropped cancels nothing.

use asyncio::{Result, get_running_loop, sleep};

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    loop_.call_later(0.001, || println!("a little later"));
    loop_.call_at(loop_.time() + 0.002, || println!("at its time"));
    loop_.call_soon(|| println!("first of all"));
    let never = loop_.call_soon(|| println!("never"));
    never.cancel();
    if never.cancelled() {
        println!("one is cancelled");
    }
    sleep(0.003).await
}
