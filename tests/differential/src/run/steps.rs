//! The steps of coroutines.

use std::cell::RefCell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    ALL_COMPLETED, AnyFuture, AsCompleted, Exception, FIRST_COMPLETED, FIRST_EXCEPTION, Result,
    TaskGroup, Timeout, WaitOptions,
};

use super::made::{Children, Handle};
use super::value::Value;
use super::world::{AnyLock, Fiber, World, caught, with_lock};
use crate::program::{Awaited, Op, When};

/// How steps end that do not fail.
pub(super) enum Way {
    /// With the last one.
    On,
    Return(Value),
    Break,
    Continue,
}

impl World {
    /// Runs the steps of a body, which may be in itself again.
    pub(super) fn run<'a>(
        self: &'a Rc<Self>,
        fiber: &'a Fiber,
        body: &'a [Op],
    ) -> Pin<Box<dyn StdFuture<Output = Result<Way>> + 'a>> {
        Box::pin(async move {
            for op in body {
                match self.step(fiber, op).await? {
                    Way::On => {}
                    left => return Ok(left),
                }
            }
            Ok(Way::On)
        })
    }

    pub(super) async fn step(self: &Rc<Self>, fiber: &Fiber, op: &Op) -> Result<Way> {
        match op {
            Op::Act(act) => self.act(fiber, act).map(|()| Way::On),
            Op::Await { what } => self.do_await(fiber, what).await.map(|()| Way::On),
            Op::Return { value } => Ok(Way::Return(Value::Int(*value))),
            Op::Break => Ok(Way::Break),
            Op::Continue => Ok(Way::Continue),
            Op::Timeout { timeout, fresh, delay, at, body, block: false } => {
                let timeout = self.timeout(*timeout, *fresh, *delay, *at);
                self.do_timeout(fiber, &timeout, body).await
            }
            Op::Group { group, fresh, body, block: false } => {
                let group = self.group(*group, *fresh);
                self.do_group(fiber, &group, body).await
            }
            Op::Hold { lock, body, block: false } => self.do_hold(fiber, *lock, body).await,
            Op::AsCompleted { children, timeout, stream, take } => {
                let steps = self.do_as_completed(fiber, children, *timeout, *stream, *take);
                steps.await.map(|()| Way::On)
            }
            Op::Wait { slots, timeout, when } => {
                self.do_wait(fiber, slots, *timeout, *when).await.map(|()| Way::On)
            }
            // Boxed, as they are large.
            _ => self.block(fiber, op).await,
        }
    }

    async fn do_await(self: &Rc<Self>, fiber: &Fiber, what: &Awaited) -> Result<()> {
        let made = caught(|| self.make(fiber, what))?;
        let label = format!("{} await {}", fiber.who, what.name());
        let outcome = made.wait().await;
        self.outcome(&label, outcome.clone());
        outcome.map(drop)
    }

    pub(super) fn timeout(
        &self,
        number: usize,
        fresh: bool,
        delay: Option<f64>,
        at: bool,
    ) -> Timeout {
        let before = self.timeouts.borrow()[number].clone().filter(|_| !fresh);
        let timeout = before.unwrap_or_else(|| match at {
            true => asyncio::timeout_at(delay.map(|delay| self.loop_.time() + delay)),
            false => asyncio::timeout(delay),
        });
        self.timeouts.borrow_mut()[number] = Some(timeout.clone());
        timeout
    }

    async fn do_timeout(
        self: &Rc<Self>,
        fiber: &Fiber,
        timeout: &Timeout,
        body: &[Op],
    ) -> Result<Way> {
        let outcome = timeout.run(async |_| self.run(fiber, body).await).await;
        self.note(&format!("{} left {timeout:?}{}", fiber.who, Self::requests()));
        outcome
    }

    pub(super) fn group(&self, number: usize, fresh: bool) -> TaskGroup {
        let before = self.groups.borrow()[number].clone().filter(|_| !fresh);
        let group = before.unwrap_or_default();
        self.groups.borrow_mut()[number] = Some(group.clone());
        group
    }

    async fn do_group(
        self: &Rc<Self>,
        fiber: &Fiber,
        group: &TaskGroup,
        body: &[Op],
    ) -> Result<Way> {
        let left = RefCell::new(Way::On);
        let block = group.run(async |_| {
            left.replace(self.run(fiber, body).await?);
            asyncio::Ok(())
        });
        let outcome = block.await;
        self.note(&format!("{} left {group:?}{}", fiber.who, Self::requests()));
        outcome.map(|()| left.into_inner())
    }

    async fn do_hold(self: &Rc<Self>, fiber: &Fiber, number: usize, body: &[Op]) -> Result<Way> {
        let who = &fiber.who;
        let outcome = with_lock!(&self.locks[number], lock => {
            let block = async |()| {
                self.note(&format!("{who} holds {number}"));
                self.run(fiber, body).await
            };
            asyncio::async_with(lock, block).await
        });
        self.note(&format!("{who} held {number}: {:?}", self.is_locked(number)));
        outcome
    }

    pub(super) fn is_locked(&self, number: usize) -> Value {
        Value::from(with_lock!(&self.locks[number], lock => lock.locked()))
    }

    async fn do_as_completed(
        self: &Rc<Self>,
        fiber: &Fiber,
        children: &[Awaited],
        timeout: Option<f64>,
        stream: bool,
        take: usize,
    ) -> Result<()> {
        let children = caught(|| self.children(fiber, children))?;
        let mut futures = Vec::new();
        let completed = caught(|| match children {
            Children::Coroutines(list) => asyncio::as_completed_with(list, timeout),
            Children::Futures(list) => {
                futures.extend(list.iter().map(asyncio::Future::any));
                asyncio::as_completed_with(&list, timeout)
            }
        })?;
        match stream {
            true => self.take_stream(fiber, take, &futures, completed).await,
            false => self.take_steps(fiber, take, completed).await,
        }
    }

    async fn take_stream(
        &self,
        fiber: &Fiber,
        take: usize,
        children: &[AnyFuture],
        mut completed: AsCompleted<Value>,
    ) -> Result<()> {
        let who = &fiber.who;
        for _ in 0..take {
            match completed.anext().await {
                None => {
                    self.note(&format!("{who} has all"));
                    return Ok(());
                }
                Some(Ok(future)) => {
                    let place = children.iter().position(|child| *child == future.any());
                    let state = Handle::One(future).state();
                    self.note(&format!("{who} has {:?}: {state}", Value::from(place)));
                }
                Some(Err(error)) if error.is::<Exception>() => {
                    self.note(&format!("{who} has none: {error:?}"));
                }
                Some(Err(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn take_steps(
        &self,
        fiber: &Fiber,
        take: usize,
        completed: AsCompleted<Value>,
    ) -> Result<()> {
        for (number, step) in completed.enumerate() {
            if number == take {
                break;
            }
            let outcome = step.await;
            if let Err(error) = &outcome
                && !error.is::<Exception>()
            {
                return Err(error.clone());
            }
            self.outcome(&format!("{} step", fiber.who), outcome);
        }
        Ok(())
    }

    async fn do_wait(
        &self,
        fiber: &Fiber,
        slots: &[usize],
        timeout: Option<f64>,
        when: When,
    ) -> Result<()> {
        let slots = slots.iter().filter_map(|slot| self.slot_for(fiber, *slot));
        let futures: Vec<AnyFuture> = slots.map(|slot| slot.handle.any()).collect();
        let when = match when {
            When::AllCompleted => ALL_COMPLETED,
            When::FirstCompleted => FIRST_COMPLETED,
            When::FirstException => FIRST_EXCEPTION,
        };
        let options = WaitOptions::new().timeout(timeout).return_when(when);
        let place = |future: &AnyFuture| futures.iter().position(|one| one == future);
        let places = |part: &[AnyFuture]| part.iter().map(place).collect::<Vec<_>>();
        let outcome = asyncio::wait_with(&futures, options).await;
        let outcome =
            outcome.map(|(done, pending)| Value::from(vec![places(&done), places(&pending)]));
        self.outcome(&format!("{} wait", fiber.who), outcome.clone());
        outcome.map(drop)
    }
}
