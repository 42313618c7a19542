//! Nothing could choose them.

#[asyncio::main]
async fn main<T: Default>() {
    drop(T::default());
}
