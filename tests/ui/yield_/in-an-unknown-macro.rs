//! Nobody knows what becomes of the tokens of a macro.

use asyncio::{AsyncGenerator, yield_};

macro_rules! twice {
    ($statement:stmt) => {
        $statement
        $statement
    };
}

#[asyncio::generator]
async fn numbers() -> AsyncGenerator<u8> {
    twice!(yield_!(1));
}

fn main() {
    drop(numbers());
}
