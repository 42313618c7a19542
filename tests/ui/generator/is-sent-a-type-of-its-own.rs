//! A type of one's own may be sent, once it says what `anext` sends.

use asyncio::{AsyncGenerator, yield_};

enum Command {
    Stop,
}

#[asyncio::generator]
async fn steps(count: u32) -> AsyncGenerator<u32, Command> {
    for step in 0..count {
        let Command::Stop = yield_!(step)?;
    }
}

fn main() {
    drop(steps(1).anext());
}
