//! The steps that are a `try_except!`; in each, the jumps are real ones, as in `blocks.rs`.

use std::error::Error as StdError;
use std::rc::Rc;

use asyncio::{
    BaseException, BaseExceptionGroup, CancelledError, Error, Exception, GeneratorExit,
    KeyboardInterrupt, Result, RuntimeError, StopAsyncIteration, SystemExit, TimeoutError,
    ValueError, raise, try_except,
};

use super::steps::Way;
use super::value::error as error_of;
use super::world::{Fiber, World};
use crate::program::{Arm, Body, Class, Raise};

/// What of a `try` is run when no error is caught.
pub(super) struct Tried<'a> {
    pub(super) body: &'a Body,
    pub(super) otherwise: &'a Body,
    pub(super) cleanup: &'a Body,
}

/// An arm by its type gets that type, or `Error` if it has derived ones.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for Error {
    fn shown(&self) -> String {
        format!("{self:?}")
    }
}

impl Shown for BaseExceptionGroup {
    fn shown(&self) -> String {
        format!("{self:?}")
    }
}

/// Writes those whose text is the one argument.
macro_rules! shown {
    ($($class:ident),*) => {$(
        impl Shown for $class {
            fn shown(&self) -> String {
                let text = self.to_string();
                let name = stringify!($class);
                if text.is_empty() { format!("{name}()") } else { format!("{name}('{text}')") }
            }
        }
    )*};
}

shown!(CancelledError, GeneratorExit, KeyboardInterrupt, StopAsyncIteration, ValueError);

impl Shown for SystemExit {
    fn shown(&self) -> String {
        format!("SystemExit({self})")
    }
}

/// A `try` with one arm that names a class.
macro_rules! try_class {
    ($class:ident, $world:ident, $fiber:ident, $body:ident, $handler:ident, $reraise:ident) => {{
        let who = &$fiber.who;
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    match $world.run($fiber, $body).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                |error: $class| {
                    $world.note(&format!("{who} caught {}", error.shown()));
                    match $world.run($fiber, $handler).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                    if $reraise {
                        raise!();
                    }
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }};
}

/// A `try` with all that it may have.
macro_rules! try_arms {
    ($world:ident, $fiber:ident, $tried:ident, $($class:ident => $arm:ident),+) => {{
        let who = &$fiber.who;
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    match $world.run($fiber, $tried.body).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                $(|error: ($class,)| {
                    $world.note(&format!("{who} caught {error:?}"));
                    match $world.run($fiber, &$arm.handler).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                    match &$arm.raises {
                        None => {}
                        Some(Raise::Again) => raise!(),
                        Some(Raise::New { error }) => raise!(error_of(error)),
                        Some(Raise::From { error: new }) => raise!(error_of(new), from = error),
                        Some(Raise::FromNone { error }) => raise!(error_of(error), from = None),
                    }
                },)+
                else_ = {
                    $world.note(&format!("{who} else"));
                    match $world.run($fiber, $tried.otherwise).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                finally = {
                    $world.note(&format!("{who} cleans up"));
                    $world.run($fiber, $tried.cleanup).await?;
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }};
}

/// Boxes a `try` for a class, by its name.
macro_rules! by_name {
    ($catch:ident, $arguments:tt; $($class:ident: $type:ident),*) => {
        match $catch {
            $(Class::$class => by_name!(@ $type $arguments),)*
        }
    };
    (@ $type:ident ($($argument:ident),*)) => {
        Box::pin(async move { try_class!($type, $($argument),*) }).await
    };
}

impl World {
    pub(super) async fn do_try(
        self: &Rc<Self>,
        fiber: &Fiber,
        body: &Body,
        catch: Class,
        handler: &Body,
        reraise: bool,
    ) -> Result<Way> {
        by_name!(
            catch, (self, fiber, body, handler, reraise);
            BaseException: BaseException, Exception: Exception, CancelledError: CancelledError,
            ExceptionGroup: BaseExceptionGroup, GeneratorExit: GeneratorExit,
            KeyboardInterrupt: KeyboardInterrupt, RuntimeError: RuntimeError,
            StopAsyncIteration: StopAsyncIteration, SystemExit: SystemExit,
            TimeoutError: TimeoutError, ValueError: ValueError
        )
    }

    pub(super) async fn do_finally(
        self: &Rc<Self>,
        fiber: &Fiber,
        body: &Body,
        cleanup: &Body,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    match self.run(fiber, body).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                finally = {
                    self.note(&format!("{} cleans up", fiber.who));
                    // `finally` is not left by a jump.
                    self.run(fiber, cleanup).await?;
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    pub(super) async fn try_one<E: StdError + 'static>(
        self: &Rc<Self>,
        fiber: &Fiber,
        tried: Tried<'_>,
        arm: &Arm,
    ) -> Result<Way> {
        try_arms!(self, fiber, tried, E => arm)
    }

    pub(super) async fn try_two<E: StdError + 'static>(
        self: &Rc<Self>,
        fiber: &Fiber,
        tried: Tried<'_>,
        arm: &Arm,
        last: &Arm,
    ) -> Result<Way> {
        try_arms!(self, fiber, tried, E => arm, Exception => last)
    }

    pub(super) async fn try_star<E: StdError + 'static>(
        self: &Rc<Self>,
        fiber: &Fiber,
        tried: Tried<'_>,
        arm: &Arm,
        last: &Arm,
    ) -> Result<Way> {
        for again in [false, true] {
            if again {
                return Ok(Way::Continue);
            }
            try_except!(
                {
                    match self.run(fiber, tried.body).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                *|error: (E,)| {
                    // An arm with a star is not left by a jump.
                    self.handle_star(fiber, error, arm).await?;
                    if arm.raises == Some(Raise::Again) {
                        raise!();
                    }
                },
                *|error: (Exception,)| {
                    self.handle_star(fiber, error, last).await?;
                    if last.raises == Some(Raise::Again) {
                        raise!();
                    }
                },
                else_ = {
                    self.note(&format!("{} else", fiber.who));
                    match self.run(fiber, tried.otherwise).await? {
                        Way::On => {}
                        Way::Return(value) => return Ok(Way::Return(value)),
                        Way::Break => break,
                        Way::Continue => continue,
                    }
                },
                finally = {
                    self.note(&format!("{} cleans up", fiber.who));
                    self.run(fiber, tried.cleanup).await?;
                }
            )?;
            return Ok(Way::On);
        }
        Ok(Way::Break)
    }

    /// What an arm with a star does before it raises its exceptions again, if it does.
    async fn handle_star(self: &Rc<Self>, fiber: &Fiber, error: &Error, arm: &Arm) -> Result<()> {
        self.note(&format!("{} caught {error:?}", fiber.who));
        let left = self.run(fiber, &arm.handler).await?;
        match &arm.raises {
            None | Some(Raise::Again) => Ok(()),
            Some(_) if !matches!(left, Way::On) => Ok(()),
            Some(Raise::New { error }) => raise!(error_of(error)),
            Some(Raise::From { error: new }) => raise!(error_of(new), from = error),
            Some(Raise::FromNone { error }) => raise!(error_of(error), from = None),
        }
    }
}
