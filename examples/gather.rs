//! Several coroutines at once, their results in the order of the arguments.
//!
//! The Python it mirrors is `gather.py`, beside this file. Run it with `cargo run --example gather`; it prints
//!
//! ```text
//! double(2) returns
//! double(1) returns
//! 2 4
//! double(3) returns
//! double(2) returns
//! double(1) returns
//! [2, 4, 6]
//! gather() raised: Oops!
//! double(5) returns
//! 10
//! double(5) returns
//! 10 ValueError('Oops!')
//! ```

use asyncio::{Result, ValueError, create_task, gather, sleep};

async fn double(number: u32) -> Result<u32> {
    sleep(0.1 / f64::from(number)).await?; // the larger the number, the sooner
    println!("double({number}) returns");
    Ok(2 * number)
}

async fn fail() -> Result<()> {
    Err(ValueError("Oops!"))
}

#[asyncio::main]
async fn main() -> Result<()> {
    let (one, two) = gather!(double(1), double(2)).await?;
    println!("{one} {two}");

    println!("{:?}", gather!(..(1..4).map(double)).await?);

    // The first exception is raised at once; the others run on.
    let other = create_task(double(5));
    match gather!(other.clone(), fail()).await {
        Err(error) if error.is::<ValueError>() => println!("gather() raised: {error}"),
        outcome => drop(outcome?),
    }
    println!("{}", other.await?);

    // As a result among the others.
    let (ten, failed) = gather!(double(5), fail(), return_exceptions = true).await?;
    println!("{} {:?}", ten?, failed.expect_err("fail() fails"));
    Ok(())
}
