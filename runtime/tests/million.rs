//! A million sleeping tasks: they fit in memory and end in the order of their deadlines.
//!
//! `cargo test --release -p asyncio --test million`; a debug build takes a tenth of them.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{EventLoop, Result};

const TASKS: u32 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

#[test]
fn a_million_sleepers_end_in_order() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let ended: Rc<RefCell<Vec<u32>>> = Rc::new(RefCell::new(Vec::with_capacity(TASKS as usize)));
    // A permutation: 7919 and the number of tasks have no common divisor.
    for task in (0..TASKS).map(|task| (u64::from(task) * 7919 % u64::from(TASKS)) as u32) {
        let ended = Rc::clone(&ended);
        loop_.create_task(async move {
            asyncio::sleep(1 + task).await?;
            ended.borrow_mut().push(task);
            asyncio::Ok(())
        });
    }
    loop_.run_until_complete(asyncio::sleep(2 + TASKS))?;
    assert_eq!(loop_.time(), f64::from(TASKS) + 2.0);
    assert!(ended.borrow().iter().copied().eq(0..TASKS));
    loop_.close()
}
