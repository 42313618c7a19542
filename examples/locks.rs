//! A lock: what is read before an await and written after it stays true.
//!
//! The Python it mirrors is `locks.py`, beside this file. Run it with `cargo run --example locks`; it prints
//!
//! ```text
//! Ann sees 100
//! Ann takes 80
//! Ben sees 20
//! Ben gets nothing
//! 20 are left
//! locked: True
//! Lock is not acquired.
//! ```

use std::cell::Cell;

use asyncio::{Lock, Result, sleep};

struct Account {
    balance: Cell<i32>,
    lock: Lock,
}

impl Account {
    async fn withdraw(&self, name: &str, amount: i32) -> Result<()> {
        let _guard = self.lock.lock().await?; // released when it goes out of scope
        let balance = self.balance.get();
        println!("{name} sees {balance}");
        if balance < amount {
            println!("{name} gets nothing");
            return Ok(());
        }
        sleep(0.1).await?; // without the lock the other one would see the same
        self.balance.set(balance - amount);
        println!("{name} takes {amount}");
        Ok(())
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let account = std::rc::Rc::new(Account { balance: Cell::new(100), lock: Lock::new() });
    let (ann, ben) = (account.clone(), account.clone());
    asyncio::gather!(async move { ann.withdraw("Ann", 80).await }, async move {
        ben.withdraw("Ben", 50).await
    },)
    .await?;
    println!("{} are left", account.balance.get());

    // Without the guard, whoever acquires has to release, whatever happens.
    account.lock.acquire().await?;
    println!("locked: {}", if account.lock.locked() { "True" } else { "False" });
    account.lock.release()?;
    if let Err(error) = account.lock.release() {
        println!("{error}");
    }
    Ok(())
}
