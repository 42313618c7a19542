//! Queues: who gets which item, what a cancellation leaves behind, and the end of a queue.

use asyncio::{LifoQueue, PriorityQueue, Queue, Result, Task};

use crate::locks::{settle, start};
use crate::trace::{attempt, outcome, run, show, state, watch};

crate::scenarios! { queues:
    a_queue_gives_what_it_was_given,
    a_queue_shows_its_items_and_who_waits,
    the_items_of_a_heap_come_as_in_cpython,
    a_woken_getter_may_be_too_late,
    a_woken_putter_may_be_too_late,
    the_item_of_a_cancelled_getter_goes_to_the_next,
    the_place_of_a_cancelled_putter_goes_to_the_next,
    a_getter_is_cancelled_before_the_item_comes,
    a_ping_pong_takes_its_iterations,
    a_producer_and_a_consumer_take_turns,
    join_waits_for_every_task_done,
    a_shutdown_lets_what_is_there_be_taken,
    an_immediate_shutdown_empties_the_queue,
    a_shutdown_wakes_getters_and_putters,
    a_shutdown_after_a_getter_was_woken,
    a_queue_belongs_to_the_loop_of_its_first_wait,
}

/// `put` with the error alone, without the item.
async fn put<T: 'static>(queue: Queue<T>, item: T) -> Result<()> {
    Ok(queue.put(item).await?)
}

fn put_nowait<T>(queue: &Queue<T>, item: T) -> Result<()> {
    Ok(queue.put_nowait(item)?)
}

fn a_queue_gives_what_it_was_given() {
    async fn main() -> Result<()> {
        let lifo = Queue::clone(&LifoQueue::new(3));
        let priority = Queue::clone(&PriorityQueue::new(3));
        for queue in [Queue::new(3), lifo, priority] {
            show("queue", &queue);
            for item in [3, 1, 2] {
                attempt("put", || put_nowait(&queue, item));
            }
            show("full", queue.full());
            attempt("put", || put_nowait(&queue, 4));
            show("queue", &queue);
            show("size", queue.qsize());
            for _ in 0..3 {
                outcome("get", queue.get()).await?;
            }
            show("empty", queue.empty());
            attempt("get", || queue.get_nowait());
            show("queue", &queue);
        }
        Ok(())
    }

    run(main());
}

fn a_queue_shows_its_items_and_who_waits() {
    async fn main() -> Result<()> {
        let queue = Queue::new(1);
        for number in 0..2 {
            start(format!("getter {number}"), queue.get());
        }
        asyncio::sleep(0).await?;
        show("queue", &queue);
        queue.put_nowait("it's")?;
        show("queue", &queue);
        queue.get_nowait()?;
        queue.put_nowait("a text that is longer than thirty characters")?;
        start("putter", put(queue.clone(), "next"));
        settle().await?;
        show("queue", &queue);
        queue.shutdown(true);
        show("queue", &queue);
        settle().await?;
        show("queue", &queue);
        Ok(())
    }

    run(main());
}

fn the_items_of_a_heap_come_as_in_cpython() {
    async fn main() -> Result<()> {
        let queue = PriorityQueue::new(0);
        for number in 0..12 {
            queue.put_nowait(number * 7 % 5 + number % 3)?;
            show("queue", &queue);
        }
        while !queue.empty() {
            attempt("get", || queue.get_nowait());
            show("queue", &queue);
        }
        Ok(())
    }

    run(main());
}

fn a_woken_getter_may_be_too_late() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        let first = start("first", queue.get());
        let second = start("second", queue.get());
        asyncio::sleep(0).await?;
        queue.put_nowait(1)?;
        attempt("barge", || queue.get_nowait());
        show("queue", &queue);
        settle().await?;
        show("queue", &queue);
        queue.put_nowait(2)?;
        settle().await?;
        show("queue", &queue);
        state("first", &first);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn a_woken_putter_may_be_too_late() {
    async fn main() -> Result<()> {
        let queue = Queue::new(1);
        queue.put_nowait(1)?;
        let first = start("first", put(queue.clone(), 2));
        let second = start("second", put(queue.clone(), 3));
        asyncio::sleep(0).await?;
        attempt("get", || queue.get_nowait());
        attempt("barge", || put_nowait(&queue, 4));
        show("queue", &queue);
        settle().await?;
        show("queue", &queue);
        for _ in 0..3 {
            outcome("get", queue.get()).await?;
        }
        state("first", &first);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn the_item_of_a_cancelled_getter_goes_to_the_next() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        let tasks = [0, 1, 2].map(|number| start(format!("task {number}"), queue.get()));
        asyncio::sleep(0).await?;
        queue.put_nowait(1)?;
        tasks[0].cancel_with("too late");
        show("queue", &queue);
        settle().await?;
        show("queue", &queue);
        tasks[2].cancel();
        show("queue", &queue);
        queue.put_nowait(2)?;
        show("queue", &queue);
        settle().await?;
        show("queue", &queue);
        Ok(())
    }

    run(main());
}

fn the_place_of_a_cancelled_putter_goes_to_the_next() {
    async fn main() -> Result<()> {
        let queue = Queue::new(1);
        queue.put_nowait(0)?;
        let tasks: Vec<Task<()>> = (1..4)
            .map(|number| start(format!("task {number}"), put(queue.clone(), number)))
            .collect();
        asyncio::sleep(0).await?;
        attempt("get", || queue.get_nowait());
        tasks[0].cancel_with("too late");
        settle().await?;
        show("queue", &queue);
        tasks[2].cancel();
        settle().await?;
        show("queue", &queue);
        Ok(())
    }

    run(main());
}

