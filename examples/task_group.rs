//! Tasks that end together: when one fails, or one is enough, the others are cancelled.
//!
//! The Python it mirrors is `task_group.py`, beside this file. Run it with `cargo run --example task_group`; it prints
//!
//! ```text
//! 2 4
//! The third task is cancelled
//! The block itself is cancelled
//! Wrong values: Oops!
//! Wrong types: ExceptionGroup('unhandled errors in a TaskGroup', [TypeError('No!')])
//! The fastest took 0.1
//! <TaskGroup entered>
//! RuntimeError: TaskGroup <TaskGroup entered> is finished
//! ```

use std::{cell::Cell, rc::Rc};

use asyncio::{
    CancelledError, Error, Result, RuntimeError, TaskGroup, TypeError, ValueError, sleep,
};

async fn double(number: u32) -> Result<u32> {
    sleep(0.1).await?;
    Ok(2 * number)
}

async fn fail(error: Error) -> Result<()> {
    Err(error)
}

async fn wait_long(name: &str) -> Result<()> {
    match sleep(3600).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("{name} is cancelled");
            Err(error)
        }
        outcome => outcome,
    }
}

async fn both() -> Result<()> {
    let mut tasks = None;
    TaskGroup::new()
        .run(async |group| {
            tasks = Some((group.create_task(double(1))?, group.create_task(double(2))?));
            asyncio::Ok(())
        })
        .await?;
    let (one, two) = tasks.expect("the block ran");
    println!("{} {}", one.result()?, two.result()?);
    Ok(())
}

async fn failures() -> Result<()> {
    TaskGroup::new()
        .run(async |group| {
            group.create_task(fail(ValueError("Oops!")))?;
            group.create_task(fail(TypeError("No!")))?;
            group.create_task(wait_long("The third task"))?;
            wait_long("The block itself").await
        })
        .await
}

async fn fastest(delays: [f64; 3]) -> Result<Option<f64>> {
    let winner = Rc::new(Cell::new(None));
    TaskGroup::new()
        .run(async |group| {
            for delay in delays {
                let (winner, group_of_all) = (winner.clone(), group.clone());
                group.create_task(async move {
                    sleep(delay).await?;
                    winner.set(Some(delay));
                    group_of_all.cancel(); // the block then ends without an error
                    asyncio::Ok(())
                })?;
            }
            asyncio::Ok(())
        })
        .await?;
    Ok(winner.get())
}

#[asyncio::main]
async fn main() -> Result<()> {
    both().await?;

    if let Err(group) = failures().await {
        let (values, rest) = group.split::<ValueError>();
        for error in values.iter().flat_map(|group| group.exceptions()) {
            println!("Wrong values: {error}");
        }
        let (types, rest) = rest.map_or((None, None), |rest| rest.split::<TypeError>());
        if let Some(group) = types {
            println!("Wrong types: {group:?}");
        }
        rest.map_or(Ok(()), Err)?;
    }

    println!("The fastest took {}", fastest([0.5, 0.1, 0.3]).await?.expect("one of them wins"));

    let group = TaskGroup::new();
    group
        .run(async |group| {
            println!("{group:?}");
            asyncio::Ok(())
        })
        .await?;
    match group.create_task(double(3)) {
        Err(error) if error.is::<RuntimeError>() => println!("RuntimeError: {error}"),
        outcome => drop(outcome?),
    }
    Ok(())
}
