//! Random programs: most of them live, as waits for nothing are soon boring.

mod blocks;
mod dice;
mod scenes;

use std::num::NonZeroUsize;

use crate::program::{
    Act, Acts, Awaited, Body, CALLBACKS, CONDITIONS, CONTEXTS, Class, EVENTS, Failure, GROUPS,
    HANDLES, Handler, LOCKS, Op, Program, QUEUES, Run, SLOTS, Shown, TIMEOUTS, VARIABLES, When,
};
use dice::Dice;

/// How deep blocks and coroutines are nested.
const DEEPEST: u32 = 4;

/// A program: always the same one for the same seed and number.
pub(crate) fn generate(seed: u64, number: u64) -> Program {
    let mut dice = Dice::new(seed, number);
    let eager = dice.one_in(6);
    let exits = dice.one_in(12);
    let handler = dice.choose(&[
        Handler::Trace,
        Handler::Trace,
        Handler::Trace,
        Handler::Default,
        Handler::Fail,
    ]);
    let budget = 15 + dice.below(85) as i32;
    // A program knows a part of what there is, so that its parts meet.
    let themes = Theme::ALL.map(|_| [0, 1, 1, 4][dice.below(4)]);
    let mut generator = Generator { dice, budget, themes, exits };
    let mut runs = vec![generator.run()];
    if generator.dice.one_in(8) {
        generator.budget = 8;
        runs.push(generator.run());
    }
    let factory = generator.dice.one_in(10);
    Program { eager, factory, handler, runs }
}

/// What a program is about.
#[derive(Clone, Copy)]
enum Theme {
    Waits,
    Futures,
    Tasks,
    Cancels,
    Tries,
    Timeouts,
    Groups,
    Many,
    Loop,
    Variables,
    Locks,
    Queues,
    Blocks,
    Generators,
}

impl Theme {
    const ALL: [Self; 14] = [
        Self::Waits,
        Self::Futures,
        Self::Tasks,
        Self::Cancels,
        Self::Tries,
        Self::Timeouts,
        Self::Groups,
        Self::Many,
        Self::Loop,
        Self::Variables,
        Self::Locks,
        Self::Queues,
        Self::Blocks,
        Self::Generators,
    ];
}

struct Generator {
    dice: Dice,
    /// How many operations may still be made.
    budget: i32,
    /// How often each theme comes up.
    themes: [usize; Theme::ALL.len()],
    /// Whether KeyboardInterrupt and SystemExit may leave a task or callback.
    exits: bool,
}

// Bodies.
impl Generator {
    fn run(&mut self) -> Run {
        let forever = self.dice.one_in(12).then(|| self.delay());
        Run { body: self.main(), forever }
    }

    /// The main coroutine: futures with their ends to come, tasks, a few cancellations in
    /// between, then anything.
    fn main(&mut self) -> Body {
        let mut ops = Vec::new();
        for slot in 0..self.dice.below(4) {
            ops.push(Op::Act(Act::NewFuture { slot }));
            if self.dice.below(3) > 0 {
                let end = self.end_of_future(slot);
                ops.push(self.later(end));
            }
        }
        if self.themes[Theme::Generators as usize] > 0 {
            ops.extend(self.first_generators());
        }
        for _ in 0..self.dice.below(5) {
            let (slot, body, eager) = (self.dice.below(SLOTS), self.body(0), self.eager());
            ops.push(Op::Act(Act::Spawn { slot, body, eager, context: self.context() }));
        }
        if self.dice.one_in(4) {
            ops.extend(self.scene());
        }
        for _ in 0..self.dice.below(4) {
            let act = self.cancel();
            ops.push(self.later(act));
        }
        for op in self.ops(0, 12) {
            // What fails here ends all.
            let is_sheltered =
                !matches!(op, Op::Act(_) | Op::Return { .. }) && !self.dice.one_in(4);
            ops.push(if is_sheltered { self.shelter(op) } else { op });
        }
        ops.into()
    }

