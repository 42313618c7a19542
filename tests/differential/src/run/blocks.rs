//! The steps that are blocks of macros.
//!
//! What leaves a block is done there: by a `return`, `break` or `continue` that the macro sees. So
//! there is a loop around each, of one round: a `continue` begins the second one.

use std::rc::Rc;

use asyncio::{
    AsyncContextManager, Result, TaskGroup, Timeout, aclosing, async_with, task_group, timeout,
    try_except,
};

use super::managers::Entered;
use super::steps::Way;
use super::tries::Tried;
use super::value::with_class;
use super::world::{AnyLock, Fiber, World, with_lock};
use crate::program::{Body, Op};

impl World {
    pub(super) async fn block(self: &Rc<Self>, fiber: &Fiber, op: &Op) -> Result<Way> {
        match op {
            Op::For { rounds, body } => Box::pin(self.do_for(fiber, *rounds, body)).await,
            Op::Try { body, catch, handler, reraise } => {
                self.do_try(fiber, body, *catch, handler, *reraise).await
            }
            Op::Finally { body, cleanup } => Box::pin(self.do_finally(fiber, body, cleanup)).await,
            Op::TryExcept { body, arm, last, otherwise, cleanup } => {
                let tried = Tried { body, otherwise, cleanup };
                with_class!(arm.catch, E => match last {
                    None => Box::pin(self.try_one::<E>(fiber, tried, arm)).await,
                    Some(last) => Box::pin(self.try_two::<E>(fiber, tried, arm, last)).await,
                })
            }
            Op::TryStar { body, arm, last, otherwise, cleanup } => {
                let tried = Tried { body, otherwise, cleanup };
                with_class!(arm.catch, E => {
                    Box::pin(self.try_star::<E>(fiber, tried, arm, last)).await
                })
            }
            Op::Timeout { timeout, fresh: true, delay, at: false, body, .. } => {
                Box::pin(self.in_new_timeout(fiber, *timeout, *delay, body)).await
            }
            Op::Timeout { timeout, fresh, delay, at, body, .. } => {
                let timeout = self.timeout(*timeout, *fresh, *delay, *at);
                Box::pin(self.in_timeout(fiber, &timeout, body)).await
            }
            Op::Group { group, fresh: true, body, .. } => {
                Box::pin(self.in_new_group(fiber, *group, body)).await
            }
            Op::Group { group, body, .. } => {
                let group = self.group(*group, false);
                Box::pin(self.in_group(fiber, &group, body)).await
            }
            Op::Hold { lock: number, body, .. } => with_lock!(&self.locks[*number], lock => {
                Box::pin(self.in_lock(fiber, *number, lock, body)).await
            }),
            Op::With { manager, body } => {
                let manager = self.manager(fiber, manager);
                Box::pin(self.in_manager(fiber, manager, body)).await
            }
            Op::Closing { generator, body } => {
                Box::pin(self.in_closing(fiber, *generator, body)).await
            }
            _ => self.nest(fiber, op).await,
        }
    }

    async fn do_for(self: &Rc<Self>, fiber: &Fiber, rounds: usize, body: &Body) -> Result<Way> {
        for round in 0..rounds {
            self.note(&format!("{} round {round}", fiber.who));
            match self.run(fiber, body).await? {
                Way::On => {}
                Way::Return(value) => return Ok(Way::Return(value)),
                Way::Break => break,
                Way::Continue => continue,
            }
            self.note(&format!("{} did round {round}", fiber.who));
        }
        Ok(Way::On)
    }

    async fn in_manager(
        self: &Rc<Self>,
        fiber: &Fiber,
        manager: Entered,
        body: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            async_with!(manager, |name| {
                self.note(&format!("{} is in {name}", fiber.who));
                match self.run(fiber, body).await? {
                    Way::On => {}
                    Way::Return(value) => return Ok(Way::Return(value)),
                    Way::Break => break,
                    Way::Continue => continue,
                }
            })?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_lock(
        self: &Rc<Self>,
        fiber: &Fiber,
        number: usize,
        lock: &impl AsyncContextManager,
        body: &Body,
    ) -> Result<Way> {
        let who = &fiber.who;
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    async_with!(lock, {
                        self.note(&format!("{who} holds {number}"));
                        match self.run(fiber, body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    })?;
                },
                finally = {
                    self.note(&format!("{who} held {number}: {:?}", self.is_locked(number)));
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_closing(
        self: &Rc<Self>,
        fiber: &Fiber,
        generator: usize,
        body: &Body,
    ) -> Result<Way> {
        let Some(generator) = self.known(fiber.level, generator) else { return Ok(Way::On) };
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            async_with!(aclosing(generator.clone()), {
                match self.run(fiber, body).await? {
                    Way::On => {}
                    Way::Return(value) => return Ok(Way::Return(value)),
                    Way::Break => break,
                    Way::Continue => continue,
                }
            })?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_timeout(
        self: &Rc<Self>,
        fiber: &Fiber,
        limit: &Timeout,
        body: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    async_with!(limit, {
                        match self.run(fiber, body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    })?;
                },
                finally = {
                    self.note(&format!("{} left {limit:?}{}", fiber.who, Self::requests()));
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_new_timeout(
        self: &Rc<Self>,
        fiber: &Fiber,
        number: usize,
        delay: Option<f64>,
        body: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            let mut left = None;
            try_except!(
                {
                    timeout!(delay, |limit| {
                        left = Some(limit.clone());
                        self.timeouts.borrow_mut()[number] = Some(limit.clone());
                        match self.run(fiber, body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    })?;
                },
                finally = {
                    let limit = left.expect("its entry does not fail");
                    self.note(&format!("{} left {limit:?}{}", fiber.who, Self::requests()));
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_group(
        self: &Rc<Self>,
        fiber: &Fiber,
        group: &TaskGroup,
        body: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    async_with!(group, {
                        match self.run(fiber, body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    })?;
                },
                finally = {
                    self.note(&format!("{} left {group:?}{}", fiber.who, Self::requests()));
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    async fn in_new_group(
        self: &Rc<Self>,
        fiber: &Fiber,
        number: usize,
        body: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            let mut left = None;
            try_except!(
                {
                    task_group!(|group| {
                        left = Some(group.clone());
                        self.groups.borrow_mut()[number] = Some(group.clone());
                        match self.run(fiber, body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    })?;
                },
                finally = {
                    let group = left.expect("its entry does not fail");
                    self.note(&format!("{} left {group:?}{}", fiber.who, Self::requests()));
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }
}
