//! It would be passed on even where it is not there.

#[asyncio::main]
async fn greet(#[cfg(unix)] name: String) {
    println!("Hello {name}!");
}

fn main() {
    greet("World".to_owned());
}
