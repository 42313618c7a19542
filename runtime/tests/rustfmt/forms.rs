//! Every form of the macros with blocks, as rustfmt wants it; not compiled.

async fn forms(lock: &Lock, queue: &Queue<u32>) -> Result<u32> {
    timeout!(1.5, { work().await? })?;
    timeout!(1.5, |limit| {
        limit.reschedule(None)?;
        work().await?
    })?;
    task_group!(|group| {
        group.create_task(work())?;
        if ready() {
            return Ok(1);
        }
    })?;
    async_with!(lock, {
        work().await?;
    })?;
    async_with!(open("file"), |file| {
        file.write("text").await?;
    })?;
    async_for!(
        queue.stream(),
        |number| {
            if number == 1 {
                continue;
            }
            println!("{number}");
        },
        else_ = { println!("the end") },
    )?;
    let value = try_except!(
        {
            let number = work().await?;
            number + 1
        },
        |e: ValueError| {
            println!("{e}");
            2
        },
        |_: (KeyError, OSError)| raise!(),
        else_ = { 3 },
        finally = {
            work().await?;
            println!("done");
        },
    )?;
    try_except!({ work().await? }, *|e: ValueError| println!("{e}"), *|e: TypeError| {
        println!("{e}");
        raise!();
    })?;
    Ok(value)
}
