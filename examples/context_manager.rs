//! Context managers: one of our own, entered and left, and locks as they are.
//!
//! The Python it mirrors is `context_manager.py`, beside this file. Run it with
//! `cargo run --example context_manager`; it prints
//!
//! ```text
//! Begin
//! Commit
//! inserted
//! Begin
//! Roll back: -4 is negative
//! inserted
//! Begin
//! Commit
//! nothing more to insert
//! [1, 2, 5]
//! Locked: True
//! Locked: False
//! ```

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{AsyncContextManager, Error, Lock, Result, ValueError, async_with, raise, sleep};

type Rows = Rc<RefCell<Vec<i32>>>;

/// Writes when it is committed, and forgets what failed.
struct Transaction<'a> {
    table: &'a Rows,
    rows: Rows,
}

impl AsyncContextManager for Transaction<'_> {
    type Value = Rows;

    async fn aenter(&self) -> Result<Rows> {
        sleep(0.01).await?;
        println!("Begin");
        Ok(Rc::clone(&self.rows))
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        sleep(0.01).await?;
        let Some(error) = error else {
            self.table.borrow_mut().extend(self.rows.take());
            println!("Commit");
            return Ok(false);
        };
        println!("Roll back: {error}");
        Ok(error.is::<ValueError>())
    }
}

async fn insert(table: &Rows, numbers: &[i32]) -> Result<&'static str> {
    let transaction = Transaction { table, rows: Rows::default() };
    async_with!(transaction, |rows| {
        for number in numbers {
            if *number < 0 {
                raise!(ValueError(format!("{number} is negative")));
            }
            if *number == 0 {
                return Ok("nothing more to insert");
            }
            rows.borrow_mut().push(*number);
        }
    })?;
    Ok("inserted")
}

#[asyncio::main]
async fn main() -> Result<()> {
    let table = Rows::default();
    println!("{}", insert(&table, &[1, 2]).await?);
    println!("{}", insert(&table, &[3, -4]).await?);
    println!("{}", insert(&table, &[5, 0, 6]).await?);
    println!("{:?}", table.borrow());

    let lock = Lock::new();
    let python = |flag| if flag { "True" } else { "False" };
    async_with!(lock, { println!("Locked: {}", python(lock.locked())) })?;
    println!("Locked: {}", python(lock.locked()));
    Ok(())
}
