//! What `async for` goes through.

use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio::{Result, StopAsyncIteration, aclosing, async_for, async_with};
use futures_core::Stream;

use super::generators::Agen;
use super::steps::Way;
use super::value::error as error_of;
use super::world::{Fiber, World};
use crate::program::{Body, Failure, Source};

pub(super) type Items = Pin<Box<dyn Stream<Item = Result<i64>>>>;

/// What a loop does: with each item, and when there is none any more.
pub(super) struct Looped<'a> {
    pub(super) most: usize,
    pub(super) body: &'a Body,
    pub(super) otherwise: &'a Body,
}

impl World {
    pub(super) fn stream(self: &Rc<Self>, fiber: &Fiber, source: &Source) -> Items {
        match source {
            Source::Generator { .. } | Source::Fresh { .. } => match self.agen(fiber, source) {
                Some(agen) => Box::pin(agen),
                None => Box::pin(Own::new(self, fiber, 0, &Body::default(), None)),
            },
            Source::Stream { items, body, error } => {
                Box::pin(Own::new(self, fiber, *items, body, error.clone()))
            }
            Source::Queue { queue } => Box::pin(self.queues[*queue].stream()),
        }
    }

    /// The generator, if the source is one.
    fn agen(self: &Rc<Self>, fiber: &Fiber, source: &Source) -> Option<Agen> {
        match source {
            Source::Generator { generator } => self.known(fiber.level, *generator),
            Source::Fresh { spec } => Some(self.generator(spec).into_agen()),
            Source::Stream { .. } | Source::Queue { .. } => None,
        }
    }

    pub(super) async fn do_async_for(
        self: &Rc<Self>,
        fiber: &Fiber,
        source: &Source,
        looped: Looped<'_>,
    ) -> Result<Way> {
        let mut rounds = 0;
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            async_for!(
                self.stream(fiber, source),
                |item| {
                    self.note(&format!("{} item {item}", fiber.who));
                    rounds += 1;
                    if rounds > looped.most {
                        break;
                    }
                    match self.run(fiber, looped.body).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                else_ = {
                    self.note(&format!("{} else", fiber.who));
                    match self.run(fiber, looped.otherwise).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
            )?;
            self.note(&format!("{} left the loop", fiber.who));
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    /// The same inside of `aclosing`, if it is a generator.
    pub(super) async fn do_closing_for(
        self: &Rc<Self>,
        fiber: &Fiber,
        source: &Source,
        looped: Looped<'_>,
    ) -> Result<Way> {
        let mut rounds = 0;
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            let Some(agen) = self.agen(fiber, source) else { return Ok(Way::On) };
            async_with!(aclosing(agen), |agen| {
                async_for!(
                    agen,
                    |item| {
                        self.note(&format!("{} item {item}", fiber.who));
                        rounds += 1;
                        if rounds > looped.most {
                            break;
                        }
                        match self.run(fiber, looped.body).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    },
                    else_ = {
                        self.note(&format!("{} else", fiber.who));
                        match self.run(fiber, looped.otherwise).await? {
                            Way::On => {}
                            Way::Return(value) => return Ok(Way::Return(value)),
                            Way::Break => break,
                            Way::Continue => continue,
                        }
                    },
                )?;
                self.note(&format!("{} left the loop", fiber.who));
            })?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }
}

/// A stream of the program's own.
struct Own {
    world: Rc<World>,
    fiber: Fiber,
    given: usize,
    items: usize,
    body: Body,
    error: Option<Failure>,
    next: Option<Pin<Box<dyn StdFuture<Output = Result<()>>>>>,
}

impl Own {
    fn new(
        world: &Rc<World>,
        fiber: &Fiber,
        items: usize,
        body: &Body,
        error: Option<Failure>,
    ) -> Self {
        let (world, fiber, body) = (Rc::clone(world), fiber.clone(), Body::clone(body));
        Self { world, fiber, given: 0, items, body, error, next: None }
    }

    /// What it does for each item.
    fn begin(&self) -> Pin<Box<dyn StdFuture<Output = Result<()>>>> {
        let (world, fiber, body) = (Rc::clone(&self.world), self.fiber.clone(), self.body.clone());
        world.note(&format!("{} is asked for {}", fiber.who, self.given));
        Box::pin(async move { world.run(&fiber, &body).await.map(drop) })
    }
}

impl Stream for Own {
    type Item = Result<i64>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<i64>>> {
        let mut next = self.next.take().unwrap_or_else(|| self.begin());
        let Poll::Ready(outcome) = next.as_mut().poll(cx) else {
            self.next = Some(next);
            return Poll::Pending;
        };
        self.given += 1;
        let item = self.given - 1;
        Poll::Ready(match outcome {
            // What ends the loop in Python, whoever raises it.
            Err(error) if error.is::<StopAsyncIteration>() => None,
            Err(error) => Some(Err(error)),
            Ok(()) if item < self.items => Some(Ok(item as i64)),
            Ok(()) => self.error.as_ref().map(|error| Err(error_of(error))),
        })
    }
}
