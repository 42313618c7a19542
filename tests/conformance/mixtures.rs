//! Workers that do everything to one another, by dice that fall alike in both languages.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{Future, Result, Task, ValueError};

use crate::trace::{outcome, run, show, state, trace};

crate::scenarios! { mixtures:
    eight_workers_and_the_dice_of_seed_1,
    eight_workers_and_the_dice_of_seed_1000,
    eight_workers_and_the_dice_of_seed_77777,
}

const WORKERS: usize = 8;
const STEPS: usize = 16;

pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn roll(&mut self, sides: u64) -> usize {
        self.state = (self.state * 1103515245 + 12345) % (1 << 31);
        (self.state / 65536 % sides) as usize
    }

    /// A roll as a delay in seconds.
    pub(crate) fn seconds(&mut self, sides: u64) -> f64 {
        self.roll(sides) as f64
    }
}

/// Futures that are awaited and ended by all; one that is done gives way to a new one.
struct Slots {
    futures: RefCell<[Future<i32>; 4]>,
}

impl Slots {
    fn new() -> Self {
        Self { futures: RefCell::new(std::array::from_fn(|_| Future::new())) }
    }

    fn get(&self, number: usize) -> Future<i32> {
        let future = self.futures.borrow()[number].clone();
        if !future.done() {
            return future;
        }
        let fresh = Future::new();
        self.futures.borrow_mut()[number] = fresh.clone();
        fresh
    }
}

type Workers = Rc<RefCell<Vec<Task<usize>>>>;

async fn double(future: Future<i32>) -> Result<i32> {
    Ok((&future).await? * 2)
}

async fn stubborn(label: String, future: Future<i32>) -> Result<i32> {
    outcome(&format!("{label} stubborn"), &future).await?;
    asyncio::sleep(0).await?;
    Err(ValueError(label))
}

async fn worker(
    number: usize,
    mut dice: Dice,
    slots: Rc<Slots>,
    workers: Workers,
) -> Result<usize> {
    for step in 0..STEPS {
        let label = format!("{number}.{step}");
        let action = dice.roll(13);
        if action < 7 {
            act_on_a_slot(&label, action, &mut dice, &slots).await?;
        } else {
            act_on_a_task(&label, action, &mut dice, &slots, &workers).await?;
        }
    }
    Ok(number)
}

async fn act_on_a_slot(label: &str, action: usize, dice: &mut Dice, slots: &Slots) -> Result<()> {
    let slot = dice.roll(4);
    match action {
        0 => outcome(&format!("{label} sleep"), asyncio::sleep(dice.seconds(3))).await,
        1 => outcome(&format!("{label} wait"), &slots.get(slot)).await,
        2 => {
            trace!("{label} sets {slot}");
            slots.get(slot).set_result(dice.roll(100) as i32)
        }
        3 => {
            trace!("{label} fails {slot}");
            slots.get(slot).set_exception(ValueError(label))
        }
        4 => {
            let timeout = dice.seconds(3);
            let future = slots.get(slot);
            outcome(&format!("{label} wait_for"), asyncio::wait_for(&future, timeout)).await
        }
        5 => {
            let children = (double(slots.get(slot)), &slots.get(dice.roll(4)));
            outcome(&format!("{label} gather"), asyncio::gather(children)).await
        }
        _ => {
            let children = (double(slots.get(slot)), &slots.get(dice.roll(4)));
            let gathered = asyncio::gather_return_exceptions(children);
            outcome(&format!("{label} gather all"), gathered).await
        }
    }
}

async fn act_on_a_task(
    label: &str,
    action: usize,
    dice: &mut Dice,
    slots: &Slots,
    workers: &Workers,
) -> Result<()> {
    let slot = dice.roll(4);
    let other = dice.roll(WORKERS as u64);
    let task = workers.borrow()[other].clone();
    match action {
        7 => show(&format!("{label} cancels {other}"), task.cancel_with(format!("by {label}"))),
        8 => show(&format!("{label} uncancels {other}"), task.uncancel()),
        9 => {
            let (text, reason) = (format!("{label} cancels {other} later"), format!("by {label}"));
            slots.get(slot).add_done_callback(move |_| show(&text, task.cancel_with(reason)));
        }
        10 => {
            let (text, reason) =
                (format!("{label} cancels {other} in time"), format!("by {label}"));
            let callback = move || show(&text, task.cancel_with(reason));
            asyncio::get_running_loop().call_later(dice.seconds(3), callback);
        }
        11 => {
            let task = asyncio::create_task(double(slots.get(slot)));
            perhaps_cancel(label, &task, dice).await?;
            let waiting = asyncio::wait_for(task, dice.seconds(3));
            outcome(&format!("{label} task"), waiting).await?;
        }
        _ => {
            let children = [
                asyncio::create_task(double(slots.get(slot))),
                asyncio::create_task(stubborn(label.to_owned(), slots.get(dice.roll(4)))),
            ];
            let gathered = asyncio::gather_all_return_exceptions(children.clone());
            perhaps_cancel(label, &children[dice.roll(2)], dice).await?;
            perhaps_cancel(label, &gathered, dice).await?;
            outcome(&format!("{label} gather of tasks"), gathered).await?;
        }
    }
    Ok(())
}

async fn perhaps_cancel<T: 'static>(
    label: &str,
    future: &Future<T>,
    dice: &mut Dice,
) -> Result<()> {
    if dice.roll(2) == 1 {
        outcome(&format!("{label} yield"), asyncio::sleep(0)).await?;
    }
    if dice.roll(2) == 1 {
        show(&format!("{label} cancels its own"), future.cancel_with(format!("own {label}")));
    }
    Ok(())
}

async fn manager(seed: u64) -> Result<()> {
    // When an exception is lost is up to Python's collector.
    asyncio::get_running_loop().set_exception_handler(|_, _| {});
    let slots = Rc::new(Slots::new());
    let workers = Workers::default();
    for number in 0..WORKERS {
        let dice = Dice::new(seed + number as u64);
        let task =
            asyncio::create_task(worker(number, dice, Rc::clone(&slots), Rc::clone(&workers)));
        workers.borrow_mut().push(task);
    }
    for tick in 0..80 {
        asyncio::sleep(0.5).await?;
        slots.get(tick % 4).set_result(100 + tick as i32)?;
    }
    let workers = workers.borrow().clone();
    for (number, task) in workers.iter().enumerate() {
        state(&format!("worker {number}"), task);
    }
    outcome("all", asyncio::gather_all_return_exceptions(workers)).await
}

fn eight_workers_and_the_dice_of_seed_1() {
    run(manager(1));
}

fn eight_workers_and_the_dice_of_seed_1000() {
    run(manager(1000));
}

fn eight_workers_and_the_dice_of_seed_77777() {
    run(manager(77777));
}