    fn later(&mut self, act: Act) -> Op {
        let body = [act].into();
        Op::Act(match self.dice.one_in(2) {
            true => Act::After { iterations: self.dice.below(12) as u32, body },
            false => {
                let (handle, delay) = (self.dice.below(HANDLES), self.delay());
                Act::CallLater { handle, delay, body }
            }
        })
    }

    fn shelter(&mut self, op: Op) -> Op {
        let catch = self.dice.choose(&[Class::Exception, Class::BaseException]);
        Op::Try { body: [op].into(), catch, handler: [].into(), reraise: false }
    }

    fn ops(&mut self, depth: u32, most: usize) -> Vec<Op> {
        let mut ops = Vec::new();
        for _ in 0..=self.dice.below(most) {
            if self.budget <= 0 {
                break;
            }
            self.budget -= 1;
            ops.push(self.op(depth));
        }
        ops
    }

    fn body(&mut self, depth: u32) -> Body {
        self.ops(depth + 1, 4).into()
    }

    fn acts(&mut self) -> Acts {
        let mut acts = Vec::new();
        for _ in 0..=self.dice.below(3) {
            if self.budget <= 0 {
                break;
            }
            self.budget -= 1;
            let theme = self.theme();
            acts.push(self.act(theme, DEEPEST));
        }
        acts.into()
    }

    fn theme(&mut self) -> Theme {
        let total: usize = self.themes.iter().sum();
        let mut left = self.dice.below(total.max(1));
        for (theme, weight) in Theme::ALL.into_iter().zip(self.themes) {
            if left < weight {
                return theme;
            }
            left -= weight;
        }
        Theme::Waits
    }

    fn op(&mut self, depth: u32) -> Op {
        let theme = self.theme();
        let is_deep = depth >= DEEPEST;
        match theme {
            Theme::Waits => self.wait(depth),
            Theme::Tries if !is_deep => self.try_(depth),
            Theme::Timeouts if !is_deep && self.dice.below(3) > 0 => self.timeout(depth),
            Theme::Groups if !is_deep && self.dice.below(3) > 0 => {
                let (group, fresh) = (self.dice.below(GROUPS), !self.dice.one_in(8));
                let (body, block) = (self.group_body(depth), self.dice.one_in(2));
                Op::Group { group, fresh, body, block }
            }
            Theme::Many if self.dice.below(3) > 0 => self.many(depth),
            Theme::Blocks if !is_deep => self.block(depth),
            Theme::Generators if self.dice.below(5) > 0 => self.generators(depth),
            Theme::Locks if !is_deep && self.dice.one_in(3) => {
                let (lock, body) = (self.dice.below(LOCKS), self.body(depth));
                self.hold(lock, body)
            }
            Theme::Locks | Theme::Queues if self.dice.one_in(2) => {
                Op::Await { what: self.primitive(theme) }
            }
            theme if self.dice.below(4) > 0 => Op::Act(self.act(theme, depth)),
            _ => self.wait(depth),
        }
    }

    fn try_(&mut self, depth: u32) -> Op {
        if self.dice.one_in(3) {
            return Op::Finally { body: self.body(depth), cleanup: self.body(depth) };
        }
        let catch = self.dice.choose(&[
            Class::CancelledError,
            Class::CancelledError,
            Class::Exception,
            Class::Exception,
            Class::BaseException,
            Class::TimeoutError,
            Class::ExceptionGroup,
            Class::ValueError,
        ]);
        let (body, handler) = (self.body(depth), self.body(depth));
        Op::Try { body, catch, handler, reraise: self.dice.one_in(2) }
    }

    fn timeout(&mut self, depth: u32) -> Op {
        let (timeout, delay) = (self.dice.below(TIMEOUTS), self.deadline());
        let (fresh, at) = (!self.dice.one_in(10), self.dice.one_in(3));
        Op::Timeout {
            timeout,
            fresh,
            delay,
            at,
            body: self.body(depth),
            block: self.dice.one_in(2),
        }
    }

    /// The body of a group makes tasks first, most often.
    fn group_body(&mut self, depth: u32) -> Body {
        let mut ops = Vec::new();
        for _ in 0..self.dice.below(4) {
            let spawn = self.group_spawn(depth);
            ops.push(Op::Act(spawn));
        }
        ops.extend(self.ops(depth + 1, 3));
        ops.into()
    }

