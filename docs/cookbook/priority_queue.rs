//! Both lend themselves as a `&Queue`. Items of a `PriorityQueue` are compared with `<`, so that
//! floats and tuples of them are allowed.

use asyncio::{
    LifoQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, Result,
    try_except,
};

async fn drain(queue: &Queue<u32>) -> Result<Vec<u32>> {
    let mut items = Vec::new();
    while !queue.empty() {
        items.push(queue.get().await?);
    }
    Ok(items)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let heap = PriorityQueue::new(0);
    let stack = LifoQueue::new(2);
    for number in [3, 1, 2] {
        heap.put(number).await?;
        try_except!(
            { stack.put_nowait(number)? },
            |_: QueueFull| println!("no place for {number}"),
        )?;
    }
    println!("{:?} {:?}", drain(&heap).await?, drain(&stack).await?);
    try_except!(
        {
            heap.get_nowait()?;
        },
        |_: QueueEmpty| println!("empty"),
    )
}
