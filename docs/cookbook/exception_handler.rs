//! The handler gets an `ExceptionContext`: Python's dictionary with fields, of which those that are
//! missing are `None`. Its `message` is Python's, without file and line.

use asyncio::{
    EventLoop, ExceptionContext, KeyError, Result, RuntimeError,
    ValueError, create_task, get_running_loop, raise, sleep,
};

fn handle(_loop: &EventLoop, context: &ExceptionContext) {
    if let Some(exception) = &context.exception {
        println!("nobody saw {exception:?}");
    }
}

fn fail() -> Result<()> {
    raise!(ValueError("in a callback"))
}

async fn forgotten() -> Result<()> {
    raise!(RuntimeError("in a task"))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    loop_.set_exception_handler(handle);
    loop_.call_soon(fail);
    let task = create_task(forgotten());
    sleep(0.001).await?;
    drop(task);
    let mut context = ExceptionContext::new("by hand");
    context.exception = Some(KeyError("x"));
    loop_.call_exception_handler(context)
}
