//! `return`, `break` and `continue` leave a block as in Python, and `finally` runs on each way. The
//! `?` behind `return` still looks for an arm.

use asyncio::{ConnectionError, Result, raise, sleep, try_except};

async fn call(number: u32) -> Result<String> {
    sleep(0).await?;
    if number < 3 {
        raise!(ConnectionError(format!("call {number} is lost")));
    }
    Ok(format!("call {number} is answered"))
}

async fn persist(attempts: u32) -> Result<String> {
    for attempt in 1..=attempts {
        try_except!(
            { return Ok(call(attempt).await?) },
            |error: ConnectionError| {
                println!("{error}");
                if attempt < attempts {
                    continue;
                }
                break;
            },
            finally = { println!("end of attempt {attempt}") },
        )?;
    }
    Ok("nobody answers".to_owned())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    println!("{}", persist(2).await?);
    println!("{}", persist(5).await?);
    Ok(())
}
