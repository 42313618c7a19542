//! Workers that contend for locks and queues and cancel one another, by the dice of `mixtures`.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    Barrier, BoundedSemaphore, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Result,
    Semaphore, Task,
};

use crate::mixtures::Dice;
use crate::trace::{attempt, outcome, run, show, state};

crate::scenarios! { contention:
    seven_workers_and_the_dice_of_seed_1,
    seven_workers_and_the_dice_of_seed_2000,
    seven_workers_and_the_dice_of_seed_33333,
}

const WORKERS: usize = 7;
const STEPS: usize = 14;
const KINDS: u64 = 17;

/// What the workers contend for.
struct Things {
    lock: Lock,
    event: Event,
    condition: Condition,
    semaphore: Semaphore,
    bounded: BoundedSemaphore,
    barrier: Barrier,
    queue: Queue<i32>,
}

impl Things {
    fn new(queue: Queue<i32>) -> Self {
        let lock = Lock::new();
        Self {
            event: Event::new(),
            condition: Condition::with_lock(&lock),
            lock,
            semaphore: Semaphore::new(2),
            bounded: BoundedSemaphore::new(1),
            barrier: Barrier::new(3),
            queue,
        }
    }

    fn show(&self, label: &str) {
        show(&format!("{label} lock"), &self.lock);
        show(&format!("{label} event"), &self.event);
        show(&format!("{label} condition"), &self.condition);
        show(&format!("{label} semaphore"), &self.semaphore);
        show(&format!("{label} bounded"), &self.bounded);
        show(&format!("{label} barrier"), &self.barrier);
        show(&format!("{label} queue"), &self.queue);
    }
}

type Workers = Rc<RefCell<Vec<Task<usize>>>>;

async fn hold_lock(lock: Lock, delay: f64) -> Result<()> {
    lock.acquire().await?;
    let slept = asyncio::sleep(delay).await;
    lock.release()?;
    slept
}

async fn hold_semaphore(semaphore: Semaphore, delay: f64) -> Result<()> {
    let _permit = semaphore.permit().await?;
    asyncio::sleep(delay).await
}

async fn hold_bounded(semaphore: BoundedSemaphore, delay: f64) -> Result<()> {
    semaphore.acquire().await?;
    let slept = asyncio::sleep(delay).await;
    semaphore.release()?;
    slept
}

async fn wait_under_lock(condition: Condition) -> Result<bool> {
    let guard = condition.lock().await?;
    guard.wait().await
}

async fn wait_for_event(condition: Condition, event: Event) -> Result<bool> {
    condition.acquire().await?;
    let waited = condition.wait_for(|| event.is_set()).await;
    condition.release()?;
    waited
}

async fn notify(condition: &Condition, count: usize) -> Result<()> {
    condition.lock().await?.notify(count)
}

async fn consume(queue: Queue<i32>, delay: f64) -> Result<i32> {
    let item = queue.get().await?;
    let slept = asyncio::sleep(delay).await;
    queue.task_done()?;
    slept.map(|()| item)
}

async fn put(queue: &Queue<i32>, item: i32) -> Result<()> {
    Ok(queue.put(item).await?)
}

async fn worker(
    number: usize,
    mut dice: Dice,
    things: Rc<Things>,
    workers: Workers,
) -> Result<usize> {
    for step in 0..STEPS {
        let label = format!("{number}.{step}");
        match dice.roll(KINDS) {
            kind @ 0..9 => use_a_lock(&label, kind, &mut dice, &things).await?,
            kind @ 9..13 => use_the_queue(&label, kind, &mut dice, &things).await?,
            kind => disturb(&label, kind, &mut dice, &things, &workers).await?,
        }
    }
    Ok(number)
}

async fn use_a_lock(label: &str, kind: usize, dice: &mut Dice, things: &Things) -> Result<()> {
    let delay = dice.seconds(3);
    match kind {
        0 => outcome(&format!("{label} lock"), hold_lock(things.lock.clone(), delay)).await,
        1 => {
            let holding = hold_semaphore(things.semaphore.clone(), delay);
            outcome(&format!("{label} semaphore"), holding).await
        }
        2 => {
            outcome(&format!("{label} bounded"), hold_bounded(things.bounded.clone(), delay)).await
        }
        3 => {
            let waiting = wait_under_lock(things.condition.clone());
            outcome(&format!("{label} condition"), waiting).await
        }
        4 => {
            let waiting = wait_for_event(things.condition.clone(), things.event.clone());
            let waiting = asyncio::wait_for(waiting, 1.0 + delay);
            outcome(&format!("{label} predicate"), waiting).await
        }
        5 => {
            let waiting = asyncio::wait_for(things.event.wait(), 1.0 + delay);
            outcome(&format!("{label} event"), waiting).await
        }
        6 => outcome(&format!("{label} barrier"), things.barrier.wait()).await,
        7 => {
            let waiting = asyncio::wait_for(hold_lock(things.lock.clone(), delay), 1);
            outcome(&format!("{label} lock in time"), waiting).await
        }
        _ => {
            let waiting = asyncio::wait_for(hold_semaphore(things.semaphore.clone(), delay), 1);
            outcome(&format!("{label} semaphore in time"), waiting).await
        }
    }
}

