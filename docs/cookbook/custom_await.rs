//! `IntoFuture` is Rust's `__await__`. So the futures of other crates can be awaited as they are;
//! one that gives no `Result` becomes a coroutine by `wrap(future)`.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use asyncio::{Result, gather, sleep, sleep_with};

struct Steps(u32);

impl IntoFuture for Steps {
    type Output = Result<String>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            for step in 0..self.0 {
                sleep(0).await?;
                println!("step {step}");
            }
            Ok(format!("{} steps", self.0))
        })
    }
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    println!("{}", Steps(2).await?);
    let (steps, slept) =
        gather!(Steps(1), sleep_with(0, "slept")).await?;
    println!("{steps} and {slept}");
    Ok(())
}
