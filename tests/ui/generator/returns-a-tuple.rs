//! Values come one by one.

#[asyncio::generator]
async fn numbers() -> (u8, u8) {
    (1, 2)
}

fn main() {
    numbers();
}
