//! Generators, and what is asked of them.

use std::cell::Cell;
use std::error::Error as StdError;
use std::rc::Rc;
use std::slice;
use std::sync::Arc;

use asyncio::{
    AsyncGenerator, CancelledError, GeneratorExit, Result, StopAsyncIteration, async_for,
    async_with, raise, try_except, yield_,
};

use super::made::EVERYTHING;
use super::steps::Way;
use super::value::{Value, error as error_of, with_class};
use super::world::{Fiber, World};
use crate::program::{Give, Op, Request, Say, Spec};

pub(super) type Agen = AsyncGenerator<i64, Option<i64>>;

/// A generator, and its number.
pub(super) struct Known {
    agen: Agen,
    level: u32,
}

/// The generator of a specification.
#[asyncio::generator]
async fn generate<E: StdError + 'static>(
    body: Generating,
    spec: Arc<Spec>,
) -> AsyncGenerator<i64, Option<i64>> {
    body.note("starts");
    try_except!(
        {
            for give in &spec.body {
                match give {
                    Give::Yield { value } => {
                        if body.may_yield() {
                            body.sent(yield_!(*value))?;
                        }
                    }
                    Give::YieldWith { manager, values, body: steps } => {
                        async_with!(body.world.manager(&body.fiber, manager), {
                            for value in 0..*values {
                                match body.world.run(&body.fiber, steps).await? {
                                    Way::On => {}
                                    Way::Return(_) => return,
                                    Way::Break => break,
                                    Way::Continue => continue,
                                }
                                if body.may_yield() {
                                    body.sent(yield_!(value as i64))?;
                                }
                            }
                        })?;
                    }
                    Give::YieldFrom { source, most } => {
                        let mut rounds = 0;
                        async_for!(body.world.stream(&body.fiber, source), |item| {
                            if body.may_yield() {
                                body.sent(yield_!(item + 10))?;
                            }
                            rounds += 1;
                            if rounds >= *most {
                                break;
                            }
                        })?;
                    }
                    Give::Op(op) => match body.step(op).await? {
                        Way::On => {}
                        Way::Return(_) => return,
                        Way::Break => break,
                        Way::Continue => continue,
                    },
                }
            }
        },
        |error: (E,)| {
            body.note(&format!("caught {error:?}"));
            for say in &spec.handler {
                match say {
                    Say::Yield { value } => {
                        if body.may_yield() {
                            body.sent(yield_!(*value))?;
                        }
                    }
                    Say::Op(op) => drop(body.step(op).await?),
                }
            }
            if spec.reraise {
                raise!();
            }
        },
        finally = {
            body.note("cleans up");
            for say in &spec.cleanup {
                match say {
                    Say::Yield { value } => {
                        if body.may_yield() {
                            body.sent(yield_!(*value))?;
                        }
                    }
                    Say::Op(op) => drop(body.step(op).await?),
                }
            }
        }
    )?;
    body.note("ends");
}

/// The body of a generator, while it is run.
struct Generating {
    world: Rc<World>,
    fiber: Fiber,
    kept: bool,
    /// Whether it was told to end.
    closing: Cell<bool>,
}

impl Generating {
    fn note(&self, text: &str) {
        self.world.note(&format!("{} {text}", self.fiber.who));
    }

    /// Whether it may give a value: that of one which refuses to be closed and is dropped
    /// then, CPython raises GeneratorExit in on the spot.
    fn may_yield(&self) -> bool {
        let may_yield = self.kept || !self.closing.get();
        if !may_yield {
            self.note("yields no more");
        }
        may_yield
    }

    /// Notes what came back for a value.
    fn sent(&self, sent: Result<Option<i64>>) -> Result<()> {
        match sent {
            Ok(value) => {
                self.note(&format!("was sent {:?}", Value::from(value)));
                Ok(())
            }
            Err(error) => {
                self.note(&format!("was thrown {error:?}"));
                // A task that was to close it, and was cancelled before that, throws its
                // cancellation.
                let is_end = error.is::<GeneratorExit>() || error.is::<CancelledError>();
                self.closing.set(self.closing.get() || is_end);
                Err(error)
            }
        }
    }

    async fn step(&self, op: &Op) -> Result<Way> {
        self.world.run(&self.fiber, slice::from_ref(op)).await
    }
}

impl World {
    /// Makes a generator, which has a number.
    pub(super) fn generator(self: &Rc<Self>, spec: &Arc<Spec>) -> Known {
        let level = self.next_level();
        let fiber = Fiber { who: format!("g{level}"), level };
        let (world, kept, closing) = (Rc::clone(self), spec.kept, Cell::new(false));
        let body = Generating { world, fiber, kept, closing };
        let agen = with_class!(spec.catch, E => generate::<E>(body, Arc::clone(spec)));
        if kept {
            self.kept.borrow_mut().push(agen.clone());
        }
        Known { agen, level: if spec.simple { EVERYTHING } else { level } }
    }

    pub(super) fn make_generator(self: &Rc<Self>, generator: usize, spec: &Arc<Spec>) {
        let known = self.generator(spec);
        let before = self.generators.borrow_mut()[generator].replace(known);
        drop(before);
    }

    pub(super) fn drop_generator(&self, fiber: &Fiber, generator: usize) {
        self.note(&format!("{} drops {generator}", fiber.who));
        let before = self.generators.borrow_mut()[generator].take();
        drop(before);
    }

    /// A generator that cannot wait for a coroutine of this level.
    pub(super) fn known(&self, level: u32, generator: usize) -> Option<Agen> {
        let generators = self.generators.borrow();
        let known = generators[generator].as_ref().filter(|known| known.level > level);
        known.map(|known| known.agen.clone())
    }

    /// Asks a generator for something; that it is over is no failure, nor is GeneratorExit, by
    /// which an await closes coroutines in Python.
    pub(super) fn request(
        self: &Rc<Self>,
        level: u32,
        generator: usize,
        request: Request,
    ) -> impl Future<Output = Result<Value>> + use<> {
        let world = Rc::clone(self);
        async move {
            // Nothing but the request holds the generator meanwhile, as in Python.
            let Some(agen) = world.known(level, generator) else { return Ok(Value::None) };
            let outcome = match request {
                Request::Anext => {
                    let asked = agen.anext();
                    drop(agen);
                    asked.await.map(Value::from)
                }
                Request::Asend { value } => {
                    let asked = agen.asend(Some(value));
                    drop(agen);
                    asked.await.map(Value::from)
                }
                Request::Athrow { error } => {
                    let asked = agen.athrow(error_of(&error));
                    drop(agen);
                    asked.await.map(Value::from)
                }
                Request::Aclose => {
                    let asked = agen.aclose();
                    drop(agen);
                    asked.await.map(Value::from)
                }
            };
            match outcome {
                Err(error) if error.is::<StopAsyncIteration>() => {
                    Ok(Value::Text("over by StopAsyncIteration".to_owned()))
                }
                Err(error) if error.is::<GeneratorExit>() => {
                    Ok(Value::Text("over by GeneratorExit".to_owned()))
                }
                outcome => outcome,
            }
        }
    }
}

impl Known {
    pub(super) fn into_agen(self) -> Agen {
        self.agen
    }
}
