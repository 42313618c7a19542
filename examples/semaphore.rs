//! A semaphore limits how much is done at the same time; a line shows how far it is.
//!
//! The Python it mirrors is `semaphore.py`, beside this file. Run it with `cargo run --example semaphore`; it prints
//!
//! ```text
//! [#......] 1 of 7 done, 2 at work
//! [##.....] 2 of 7 done, 2 at work
//! [###....] 3 of 7 done, 2 at work
//! [####...] 4 of 7 done, 2 at work
//! [#####..] 5 of 7 done, 2 at work
//! [######.] 6 of 7 done, 1 at work
//! [#######] 7 of 7 done, 0 at work
//! 91
//! ```

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{Result, Semaphore, gather, sleep};

const PAGES: usize = 7;
/// That the requests take.
const SECONDS: [f64; PAGES] = [0.2, 0.3, 0.4, 0.3, 0.3, 0.3, 0.3];

#[derive(Default)]
struct Progress {
    busy: Cell<usize>,
    done: Cell<usize>,
}

impl Progress {
    fn show(&self) {
        let (busy, done) = (self.busy.get(), self.done.get());
        let bar = "#".repeat(done);
        println!("[{bar:.<PAGES$}] {done} of {PAGES} done, {busy} at work");
    }
}

async fn fetch(page: usize, limit: Semaphore, progress: Rc<Progress>) -> Result<usize> {
    let _permit = limit.permit().await?; // given back when it goes out of scope
    progress.busy.update(|busy| busy + 1);
    sleep(SECONDS[page]).await?;
    progress.busy.update(|busy| busy - 1);
    progress.done.update(|done| done + 1);
    progress.show();
    Ok(page * page)
}

#[asyncio::main]
async fn main() -> Result<()> {
    let limit = Semaphore::new(3);
    let progress = Rc::new(Progress::default());
    let fetches = (0..PAGES).map(|page| fetch(page, limit.clone(), progress.clone()));
    let pages = gather!(..fetches).await?;
    println!("{}", pages.iter().sum::<usize>());
    Ok(())
}
