//! Indexing becomes `get`, an `Option`. A function that takes `context=` has a second form, as
//! `call_soon_with`; a macro takes it as Python does.

use asyncio::{
    ContextVar, Result, copy_context, create_task, get_running_loop,
    sleep,
};

static LEVEL: ContextVar<u32> = ContextVar::with_default("level", 0);

fn deeper() -> Result<()> {
    LEVEL.set(LEVEL.get()? + 1);
    Ok(())
}

async fn work() -> Result<u32> {
    deeper()?;
    LEVEL.get()
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let context = copy_context();
    let level = || context.get(&LEVEL).unwrap_or_default();
    context.run(deeper)??;
    let task = create_task!(work(), context = &context);
    println!("in the task: {}", task.await?);
    println!("in its context: {}", level());
    let loop_ = get_running_loop();
    loop_.call_soon_with(deeper, &context);
    sleep(0).await?;
    println!("one more: {}", level());
    println!("here: {}", LEVEL.get()?);
    Ok(())
}
