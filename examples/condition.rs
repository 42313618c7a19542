//! A condition: tasks wait until what they share is as they need it.
//!
//! The Python it mirrors is `condition.py`, beside this file. Run it with `cargo run --example condition`; it prints
//!
//! ```text
//! 2 plates are ready
//! Ben takes 1, 1 left
//! 3 plates are ready
//! Ann takes 3, 0 left
//! ```

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{Condition, Result, gather, sleep};

#[derive(Clone, Default)]
struct Kitchen {
    plates: Rc<Cell<u32>>,
    changed: Condition,
}

impl Kitchen {
    async fn cook(self) -> Result<()> {
        for _ in 0..2 {
            sleep(0.1).await?;
            let guard = self.changed.lock().await?;
            self.plates.set(self.plates.get() + 2);
            println!("{} plates are ready", self.plates.get());
            guard.notify_all()?;
        }
        Ok(())
    }

    async fn eat(self, name: &str, wanted: u32) -> Result<()> {
        let guard = self.changed.lock().await?;
        guard.wait_for(|| self.plates.get() >= wanted).await?;
        self.plates.set(self.plates.get() - wanted);
        println!("{name} takes {wanted}, {} left", self.plates.get());
        Ok(())
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let kitchen = Kitchen::default();
    gather!(kitchen.clone().eat("Ann", 3), kitchen.clone().eat("Ben", 1), kitchen.cook(),).await?;
    Ok(())
}
