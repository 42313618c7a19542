//! Neither nothing nor a `Result`.

#[asyncio::main]
async fn main() -> i32 {
    0
}
