//! Managers of the program's own.

use std::rc::Rc;

use asyncio::{AsyncContextManager, Error, Result};

use super::value::catches;
use super::world::{Fiber, World};
use crate::program::Manager;

/// A manager of whoever enters it.
pub(super) struct Entered {
    world: Rc<World>,
    fiber: Fiber,
    number: u32,
    manager: Manager,
}

impl World {
    /// Makes a manager, which has a number.
    pub(super) fn manager(self: &Rc<Self>, fiber: &Fiber, manager: &Manager) -> Entered {
        self.managers.update(|managers| managers + 1);
        let number = self.managers.get();
        Entered { world: Rc::clone(self), fiber: fiber.clone(), number, manager: manager.clone() }
    }
}

impl AsyncContextManager for Entered {
    type Value = String;

    async fn aenter(&self) -> Result<String> {
        self.world.note(&format!("{} enters m{}", self.fiber.who, self.number));
        self.world.run(&self.fiber, &self.manager.enter).await?;
        Ok(format!("m{}", self.number))
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        let shown = error.map_or("None".to_owned(), |error| format!("{error:?}"));
        self.world.note(&format!("{} exits m{} with {shown}", self.fiber.who, self.number));
        self.world.run(&self.fiber, &self.manager.exit).await?;
        let swallows = |class| error.is_some_and(|error| catches(class, error));
        Ok(self.manager.swallows.is_some_and(swallows))
    }
}
