//! The attribute stands on something else.

#[asyncio::main]
struct Main;

fn main() {
    let _: Main;
}
