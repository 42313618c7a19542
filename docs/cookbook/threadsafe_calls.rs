//! A queue never leaves the thread of its loop, so no closure can bring it. What other threads have
//! to reach stands in a `thread_local!`: the closure runs on the loop's thread, and finds the queue
//! of that one.

use std::thread;

use asyncio::{LoopHandle, Queue, Result, get_running_loop};

thread_local! {
    static LETTERS: Queue<&'static str> = Queue::new(0);
}

fn write(loop_: &LoopHandle) -> Result<()> {
    for text in ["first", "second", "end"] {
        let put =
            move || LETTERS.with(|letters| letters.put_nowait(text));
        loop_.call_soon_threadsafe(put)?;
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop().handle();
    let thread = thread::spawn(move || write(&loop_));
    let letters = LETTERS.with(Queue::clone);
    loop {
        match letters.get().await? {
            "end" => break,
            text => println!("a letter: {text}"),
        }
    }
    thread.join().expect("it does not panic")
}
