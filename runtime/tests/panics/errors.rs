//! Errors whose own methods panic, when they become exceptions and when they are logged.

use std::error::Error as StdError;
use std::fmt;

use asyncio::{Result, Task};

use crate::scene::{Scene, error_of};

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Display,
    Debug,
    Source,
    Convert,
}

/// An error with one method that panics.
struct Faulty(Fault);

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != Fault::Display, "boom");
        f.write_str("faulty")
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != Fault::Debug, "boom");
        f.write_str("Faulty")
    }
}

impl StdError for Faulty {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        assert!(self.0 != Fault::Source, "boom");
        None
    }
}

/// Something that becomes an error, or panics.
struct Unconverted(Fault);

impl From<Unconverted> for Box<dyn StdError + Send + Sync> {
    fn from(unconverted: Unconverted) -> Self {
        assert!(unconverted.0 != Fault::Convert, "boom");
        Box::new(Faulty(unconverted.0))
    }
}

async fn failing(fault: Fault) -> Result<(), Unconverted> {
    Err(Unconverted(fault))
}

#[test]
fn a_task_whose_error_cannot_be_converted_has_the_panic_as_its_exception() {
    for fault in [Fault::Source, Fault::Convert] {
        let scene = Scene::new();
        let guard = scene.alive.guard();
        let task: Task<()> = scene.loop_.create_task(async move {
            let _guard = guard;
            failing(fault).await
        });
        scene.run_briefly();
        assert!(task.done());
        assert_eq!(error_of(task.take_result()), "PanicError('boom')");
        drop(task);
        scene.goes_on();
    }
}

#[test]
fn so_has_who_awaits_it_in_place() {
    for fault in [Fault::Source, Fault::Convert] {
        let scene = Scene::new();
        let outcome = scene.loop_.run_until_complete(async move {
            asyncio::wait_for(failing(fault), 5).await?;
            asyncio::Ok(())
        });
        assert_eq!(error_of(outcome), "PanicError('boom')");
        scene.goes_on();
    }
}

#[test]
fn a_callback_whose_error_cannot_be_converted_is_reported() {
    for fault in [Fault::Source, Fault::Convert] {
        let scene = Scene::new();
        scene.loop_.call_soon(move || Err::<(), _>(Unconverted(fault)));
        scene.run_briefly();
        scene.expect([
            "Exception in callback a_callback_whose_error_cannot_be_converted_is_reported::\
             {{closure}}(): PanicError('boom') [handle]",
        ]);
        scene.goes_on();
    }
}

/// As Python's `traceback` has it when `__str__` raises.
#[test]
fn an_error_whose_text_panics_is_logged_without() {
    let scene = Scene::with_default_handler();
    drop(scene.loop_.create_task(failing(Fault::Display)));
    scene.run_briefly();
    scene.expect(["log: Task exception was never retrieved\n\
                   future: <Task finished name='Task-1' coro=<failing() done> exception=Faulty>\n\
                   panics::errors::Unconverted: <exception str() failed>"]);
    scene.loop_.call_soon(|| Err::<(), _>(Unconverted(Fault::Display)));
    scene.run_briefly();
    let name = "an_error_whose_text_panics_is_logged_without::{{closure}}()";
    scene.expect([&format!(
        "log: Exception in callback {name}\nhandle: <Handle {name}>\n\
         panics::errors::Unconverted: <exception str() failed>"
    )]);
    scene.goes_on();
}

#[test]
fn an_error_whose_repr_panics_is_the_default_handlers_failure() {
    let scene = Scene::with_default_handler();
    drop(scene.loop_.create_task(failing(Fault::Debug)));
    scene.run_briefly();
    scene.expect(["log: Exception in default exception handler\n\
                   asyncio.exceptions.PanicError: boom"]);
    scene.goes_on();
}
