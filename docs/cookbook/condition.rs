//! `lock()` gives a guard, and that one waits and notifies, so that nobody can without the lock.
//! What stands at the top of a Python module is a field here.

use std::{cell::RefCell, rc::Rc};

use asyncio::{Condition, Result, gather, sleep};

#[derive(Clone, Default)]
struct Stock {
    items: Rc<RefCell<Vec<u32>>>,
    changed: Condition,
}

async fn take(stock: Stock, number: usize) -> Result<()> {
    let changed = stock.changed.lock().await?;
    let enough = || stock.items.borrow().len() >= number;
    changed.wait_for(enough).await?;
    stock.items.borrow_mut().drain(..number);
    let left = stock.items.borrow().len();
    println!("took {number} left {left}");
    Ok(())
}

async fn fill(stock: Stock) -> Result<()> {
    for item in 0..5 {
        sleep(0).await?;
        let changed = stock.changed.lock().await?;
        stock.items.borrow_mut().push(item);
        changed.notify_all()?;
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let stock = Stock::default();
    let (three, two) =
        (take(stock.clone(), 3), take(stock.clone(), 2));
    gather!(three, two, fill(stock)).await?;
    Ok(())
}
