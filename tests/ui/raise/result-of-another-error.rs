//! An error that cannot hold an exception.

fn check(number: i32) -> Result<i32, String> {
    if number < 0 {
        asyncio::raise!(asyncio::ValueError("Oops!"));
    }
    Ok(number)
}

fn main() {
    drop(check(1));
}
