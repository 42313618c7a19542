//! The loop that holds it must not hold what is another's.

#[asyncio::main]
async fn greet(name: &str) {
    println!("Hello {name}!");
}

fn main() {
    greet("World");
}