async fn use_the_queue(label: &str, kind: usize, dice: &mut Dice, things: &Things) -> Result<()> {
    let queue = &things.queue;
    match kind {
        9 => {
            let item = dice.roll(100) as i32;
            outcome(&format!("{label} put"), put(queue, item)).await
        }
        10 => {
            let consuming = consume(queue.clone(), dice.seconds(3));
            outcome(&format!("{label} get"), consuming).await
        }
        11 => {
            let item = dice.roll(100) as i32;
            attempt(&format!("{label} put now"), || Ok(queue.put_nowait(item)?));
            let joining = asyncio::wait_for(queue.join(), dice.seconds(3));
            outcome(&format!("{label} join"), joining).await
        }
        _ => {
            attempt(&format!("{label} get now"), || queue.get_nowait());
            attempt(&format!("{label} task done"), || queue.task_done());
            let consuming = asyncio::wait_for(consume(queue.clone(), 0.0), dice.seconds(3));
            outcome(&format!("{label} get in time"), consuming).await
        }
    }
}

async fn disturb(
    label: &str,
    kind: usize,
    dice: &mut Dice,
    things: &Things,
    workers: &Workers,
) -> Result<()> {
    let other = dice.roll(WORKERS as u64);
    let task = workers.borrow()[other].clone();
    let reason = format!("by {label}");
    match kind {
        13 => {
            let notifying = notify(&things.condition, dice.roll(3));
            outcome(&format!("{label} notify"), notifying).await?;
            show(&format!("{label} cancels {other}"), task.cancel_with(reason));
        }
        14 => {
            let event = &things.event;
            attempt(&format!("{label} changes event"), || {
                if event.is_set() {
                    event.clear()
                } else {
                    event.set()
                };
                Ok(())
            });
            let label = format!("{label} changes barrier");
            match dice.roll(4) {
                0 => outcome(&label, things.barrier.abort()).await?,
                _ => outcome(&label, things.barrier.reset()).await?,
            }
        }
        15 => {
            show(&format!("{label} cancels {other}"), task.cancel_with(reason));
            outcome(&format!("{label} yield"), asyncio::sleep(0)).await?;
            let reason = format!("again by {label}");
            show(&format!("{label} cancels {other} again"), task.cancel_with(reason));
        }
        _ => {
            let text = format!("{label} cancels {other} in time");
            let callback = move || show(&text, task.cancel_with(reason));
            asyncio::get_running_loop().call_later(dice.seconds(3), callback);
            things.show(label);
        }
    }
    Ok(())
}

async fn manager(seed: u64, queue: Queue<i32>) -> Result<()> {
    // When an exception is lost is up to Python's collector.
    asyncio::get_running_loop().set_exception_handler(|_, _| {});
    let things = Rc::new(Things::new(queue.clone()));
    let workers = Workers::default();
    for number in 0..WORKERS {
        let dice = Dice::new(seed + number as u64);
        let worker = worker(number, dice, Rc::clone(&things), Rc::clone(&workers));
        workers.borrow_mut().push(asyncio::create_task(worker));
    }
    for tick in 0..40 {
        asyncio::sleep(0.5).await?;
        things.event.set();
        outcome(&format!("tick {tick}"), notify(&things.condition, 1)).await?;
        attempt(&format!("tick {tick} put"), || Ok(queue.put_nowait(tick)?));
    }
    things.show("shutdown");
    queue.shutdown(seed.is_multiple_of(2));
    let workers = workers.borrow().clone();
    loop {
        let pending = Vec::from_iter(workers.iter().filter(|task| !task.done()));
        if pending.is_empty() {
            break;
        }
        for task in pending {
            task.cancel_with("the end");
            asyncio::sleep(0.5).await?;
        }
    }
    for (number, task) in workers.iter().enumerate() {
        state(&format!("worker {number}"), task);
    }
    things.show("end");
    Ok(())
}

fn seven_workers_and_the_dice_of_seed_1() {
    run(manager(1, Queue::new(2)));
}

fn seven_workers_and_the_dice_of_seed_2000() {
    run(manager(2000, Queue::clone(&PriorityQueue::new(3))));
}

fn seven_workers_and_the_dice_of_seed_33333() {
    run(manager(33333, Queue::clone(&LifoQueue::new(1))));
}
