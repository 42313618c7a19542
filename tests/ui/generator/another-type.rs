//! An alias would be well.

struct Numbers;

#[asyncio::generator]
async fn numbers() -> Numbers {}

fn main() {
    let _: Numbers = numbers();
}
