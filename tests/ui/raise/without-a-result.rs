//! A function that cannot say that it failed.

fn check(number: i32) {
    if number < 0 {
        asyncio::raise!(asyncio::ValueError("Oops!"));
    }
}

fn main() {
    check(1);
}
