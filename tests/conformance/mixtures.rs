//! Workers that do everything to one another, by dice that fall alike in both languages.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, Future, Result, Task, TaskGroup, TaskOptions,
    Timeout, ValueError, WaitOptions,
};

use crate::blocks::{cancelling, oversleep};
use crate::trace::{outcome, run, show, state, trace, watch};

crate::scenarios! { mixtures:
    eight_workers_and_the_dice_of_seed_1,
    eight_workers_and_the_dice_of_seed_1000,
    eight_workers_and_the_dice_of_seed_77777,
    eight_workers_in_blocks_and_the_dice_of_seed_2,
    eight_workers_in_blocks_and_the_dice_of_seed_4242,
    eight_workers_in_blocks_and_the_dice_of_seed_31415,
    eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_5,
    eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_2718,
}

const WORKERS: usize = 8;
const STEPS: usize = 16;

// What the dice choose from.
const ACTIONS: u64 = 13;
const ACTIONS_WITH_BLOCKS: u64 = 21;

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
    actions: u64,
    slots: Rc<Slots>,
    workers: Workers,
) -> Result<usize> {
    for step in 0..STEPS {
        let label = format!("{number}.{step}");
        let action = dice.roll(actions);
        match action {
            0..7 => act_on_a_slot(&label, action, &mut dice, &slots).await?,
            7..13 => act_on_a_task(&label, action, &mut dice, &slots, &workers).await?,
            _ => act_in_a_block(&label, action, &mut dice, &slots).await?,
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

async fn act_in_a_block(
    label: &str,
    action: usize,
    dice: &mut Dice,
    slots: &Rc<Slots>,
) -> Result<()> {
    match action {
        13 => {
            let shield = asyncio::shield(double(slots.get(dice.roll(4))));
            outcome(&format!("{label} shield"), shield).await
        }
        14 => outcome(&format!("{label} wait"), wait_for_some(label, dice, slots)).await,
        15 => outcome(&format!("{label} as completed"), take_some(label, dice, slots)).await,
        16 => {
            let stubborn = stubborn(label.to_owned(), slots.get(dice.roll(4)));
            let task = asyncio::create_task_with(stubborn, TaskOptions::new().eager_start(true));
            perhaps_cancel(label, &task, dice).await?;
            outcome(&format!("{label} eager"), asyncio::shield(&task)).await
        }
        17 => outcome(&format!("{label} moving"), move_a_deadline(label, dice, slots)).await,
        18 => outcome(&format!("{label} timeouts"), nest_timeouts(label, dice, slots)).await,
        19 => {
            let limit = dice.seconds(5) + 1.0;
            let grown = grow(label.to_owned(), 2, dice, Rc::clone(slots));
            outcome(&format!("{label} grow"), asyncio::wait_for(grown, limit)).await
        }
        _ => {
            let grown = grow(label.to_owned(), 2, dice, Rc::clone(slots));
            outcome(&format!("{label} grow"), grown).await
        }
    }
}

async fn wait_for_some(label: &str, dice: &mut Dice, slots: &Slots) -> Result<()> {
    let futures = [(); 3].map(|()| asyncio::create_task(double(slots.get(dice.roll(4)))));
    let mode = [ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION][dice.roll(3)];
    let options = WaitOptions::new().return_when(mode).timeout(dice.seconds(4));
    let (done, pending) = asyncio::wait_with(&futures, options).await?;
    let place = |one: &Task<i32>| futures.iter().position(|future| future == one);
    show(&format!("{label} done"), done.iter().map(place).collect::<Vec<_>>());
    show(&format!("{label} pending"), pending.iter().map(place).collect::<Vec<_>>());
    Ok(())
}

async fn take_some(label: &str, dice: &mut Dice, slots: &Slots) -> Result<()> {
    let children = [(); 3].map(|()| double(slots.get(dice.roll(4))));
    for step in asyncio::as_completed_with(children, dice.seconds(4)) {
        outcome(&format!("{label} step"), step).await?;
    }
    Ok(())
}

async fn move_a_deadline(label: &str, dice: &mut Dice, slots: &Slots) -> Result<()> {
    let timeout = asyncio::timeout(dice.seconds(4));
    let block = timeout.run(async |timeout| {
        watch(&format!("{label} first"), &slots.get(dice.roll(4))).await?;
        timeout.reschedule(asyncio::get_running_loop().time() + dice.seconds(3))?;
        outcome(&format!("{label} second"), &slots.get(dice.roll(4))).await?;
        watch(&format!("{label} third"), &slots.get(dice.roll(4))).await
    });
    let result = block.await;
    trace!("{label} {timeout:?}, cancelling {}", cancelling());
    result.map(drop)
}

async fn nest_timeouts(label: &str, dice: &mut Dice, slots: &Slots) -> Result<()> {
    let inner = asyncio::timeout(dice.seconds(3));
    let outer = asyncio::timeout(dice.seconds(3));
    let inner_body = async |_: &Timeout| {
        watch(&format!("{label} slot"), &slots.get(dice.roll(4))).await?;
        asyncio::Ok(())
    };
    let block = outer.run(async |_| watch(&format!("{label} inner"), inner.run(inner_body)).await);
    let result = block.await;
    trace!("{label} {inner:?} {outer:?}, cancelling {}", cancelling());
    result
}

/// Runs a group with a random body and random children, which may be such groups.
async fn grow(label: String, depth: u32, dice: &mut Dice, slots: Rc<Slots>) -> Result<()> {
    let group = TaskGroup::new();
    if dice.roll(4) == 0 {
        let (label, group) = (label.clone(), group.clone());
        let cancel = move || cancel_group(&label, &group);
        asyncio::get_running_loop().call_later(dice.seconds(3), cancel);
    }
    let block = group.run(async |group| {
        for number in 0..=dice.roll(3) {
            let own = Dice { state: dice.roll(1 << 15) as u64 };
            let name = format!("{label}.{number}");
            let child = grow_child(name, depth, own, group.clone(), Rc::clone(&slots));
            let options = TaskOptions::new().eager_start(dice.roll(3) == 0);
            group.create_task_with(child, options)?;
        }
        match dice.roll(5) {
            0 => Err(ValueError(label.as_str())),
            1 => {
                cancel_group(&label, group);
                Ok(())
            }
            2 => watch(&format!("{label} body"), asyncio::sleep(dice.seconds(3))).await,
            3 => outcome(&format!("{label} body"), &slots.get(dice.roll(4))).await,
            _ => Ok(()),
        }
    });
    let result = watch(&format!("{label} group"), block).await;
    trace!("{label} {group:?}, cancelling {}", cancelling());
    result
}

fn cancel_group(label: &str, group: &TaskGroup) {
    group.cancel();
    trace!("{label} cancels {group:?}");
}

async fn grow_child(
    label: String,
    depth: u32,
    mut dice: Dice,
    group: TaskGroup,
    slots: Rc<Slots>,
) -> Result<()> {
    match dice.roll(7) {
        0 => double(slots.get(dice.roll(4))).await.map(drop),
        1 => stubborn(label, slots.get(dice.roll(4))).await.map(drop),
        2 => {
            asyncio::sleep(dice.seconds(3)).await?;
            Err(ValueError(label))
        }
        3 => {
            asyncio::sleep(dice.seconds(3)).await?;
            cancel_group(&label, &group);
            Ok(())
        }
        4 => asyncio::timeout(dice.seconds(3)).run(oversleep).await,
        _ if depth > 0 => Box::pin(grow(label, depth - 1, &mut dice, slots)).await,
        _ => Ok(()),
    }
}

async fn manager(seed: u64, actions: u64, ticks: usize) -> Result<()> {
    // When an exception is lost is up to Python's collector.
    asyncio::get_running_loop().set_exception_handler(|_, _| {});
    let slots = Rc::new(Slots::new());
    let workers = Workers::default();
    for number in 0..WORKERS {
        let dice = Dice::new(seed + number as u64);
        let coroutine = worker(number, dice, actions, Rc::clone(&slots), Rc::clone(&workers));
        let task = asyncio::create_task_with(coroutine, TaskOptions::new().eager_start(false));
        workers.borrow_mut().push(task);
    }
    for tick in 0..ticks {
        asyncio::sleep(0.5).await?;
        slots.get(tick % 4).set_result(100 + tick as i32)?;
    }
    let workers = workers.borrow().clone();
    for (number, task) in workers.iter().enumerate() {
        state(&format!("worker {number}"), task);
    }
    outcome("all", asyncio::gather_all_return_exceptions(workers)).await
}

/// A manager all of whose tasks are eager, but for the workers.
async fn eager_manager(seed: u64, actions: u64, ticks: usize) -> Result<()> {
    asyncio::get_running_loop().set_task_factory(asyncio::eager_task_factory);
    manager(seed, actions, ticks).await
}

fn eight_workers_and_the_dice_of_seed_1() {
    run(manager(1, ACTIONS, 80));
}

fn eight_workers_and_the_dice_of_seed_1000() {
    run(manager(1000, ACTIONS, 80));
}

fn eight_workers_and_the_dice_of_seed_77777() {
    run(manager(77777, ACTIONS, 80));
}

fn eight_workers_in_blocks_and_the_dice_of_seed_2() {
    run(manager(2, ACTIONS_WITH_BLOCKS, 600));
}

fn eight_workers_in_blocks_and_the_dice_of_seed_4242() {
    run(manager(4242, ACTIONS_WITH_BLOCKS, 600));
}

fn eight_workers_in_blocks_and_the_dice_of_seed_31415() {
    run(manager(31415, ACTIONS_WITH_BLOCKS, 600));
}

fn eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_5() {
    run(eager_manager(5, ACTIONS_WITH_BLOCKS, 600));
}

fn eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_2718() {
    run(eager_manager(2718, ACTIONS_WITH_BLOCKS, 600));
}
