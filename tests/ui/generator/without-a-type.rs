//! Nobody can guess what it gives.

#[asyncio::generator]
async fn numbers() {
    println!("1");
}

fn main() {
    numbers();
}
