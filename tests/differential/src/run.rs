//! The interpreter of programs on the crate; `python/interpreter.py` is its twin.
//!
//! Both make the same objects in the same order, and await them in the same nesting: what a
//! Python coroutine awaits inside of another one is awaited so here.

mod acts;
mod blocks;
mod generators;
mod made;
mod managers;
mod nests;
mod steps;
mod streams;
mod trace;
mod tries;
mod value;
mod world;

use std::cell::Cell;
use std::panic;
use std::rc::Rc;
use std::sync::Once;
use std::thread;

use asyncio::{AnyTask, EventLoop, Result, RunOptions, Runner, TimerHandle};

use crate::program::{Handler, Program, Run};
use trace::Trace;
use value::Value;
use world::World;

/// When nothing has happened for so long, nothing will.
const STUCK_AFTER: f64 = 1000.0;

/// Runs a program and returns its trace.
///
/// On a thread of its own, where the first task is `Task-1`, and where nothing is left of the
/// programs before.
pub(crate) fn run(program: &Program) -> Vec<String> {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(silence_programs);
    thread::scope(|scope| {
        let runner = scope.spawn(|| {
            IS_PROGRAM.set(true);
            run_here(program)
        });
        runner.join().unwrap_or_else(|payload| {
            vec![format!("panicked: {}", asyncio::__private::raised(payload))]
        })
    })
}

thread_local! {
    /// Whether a program has this thread.
    static IS_PROGRAM: Cell<bool> = const { Cell::new(false) };
}

/// What Python raises is a panic in a few places, which the trace shows and not stderr.
fn silence_programs() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_PROGRAM.get() {
            before(info);
        }
    }));
}

fn run_here(program: &Program) -> Vec<String> {
    let trace = Rc::new(Trace::default());
    let log = Rc::clone(&trace);
    asyncio::__private::set_log_sink(Some(Rc::new(move |text| log.log(text))));
    execute(program, &trace);
    // What the program held is gone, and what was lost is reported.
    trace.finish()
}

fn execute(program: &Program, trace: &Rc<Trace>) {
    let options = RunOptions::new().loop_factory(EventLoop::with_virtual_clock);
    let mut runner = Runner::with(options);
    let loop_ = runner.get_loop().expect("a runner that was not closed");
    prepare(&loop_, program, trace);
    let world = World::new(&loop_, trace, program.eager);
    let watchdog = Watchdog::new(&world);
    for (number, run) in program.runs.iter().enumerate() {
        let phase = || run_main(&mut runner, &world, run);
        trace.attempt(&format!("run {number}"), || watchdog.guard(phase));
    }
    world.describe_slots(|_| true);
    trace.attempt("close", || watchdog.guard(|| runner.close()));
    // What a closed loop leaves pending, it has dropped, and so cancelled what that waited for.
    world.describe_slots(|slot| slot.handle.any().done() && !slot.plain);
    trace.close();
    world.forget();
}

fn run_main(runner: &mut Runner, world: &Rc<World>, run: &Run) -> Result<Value> {
    let (_, main) = world.coroutine(&run.body);
    let Some(seconds) = run.forever else { return runner.run(main) };
    let loop_ = runner.get_loop()?;
    loop_.create_task(main);
    let stopper = loop_.clone();
    loop_.call_later(seconds, move || stopper.stop());
    loop_.run_forever().map(Value::from)
}

fn prepare(loop_: &EventLoop, program: &Program, trace: &Rc<Trace>) {
    trace.watch(loop_);
    if program.eager {
        loop_.set_task_factory(asyncio::eager_task_factory);
    } else if program.factory {
        loop_.set_task_factory(AnyTask::new);
    }
    if program.handler != Handler::Default {
        let (trace, fails) = (Rc::clone(trace), program.handler == Handler::Fail);
        loop_.set_exception_handler(move |_, context| trace.handle(context, fails));
    }
}

/// Ends a phase of a program when nothing is left to happen.
struct Watchdog(Rc<Dog>);

struct Dog {
    world: Rc<World>,
    rescues: Cell<u32>,
    timer: Cell<Option<TimerHandle>>,
}

impl Watchdog {
    fn new(world: &Rc<World>) -> Self {
        let (world, rescues) = (Rc::clone(world), Cell::new(0));
        Self(Rc::new(Dog { world, rescues, timer: Cell::default() }))
    }

    fn guard<T>(&self, phase: impl FnOnce() -> Result<T>) -> Result<T> {
        self.0.rescues.set(1);
        Dog::sit(&self.0);
        let outcome = phase();
        if let Some(timer) = self.0.timer.take() {
            timer.cancel();
        }
        outcome
    }
}

impl Dog {
    fn sit(this: &Rc<Self>) {
        let dog = Rc::clone(this);
        let timer = this.world.loop_.call_later(STUCK_AFTER, move || Self::bark(&dog));
        this.timer.set(Some(timer));
    }

    fn bark(this: &Rc<Self>) {
        let world = &this.world;
        if this.rescues.get() == 0 {
            world.note("stuck for good");
            world.loop_.stop();
            return;
        }
        world.note("stuck");
        this.rescues.update(|rescues| rescues - 1);
        Self::sit(this);
        world.rescue();
    }
}
