//! Values that belong to a task and what it calls, without being handed on.
//!
//! The Python it mirrors is `context_vars.py`, beside this file. Run it with `cargo run --example context_vars`; it prints
//!
//! ```text
//! [nobody] seen by main()
//! [ada] seen by what a task awaits
//! [brian] seen by what a task awaits
//! [ada] seen by its callbacks
//! [brian] seen by its callbacks
//! [nobody] what tasks set, others do not see
//! [root] seen on another thread
//! [root] seen by what a task awaits
//! [nobody] seen by main() again
//! [guest] seen by what a task awaits
//! In the context: guest, outside of it: nobody
//! ```

use asyncio::{
    ContextVar, Result, TaskOptions, copy_context, create_task, create_task_with, gather,
    get_running_loop, sleep, to_thread,
};

static USER: ContextVar<&str> = ContextVar::with_default("user", "nobody");

fn log(text: &str) -> Result<()> {
    println!("[{}] {text}", USER.get()?);
    Ok(())
}

async fn inner() -> Result<()> {
    sleep(0).await?;
    log("seen by what a task awaits")
}

async fn handle(name: &'static str) -> Result<()> {
    USER.set(name);
    inner().await?;
    get_running_loop().call_soon(|| log("seen by its callbacks"));
    sleep(0).await
}

#[asyncio::main]
async fn main() -> Result<()> {
    log("seen by main()")?;
    gather!(handle("ada"), handle("brian")).await?;
    log("what tasks set, others do not see")?;

    // A token takes back one `set`.
    let token = USER.set("root");
    to_thread(|| log("seen on another thread")).await?;
    let child = create_task(inner()); // it has a copy, made here
    USER.reset(&token)?;
    child.await?;
    log("seen by main() again")?;

    let context = copy_context();
    context.run(|| USER.set("guest"))?;
    create_task_with(inner(), TaskOptions::new().context(&context)).await?;
    let inside = context.get(&USER).expect("it is set there");
    println!("In the context: {inside}, outside of it: {}", USER.get()?);
    Ok(())
}
