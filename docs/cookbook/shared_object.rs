//! `Rc` is Python's reference; what may change behind it is a `Cell` or a `RefCell`. There is no
//! other thread, so that nobody else runs between two awaits. What `borrow_mut` gives must not be
//! kept over one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{Result, gather, sleep};

#[derive(Default)]
struct Account {
    balance: Cell<u32>,
    log: RefCell<Vec<u32>>,
}

impl Account {
    async fn deposit(self: Rc<Self>, amount: u32) -> Result<()> {
        sleep(0).await?;
        self.balance.update(|balance| balance + amount);
        self.log.borrow_mut().push(amount);
        Ok(())
    }
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let account = Rc::new(Account::default());
    let deposits =
        [5, 10, 27].map(|amount| account.clone().deposit(amount));
    gather!(..deposits).await?;
    println!("{} {:?}", account.balance.get(), account.log.borrow());
    Ok(())
}