    fn many(&mut self, depth: u32) -> Op {
        match self.dice.below(4) {
            0 => {
                let slots = (0..=self.dice.below(4)).map(|_| self.dice.below(SLOTS)).collect();
                let when = self.dice.choose(&[
                    When::AllCompleted,
                    When::FirstCompleted,
                    When::FirstException,
                ]);
                Op::Wait { slots, timeout: self.deadline(), when }
            }
            1 => Op::AsCompleted {
                children: self.children(depth),
                timeout: self.deadline(),
                stream: self.dice.one_in(2),
                take: self.dice.below(5),
            },
            _ => {
                let (children, return_exceptions) = (self.children(depth), self.dice.one_in(2));
                let gather = Awaited::Gather { children, return_exceptions };
                let what = match self.dice.below(4) {
                    0 => Awaited::Shield { what: gather.into() },
                    1 => Awaited::WaitFor { what: gather.into(), timeout: self.deadline() },
                    _ => gather,
                };
                match self.dice.one_in(3) {
                    true => Op::Act(Act::Ensure { slot: self.dice.below(SLOTS), what }),
                    false => Op::Await { what },
                }
            }
        }
    }

    fn wait(&mut self, depth: u32) -> Op {
        match self.dice.below(24) {
            0 | 1 => Op::Return { value: self.value() },
            2 => Op::Break,
            3 => Op::Continue,
            _ => Op::Await { what: self.awaited(depth) },
        }
    }
}

// What is awaited.
impl Generator {
    fn children(&mut self, depth: u32) -> Vec<Awaited> {
        let number = self.dice.choose(&[0, 1, 2, 2, 2, 3, 3]);
        (0..number).map(|_| self.awaited(depth + 1)).collect()
    }

    fn awaited(&mut self, depth: u32) -> Awaited {
        let is_deep = depth >= DEEPEST || self.budget <= 0;
        match self.dice.below(12) {
            0..3 => Awaited::Sleep { delay: self.delay(), value: self.value() },
            3..6 => Awaited::Slot { slot: self.dice.below(SLOTS) },
            6 if !is_deep => Awaited::Coroutine { body: self.body(depth) },
            7 if !is_deep => Awaited::Shield { what: self.awaited(depth + 1).into() },
            8 if !is_deep => {
                let (what, timeout) = (self.awaited(depth + 1).into(), self.deadline());
                Awaited::WaitFor { what, timeout }
            }
            9 if !is_deep => {
                let (children, return_exceptions) = (self.children(depth), self.dice.one_in(2));
                Awaited::Gather { children, return_exceptions }
            }
            11 if !is_deep && self.dice.one_in(2) => {
                let (slot, what) = (self.dice.below(SLOTS), self.awaited(depth + 1).into());
                Awaited::GatherTwo { slot, what, return_exceptions: self.dice.one_in(2) }
            }
            10 => {
                let theme = self.theme();
                self.primitive(theme)
            }
            _ => Awaited::Sleep { delay: 0.0, value: self.value() },
        }
    }

    /// What waits for a lock, if locks are a theme, or for a queue.
    fn primitive(&mut self, theme: Theme) -> Awaited {
        match theme {
            Theme::Locks => self.lock(),
            Theme::Queues => self.queue(),
            Theme::Generators => self.request(),
            _ => Awaited::Slot { slot: self.dice.below(SLOTS) },
        }
    }

    fn lock(&mut self) -> Awaited {
        match self.dice.below(10) {
            0..4 => Awaited::Acquire { lock: self.dice.below(LOCKS) },
            4 | 5 => Awaited::Event { event: self.dice.below(EVENTS) },
            6 => Awaited::Condition { condition: self.dice.below(CONDITIONS) },
            7 => {
                let (condition, count) = (self.dice.below(CONDITIONS), self.dice.below(4) as i64);
                Awaited::ConditionFor { condition, count }
            }
            8 => Awaited::Barrier,
            _ => {
                self.dice.choose(&[Awaited::Barrier, Awaited::ResetBarrier, Awaited::AbortBarrier])
            }
        }
    }

