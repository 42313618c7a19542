//! What the result will be, the type says. `await` moves the result out; `(&answer).await` leaves
//! it there, for whoever asks again.

use asyncio::{
    Future, InvalidStateError, Result, ValueError, get_running_loop,
    try_except,
};

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    let answer = loop_.create_future();
    let setter = answer.clone();
    loop_.call_soon(move || setter.set_result(42));
    println!("{}", if answer.done() { "done" } else { "waiting" });
    println!("{}", (&answer).await?);
    try_except!(
        { answer.set_result(43)? },
        |_: InvalidStateError| println!("it has its result already"),
    )?;
    let failed: Future<u32> = Future::new();
    failed.set_exception(ValueError("no answer"))?;
    try_except!(
        {
            failed.await?;
        },
        |error: ValueError| println!("{error}"),
    )
}
