//! No crate has this name; said once, at the path.

#[asyncio::main(crate = ::aio)]
async fn main() -> asyncio::Result<()> {
    asyncio::sleep(0).await
}