    fn queue(&mut self) -> Awaited {
        let queue = self.dice.below(QUEUES);
        match self.dice.below(7) {
            0..3 => Awaited::Get { queue },
            3..6 => Awaited::Put { queue, item: self.value() },
            _ => Awaited::Join { queue },
        }
    }
}

// What waits for nothing.
impl Generator {
    fn act(&mut self, theme: Theme, depth: u32) -> Act {
        if self.dice.one_in(15) {
            return self.show(theme);
        }
        match theme {
            Theme::Futures | Theme::Waits => self.act_on_future(),
            Theme::Tasks | Theme::Many => self.spawn(depth),
            Theme::Cancels => self.cancel(),
            Theme::Tries => Act::Raise { error: self.failure() },
            Theme::Timeouts => {
                Act::Reschedule { timeout: self.dice.below(TIMEOUTS), delay: self.deadline() }
            }
            Theme::Groups if self.dice.one_in(4) => {
                Act::GroupCancel { group: self.dice.below(GROUPS) }
            }
            Theme::Groups if self.dice.one_in(8) => {
                Act::NewGroup { group: self.dice.below(GROUPS) }
            }
            Theme::Groups => self.group_spawn(depth),
            Theme::Loop => self.act_on_loop(),
            Theme::Variables => self.act_on_variable(),
            Theme::Locks => self.act_on_lock(),
            Theme::Queues => self.act_on_queue(),
            Theme::Blocks => Act::Raise { error: self.group_of_failures() },
            Theme::Generators => self.act_on_generator(depth),
        }
    }

    fn show(&mut self, theme: Theme) -> Act {
        let (what, end) = match theme {
            Theme::Locks => self.dice.choose(&[
                (Shown::Lock, LOCKS),
                (Shown::Event, EVENTS),
                (Shown::Barrier, 1),
            ]),
            Theme::Queues => (Shown::Queue, QUEUES),
            Theme::Groups => (Shown::Group, GROUPS),
            Theme::Timeouts => (Shown::Timeout, TIMEOUTS),
            _ => (Shown::Slot, SLOTS),
        };
        Act::Show { what, number: self.dice.below(end) }
    }

    fn act_on_future(&mut self) -> Act {
        let slot = self.dice.below(SLOTS);
        match self.dice.below(12) {
            0 | 1 => Act::NewFuture { slot },
            2..6 => self.end_of_future(slot),
            6 => Act::State { slot },
            7 => Act::Result { slot },
            8 => Act::Exception { slot },
            9 | 10 => {
                let (callback, body) = (self.dice.below(CALLBACKS), self.acts());
                Act::AddCallback { slot, callback, body, context: self.context() }
            }
            _ => Act::RemoveCallback { slot, callback: self.dice.below(CALLBACKS) },
        }
    }

    fn end_of_future(&mut self, slot: usize) -> Act {
        match self.dice.below(5) {
            0..3 => Act::SetResult { slot, value: self.value() },
            3 => Act::SetException { slot, error: self.failure() },
            _ => Act::Cancel { slot, message: self.message() },
        }
    }

    fn spawn(&mut self, depth: u32) -> Act {
        let slot = self.dice.below(SLOTS);
        match self.dice.below(8) {
            0 => Act::AllTasks,
            1 | 2 if depth < DEEPEST => Act::Ensure { slot, what: self.awaited(depth + 1) },
            _ => {
                let (body, eager) = (self.body(depth), self.eager());
                Act::Spawn { slot, body, eager, context: self.context() }
            }
        }
    }

    fn group_spawn(&mut self, depth: u32) -> Act {
        let (group, slot) = (self.dice.below(GROUPS), self.dice.below(SLOTS));
        Act::GroupSpawn { group, slot, body: self.body(depth), eager: self.eager() }
    }

    fn cancel(&mut self) -> Act {
        let slot = self.dice.below(SLOTS);
        match self.dice.below(8) {
            0..4 => Act::Cancel { slot, message: self.message() },
            4 => Act::Uncancel { slot },
            5 => Act::KeepSelf { slot },
            6 => Act::CancelSelf { message: self.message() },
            _ => Act::UncancelSelf,
        }
    }

