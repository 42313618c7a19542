//! A group in an arm is an `Error`, which can be split; either part may be `None`.

use asyncio::{
    ExceptionGroup, LookupError, Result, ValueError, raise, sleep,
    try_except,
};

async fn check(numbers: &[i32]) -> Result<()> {
    let mut errors = Vec::new();
    for number in numbers {
        sleep(0).await?;
        if *number < 0 {
            let error = ValueError(format!("{number} is negative"));
            errors.push(error);
        } else if *number > 9 {
            let error = LookupError(format!("{number} is unknown"));
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        raise!(ExceptionGroup("bad numbers", errors));
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    try_except!(
        { check(&[1, -2, 30]).await? },
        |group: ExceptionGroup| {
            println!("{group}");
            let (negative, rest) = group.split::<ValueError>();
            for part in [negative, rest].into_iter().flatten() {
                println!("{}", part.exceptions()[0]);
            }
        },
    )
}
