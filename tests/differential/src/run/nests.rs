//! The steps in which macros stand in one another.

use std::rc::Rc;

use asyncio::{
    AsyncContextManager, Exception, Result, TimeoutError, ValueError, async_for, async_with, raise,
    task_group, timeout, try_except,
};

use super::managers::Entered;
use super::steps::Way;
use super::streams::{Items, Looped};
use super::world::{AnyLock, Fiber, World, with_lock};
use crate::program::{Body, Op, Source};

/// The blocks of a nest.
#[derive(Clone, Copy)]
struct Nest<'a> {
    body: &'a Body,
    handler: &'a Body,
    cleanup: &'a Body,
}

impl World {
    pub(super) async fn nest(self: &Rc<Self>, fiber: &Fiber, op: &Op) -> Result<Way> {
        match op {
            Op::AsyncFor { source, most, closing, body, otherwise } => {
                let looped = Looped { most: *most, body, otherwise };
                let is_generator =
                    matches!(source, Source::Generator { .. } | Source::Fresh { .. });
                match *closing && is_generator {
                    true => Box::pin(self.do_closing_for(fiber, source, looped)).await,
                    false => Box::pin(self.do_async_for(fiber, source, looped)).await,
                }
            }
            Op::NestLoop { rounds, manager, delay, body, handler, cleanup } => {
                let nest = Nest { body, handler, cleanup };
                let managers = (0..*rounds).map(|_| self.manager(fiber, manager));
                Box::pin(self.nest_loop(fiber, managers.collect(), *delay, nest)).await
            }
            Op::NestStream { source, most, lock: number, manager, body, cleanup } => {
                let (nest, items) =
                    (Nest { body, handler: body, cleanup }, self.stream(fiber, source));
                let manager = self.manager(fiber, manager);
                with_lock!(&self.locks[*number], lock => {
                    Box::pin(self.nest_stream(fiber, items, *most, lock, manager, nest)).await
                })
            }
            Op::NestGroup { rounds, group, body, handler, cleanup } => {
                let nest = Nest { body, handler, cleanup };
                Box::pin(self.nest_group(fiber, *rounds, *group, nest)).await
            }
            _ => unreachable!("sorted by `step`: {op:?}"),
        }
    }

    async fn nest_loop(
        self: &Rc<Self>,
        fiber: &Fiber,
        managers: Vec<Entered>,
        delay: Option<f64>,
        nest: Nest<'_>,
    ) -> Result<Way> {
        for manager in managers {
            async_with!(manager, |name| {
                try_except!(
                    {
                        timeout!(delay, |limit| {
                            self.note(&format!("{} nests in {name}", fiber.who));
                            match self.run(fiber, nest.body).await? {
                                Way::On => {}
                                Way::Return(value) => return Ok(Way::Return(value)),
                                Way::Break => break,
                                Way::Continue => continue,
                            }
                            self.note(&format!("{} is still in {limit:?}", fiber.who));
                        })?;
                    },
                    |_: TimeoutError| {
                        self.note(&format!("{} is too late", fiber.who));
                        match self.run(fiber, nest.handler).await? {
                            Way::On => raise!(),
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    },
                    finally = {
                        self.note(&format!("{} cleans up in {name}", fiber.who));
                        self.run(fiber, nest.cleanup).await?;
                    }
                )?;
                self.note(&format!("{} leaves {name}", fiber.who));
            })?;
            self.note(&format!("{} ends a round", fiber.who));
        }
        Ok(Way::On)
    }

    async fn nest_stream(
        self: &Rc<Self>,
        fiber: &Fiber,
        items: Items,
        most: usize,
        lock: &impl AsyncContextManager,
        manager: Entered,
        nest: Nest<'_>,
    ) -> Result<Way> {
        let mut rounds = 0;
        async_for!(
            items,
            |item| {
                self.note(&format!("{} nested item {item}", fiber.who));
                rounds += 1;
                if rounds > most {
                    break;
                }
                try_except!(
                    {
                        async_with!(lock, {
                            async_with!(manager, |name| {
                                self.note(&format!("{} nests in {name}", fiber.who));
                                match self.run(fiber, nest.body).await? {
                                    Way::On => {}
                                    Way::Return(value) => return Ok(Way::Return(value)),
                                    Way::Break => break,
                                    Way::Continue => continue,
                                }
                            })?;
                            self.note(&format!("{} holds the lock", fiber.who));
                        })?;
                    },
                    finally = {
                        self.note(&format!("{} cleans up", fiber.who));
                        self.run(fiber, nest.cleanup).await?;
                    }
                )?;
                self.note(&format!("{} ends a round", fiber.who));
            },
            else_ = {
                self.note(&format!("{} else", fiber.who));
            }
        )?;
        Ok(Way::On)
    }

    async fn nest_group(
        self: &Rc<Self>,
        fiber: &Fiber,
        rounds: usize,
        number: usize,
        nest: Nest<'_>,
    ) -> Result<Way> {
        for round in 0..rounds {
            try_except!(
                {
                    task_group!(|group| {
                        self.groups.borrow_mut()[number] = Some(group.clone());
                        try_except!(
                            {
                                self.note(&format!("{} nests in {round}", fiber.who));
                                match self.run(fiber, nest.body).await? {
                                    Way::On => {}
                                    Way::Return(value) => return Ok(Way::Return(value)),
                                    Way::Break => break,
                                    Way::Continue => continue,
                                }
                            },
                            finally = {
                                self.note(&format!("{} cleans up", fiber.who));
                                self.run(fiber, nest.cleanup).await?;
                            }
                        )?;
                        self.note(&format!("{} waits for the group", fiber.who));
                    })?;
                },
                *|error: ValueError| {
                    self.note(&format!("{} caught {error:?}", fiber.who));
                    self.run(fiber, nest.handler).await?;
                },
                *|error: Exception| {
                    self.note(&format!("{} caught as well {error:?}", fiber.who));
                    raise!();
                }
            )?;
            self.note(&format!("{} ends a round", fiber.who));
        }
        Ok(Way::On)
    }
}
