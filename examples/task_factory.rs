//! A factory makes all tasks of a loop; the eager one starts them at once.
//!
//! The Python it mirrors is `task_factory.py`, beside this file. Run it with `cargo run --example task_factory`; it prints
//!
//! ```text
//! A task is made of greet()
//! Ada is created
//! Hello, Ada!
//! Goodbye, Ada!
//! Hello, Brian!
//! Brian is created
//! Goodbye, Brian!
//! A task is made of greet()
//! Hello, Claude!
//! Claude is created
//! Goodbye, Claude!
//! Donald is created
//! Hello, Donald!
//! Goodbye, Donald!
//! Hello, Edsger!
//! Edsger is created
//! Goodbye, Edsger!
//! ```

use asyncio::{
    AnyTask, Coroutine, EventLoop, Result, TaskOptions, create_eager_task_factory,
    create_task_with, eager_task_factory, get_running_loop, sleep,
};

fn announcing_factory(loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
    println!("A task is made of {}()", coroutine.name());
    AnyTask::new(loop_, coroutine, options)
}

async fn greet(name: &str) -> Result<()> {
    println!("Hello, {name}!");
    sleep(0).await?;
    println!("Goodbye, {name}!");
    Ok(())
}

async fn create(name: &'static str, options: TaskOptions) -> Result<()> {
    let task = create_task_with(greet(name), options);
    println!("{name} is created");
    task.await
}

#[asyncio::main]
async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    assert!(loop_.get_task_factory().is_none());

    loop_.set_task_factory(announcing_factory);
    create("Ada", TaskOptions::new()).await?;

    // What ends without waiting for anything never needs the loop.
    loop_.set_task_factory(eager_task_factory);
    create("Brian", TaskOptions::new()).await?;

    loop_.set_task_factory(create_eager_task_factory(announcing_factory));
    create("Claude", TaskOptions::new()).await?;

    // Without a factory, each task as it is wanted.
    loop_.clear_task_factory();
    create("Donald", TaskOptions::new()).await?;
    create("Edsger", TaskOptions::new().eager_start(true)).await
}
