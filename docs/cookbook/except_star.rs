//! A star stands in front of the arm. It gets the part of the group that matches its type, as an
//! `Error`, whose `exceptions()` are those in it.

use asyncio::{
    Error, Result, TypeError, ValueError, raise, task_group,
    try_except,
};

async fn fail(error: Error) -> Result<()> {
    raise!(error)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    try_except!(
        {
            task_group!(|group| {
                group.create_task(fail(ValueError("a")))?;
                group.create_task(fail(TypeError("b")))?;
                group.create_task(fail(ValueError("c")))?;
            })?;
        },
        *|group: ValueError| {
            for error in group.exceptions() {
                println!("value: {error}");
            }
        },
        *|group: TypeError| {
            println!("{} of another type", group.exceptions().len());
        },
    )
}
