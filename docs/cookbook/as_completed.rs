//! It takes any iterator of awaitables of one type, and starts them in its order; Python makes a
//! set of them first.

use asyncio::{
    Result, TimeoutError, as_completed, sleep, try_except,
};

async fn fetch(page: u32) -> Result<String> {
    sleep(0.002 * f64::from(page)).await?;
    Ok(format!("page {page}"))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let pages = [3, 1, 2].map(fetch);
    for result in as_completed(pages) {
        println!("{}", result.await?);
    }
    let pages = [9999].map(fetch);
    try_except!(
        {
            let results = as_completed!(..pages, timeout = 0.001);
            for result in results {
                println!("{}", result.await?);
            }
        },
        |_: TimeoutError| println!("no time for this one"),
    )
}
