//! Any type that implements `std::error::Error` can be raised, also one made with a crate like
//! `thiserror`. The arm that names it gets it back with its fields.

use std::{error, fmt};

use asyncio::{Result, raise, sleep, try_except};

#[derive(Debug)]
struct OutOfStock {
    item: String,
    left: u32,
}

impl fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} left", self.left, self.item)
    }
}

impl error::Error for OutOfStock {}

async fn take(item: &str, number: u32) -> Result<String> {
    sleep(0).await?;
    if number > 3 {
        raise!(OutOfStock { item: item.to_owned(), left: 3 });
    }
    Ok(format!("{number} of {item}"))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    for number in [2, 5] {
        try_except!(
            { println!("{}", take("bread", number).await?) },
            |error: OutOfStock| {
                println!("{error}");
                println!("{}", take("bread", error.left).await?);
            },
        )?;
    }
    Ok(())
}
