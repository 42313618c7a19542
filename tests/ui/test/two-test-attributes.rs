//! The test would be run twice.

#[asyncio::test]
#[test]
async fn works() {}

fn main() {}
