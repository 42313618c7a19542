//! A permit is given back at the end of its scope; `async_with!` would do as well. `release` of a
//! `BoundedSemaphore` can fail, that of a `Semaphore` cannot.

use std::{cell::Cell, rc::Rc};

use asyncio::{
    BoundedSemaphore, Result, Semaphore, ValueError, gather, sleep,
    try_except,
};

type Busy = Rc<Cell<u32>>;

async fn fetch(
    limit: Semaphore,
    busy: Busy,
    page: u32,
) -> Result<()> {
    let _permit = limit.permit().await?;
    busy.update(|busy| busy + 1);
    println!("page {page} busy {}", busy.get());
    sleep(0).await?;
    busy.update(|busy| busy - 1);
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let (limit, busy) = (Semaphore::new(2), Busy::default());
    let fetch = |page| fetch(limit.clone(), busy.clone(), page);
    gather!(..(0..4).map(fetch)).await?;
    let bounded = BoundedSemaphore::new(1);
    try_except!({ bounded.release()? }, |error: ValueError| {
        println!("{error}");
    })
}
