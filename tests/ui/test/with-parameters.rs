//! Nothing could pass them, for this is no test framework.

#[asyncio::test]
async fn doubles(number: u32) {
    assert_eq!(number * 2, number + number);
}

fn main() {}
