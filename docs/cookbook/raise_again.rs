//! `raise!()` raises what the arm handles. Classes are Python's: an arm for OSError gets a
//! FileNotFoundError, and an `std::io::Error` of that kind as well.

use asyncio::{
    FileNotFoundError, OSError, Result, raise, sleep, try_except,
};

async fn read(name: &str) -> Result<()> {
    sleep(0).await?;
    raise!(FileNotFoundError(format!("no {name}")))
}

async fn load(name: &str) -> Result<()> {
    try_except!({ read(name).await? }, |error: OSError| {
        println!("seen on its way: {error}");
        error.add_note(format!("while loading {name}"));
        raise!();
    })
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    try_except!(
        { load("a.txt").await? },
        |error: FileNotFoundError| {
            println!("{error:?}");
            println!("{}", error.notes().join(" "));
        }
    )
}
