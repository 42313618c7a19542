//! A tuple, in which each result keeps its type. What stands behind `..`, Python's star, has one
//! type and gives a `Vec`.

use asyncio::{Result, gather, sleep};

async fn title() -> Result<&'static str> {
    Ok("squares")
}

async fn square(number: u32) -> Result<u32> {
    sleep(0.001 * f64::from(5 - number)).await?;
    Ok(number * number)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let (name, last) = gather!(title(), square(4)).await?;
    println!("{name} {last}");
    let numbers = [1, 2, 3];
    println!("{:?}", gather!(..numbers.map(square)).await?);
    Ok(())
}