    fn act_on_loop(&mut self) -> Act {
        let handle = self.dice.below(HANDLES);
        if self.dice.one_in(40) {
            // Above a hundred the loop sweeps cancelled ones in another way.
            let number = 80 + self.dice.below(100);
            let kept = NonZeroUsize::MIN.saturating_add(self.dice.below(8));
            return Act::Timers { number, kept };
        }
        match self.dice.below(16) {
            0..3 => Act::CallSoon { handle, body: self.acts(), context: self.context() },
            3..5 => Act::After { iterations: self.dice.below(6) as u32, body: self.acts() },
            5..9 => Act::CallLater { handle, delay: self.delay(), body: self.acts() },
            9 | 10 => Act::CallAt { handle, delay: self.delay(), body: self.acts() },
            11..14 => Act::CancelHandle { handle },
            14 => Act::CallHandler,
            _ => Act::Stop,
        }
    }

    fn act_on_variable(&mut self) -> Act {
        let variable = self.dice.below(VARIABLES);
        match self.dice.below(7) {
            5 | 6 => Act::CopyContext { context: self.dice.below(CONTEXTS) },
            0 | 1 => Act::SetVar { variable, value: self.value() },
            2 => Act::ResetVar { variable },
            _ => Act::GetVar { variable },
        }
    }

    fn act_on_lock(&mut self) -> Act {
        let (event, condition) = (self.dice.below(EVENTS), self.dice.below(CONDITIONS));
        match self.dice.below(10) {
            0..4 => Act::Release { lock: self.dice.below(LOCKS) },
            4 | 5 => Act::SetEvent { event },
            6 => Act::ClearEvent { event },
            7 => Act::Notify { condition, number: Some(self.dice.below(3)) },
            8 => Act::Notify { condition, number: None },
            _ => Act::Count,
        }
    }

    fn act_on_queue(&mut self) -> Act {
        let queue = self.dice.below(QUEUES);
        match self.dice.below(12) {
            0..5 => Act::PutNowait { queue, item: self.value() },
            5..8 => Act::GetNowait { queue },
            8..11 => Act::TaskDone { queue },
            _ => Act::Shutdown { queue, immediate: self.dice.one_in(2) },
        }
    }
}

// Values.
impl Generator {
    fn value(&mut self) -> i64 {
        self.dice.below(10) as i64
    }

    /// Often the same, as equal deadlines are worth a look.
    fn delay(&mut self) -> f64 {
        self.dice.choose(&[0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0, 0.5, 0.1, -1.0])
    }

    fn deadline(&mut self) -> Option<f64> {
        match self.dice.below(8) {
            0 => None,
            1 => Some(0.0),
            _ => Some(self.delay()),
        }
    }

    fn message(&mut self) -> Option<String> {
        self.dice.one_in(2).then(|| format!("m{}", self.dice.below(100)))
    }

    fn eager(&mut self) -> Option<bool> {
        self.dice.choose(&[None, None, None, Some(false), Some(true), Some(true)])
    }

    fn context(&mut self) -> Option<usize> {
        self.dice.one_in(6).then(|| self.dice.below(CONTEXTS))
    }

    fn failure(&mut self) -> Failure {
        let class = match self.exits && self.dice.one_in(4) {
            true => self.dice.choose(&[Class::KeyboardInterrupt, Class::SystemExit]),
            false => self.dice.choose(&[
                Class::ValueError,
                Class::ValueError,
                Class::RuntimeError,
                Class::TimeoutError,
                Class::CancelledError,
            ]),
        };
        Failure { class, text: format!("e{}", self.dice.below(100)), members: Vec::new() }
    }
}

#[test]
fn a_program_is_its_number_and_its_json() -> serde_json::Result<()> {
    for number in 0..300 {
        let program = generate(1, number);
        assert_eq!(program, generate(1, number));
        assert_ne!(program, generate(2, number));
        assert_eq!(program, serde_json::from_str(&serde_json::to_string(&program)?)?);
    }
    Ok(())
}
