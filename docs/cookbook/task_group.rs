//! The block runs where it stands, and may change what is around it. `create_task` has a `?`, as a
//! group that is being left takes no more tasks.

use asyncio::{Result, sleep, task_group};

async fn fetch(page: u32) -> Result<u32> {
    sleep(0.001 * f64::from(page)).await?;
    println!("fetched {page}");
    Ok(100 * page)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let mut tasks = Vec::new();
    task_group!(|group| {
        for page in [1, 2] {
            tasks.push(group.create_task(fetch(page))?);
        }
        println!("both are on their way");
    })?;
    let results = tasks.iter().map(|task| task.result());
    println!("{}", results.sum::<Result<u32>>()?);
    Ok(())
}
