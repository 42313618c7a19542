//! `concurrent::Future` is the one that threads share. An error that comes from a thread is what it
//! was there.

use std::thread;

use asyncio::concurrent::Future;
use asyncio::{LookupError, Result, try_except, wrap_future};

fn answer(questions: Vec<Future<String>>) -> Result<()> {
    for (number, future) in questions.iter().enumerate() {
        if number < 2 {
            future.set_result(format!("answer {number}"))?;
        } else {
            future.set_exception(LookupError("no idea"))?;
        }
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let questions = vec![Future::new(), Future::new(), Future::new()];
    let asked = questions.clone();
    thread::spawn(|| answer(asked));
    for question in questions {
        try_except!(
            { println!("{}", wrap_future(question).await?) },
            |error: LookupError| println!("nobody knows: {error}"),
        )?;
    }
    Ok(())
}