fn a_getter_is_cancelled_before_the_item_comes() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        let first = start("first", queue.get());
        let second = start("second", queue.get());
        asyncio::sleep(0).await?;
        first.cancel();
        queue.put_nowait(1)?;
        show("queue", &queue);
        settle().await?;
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn a_ping_pong_takes_its_iterations() {
    type Table = Queue<&'static str>;

    async fn player(label: &str, here: Table, there: Table) -> Result<()> {
        for _ in 0..3 {
            there.put(watch(label, here.get()).await?).await?;
        }
        Ok(())
    }

    async fn main() -> Result<()> {
        let (ping, pong) = (Queue::new(1), Queue::new(1));
        let first = asyncio::create_task(player("ping", ping.clone(), pong.clone()));
        let second = asyncio::create_task(player("pong", pong, ping.clone()));
        ping.put("ball").await?;
        asyncio::gather((first, second)).await?;
        show("ping", &ping);
        Ok(())
    }

    run(main());
}

fn a_producer_and_a_consumer_take_turns() {
    async fn produce(queue: Queue<i32>) -> Result<()> {
        for number in 0..5 {
            outcome(&format!("put {number}"), put(queue.clone(), number)).await?;
        }
        Ok(())
    }

    async fn consume(queue: Queue<i32>) -> Result<()> {
        for number in 0..5 {
            outcome(&format!("get {number}"), queue.get()).await?;
        }
        Ok(())
    }

    async fn main() -> Result<()> {
        let queue = Queue::new(2);
        asyncio::gather((produce(queue.clone()), consume(queue))).await?;
        Ok(())
    }

    run(main());
}

fn join_waits_for_every_task_done() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        outcome("join", queue.join()).await?;
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        let first = start("first", queue.join());
        let second = start("second", queue.join());
        settle().await?;
        queue.get_nowait()?;
        attempt("done", || queue.task_done());
        first.cancel();
        settle().await?;
        attempt("done", || queue.task_done());
        // What is put now is not waited for any more.
        queue.put_nowait(3)?;
        settle().await?;
        state("second", &second);
        attempt("done", || queue.task_done());
        attempt("done", || queue.task_done());
        Ok(())
    }

    run(main());
}

fn a_shutdown_lets_what_is_there_be_taken() {
    async fn main() -> Result<()> {
        let queue = Queue::new(2);
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        let _putter = start("putter", put(queue.clone(), 3));
        let join = start("join", queue.join());
        asyncio::sleep(0).await?;
        queue.shutdown(false);
        show("queue", &queue);
        settle().await?;
        attempt("put", || put_nowait(&queue, 4));
        outcome("put", put(queue.clone(), 4)).await?;
        outcome("get", queue.get()).await?;
        outcome("put", put(queue.clone(), 4)).await?;
        attempt("get", || queue.get_nowait());
        attempt("get", || queue.get_nowait());
        outcome("get", queue.get()).await?;
        queue.shutdown(false);
        queue.task_done()?;
        queue.task_done()?;
        outcome("join", join).await
    }

    run(main());
}

fn an_immediate_shutdown_empties_the_queue() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        for item in 0..3 {
            queue.put_nowait(item)?;
        }
        queue.get_nowait()?;
        let join = start("join", queue.join());
        asyncio::sleep(0).await?;
        queue.shutdown(true);
        show("queue", &queue);
        settle().await?;
        state("join", &join);
        attempt("get", || queue.get_nowait());
        attempt("done", || queue.task_done());
        attempt("done", || queue.task_done());
        outcome("join", join).await
    }

    run(main());
}

fn a_shutdown_wakes_getters_and_putters() {
    async fn main() -> Result<()> {
        let (empty, full): (Queue<i32>, _) = (Queue::new(0), Queue::new(1));
        full.put_nowait(0)?;
        let getters = [0, 1, 2].map(|number| start(format!("getter {number}"), empty.get()));
        let putters =
            [0, 1, 2].map(|number| start(format!("putter {number}"), put(full.clone(), number)));
        asyncio::sleep(0).await?;
        getters[1].cancel();
        putters[1].cancel();
        empty.shutdown(false);
        full.shutdown(true);
        getters[2].cancel();
        putters[2].cancel();
        settle().await?;
        show("empty", &empty);
        show("full", &full);
        Ok(())
    }

    run(main());
}

fn a_shutdown_after_a_getter_was_woken() {
    async fn main() -> Result<()> {
        let queue = Queue::new(0);
        let first = start("first", queue.get());
        let second = start("second", queue.get());
        asyncio::sleep(0).await?;
        queue.put_nowait(1)?;
        queue.shutdown(false);
        settle().await?;
        state("first", &first);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn a_queue_belongs_to_the_loop_of_its_first_wait() {
    async fn contend(queue: Queue<i32>) -> Result<()> {
        outcome("get", asyncio::wait_for(queue.get(), 1)).await
    }

    async fn fill(queue: Queue<i32>) -> Result<()> {
        queue.put_nowait(1)?;
        outcome("put", put(queue.clone(), 2)).await?;
        outcome("get", queue.get()).await
    }

    let queue = Queue::new(1);
    run(contend(queue.clone()));
    run(contend(queue.clone()));
    run(fill(queue));
}
