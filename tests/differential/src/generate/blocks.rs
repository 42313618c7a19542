//! Blocks and generators.

use std::sync::Arc;

use super::Generator;
use crate::program::{
    Act, Arm, Awaited, Body, Class, Failure, GENERATORS, GROUPS, Give, LOCKS, Manager, Op, QUEUES,
    Raise, Request, Say, Source, Spec,
};

/// What is caught most.
const CAUGHT: [Class; 9] = [
    Class::CancelledError,
    Class::CancelledError,
    Class::Exception,
    Class::Exception,
    Class::ValueError,
    Class::RuntimeError,
    Class::TimeoutError,
    Class::ExceptionGroup,
    Class::BaseException,
];

// Blocks.
impl Generator {
    pub(super) fn hold(&mut self, lock: usize, body: Body) -> Op {
        Op::Hold { lock, body, block: self.dice.one_in(2) }
    }

    pub(super) fn block(&mut self, depth: u32) -> Op {
        match self.dice.below(18) {
            0..3 => Op::With { manager: self.manager(depth), body: self.body_that_leaves(depth) },
            3..6 => self.try_except(depth),
            6 | 7 => self.try_star(depth),
            8..11 => Op::For { rounds: 1 + self.dice.below(3), body: self.body_that_leaves(depth) },
            11 | 12 => self.async_for(depth),
            13 | 14 => self.nest_loop(depth),
            15 => Op::NestStream {
                source: self.source(depth),
                most: 1 + self.dice.below(3),
                lock: self.dice.below(LOCKS),
                manager: self.manager(depth),
                body: self.body_that_leaves(depth),
                cleanup: self.short(depth),
            },
            16 => Op::NestGroup {
                rounds: 1 + self.dice.below(2),
                group: self.dice.below(GROUPS),
                body: self.body_of_group(depth),
                handler: self.short(depth),
                cleanup: self.short(depth),
            },
            _ => Op::Act(Act::Raise { error: self.group_of_failures() }),
        }
    }

    /// Most often with a way out at the end, or in the middle.
    fn body_that_leaves(&mut self, depth: u32) -> Body {
        let mut ops = self.ops(depth + 1, 3);
        self.leave(&mut ops);
        ops.into()
    }

    fn body_of_group(&mut self, depth: u32) -> Body {
        let mut ops = self.group_body(depth).to_vec();
        self.leave(&mut ops);
        ops.into()
    }

    fn leave(&mut self, ops: &mut Vec<Op>) {
        let way = match self.dice.below(9) {
            0 | 1 => Op::Break,
            2 => Op::Continue,
            3 => Op::Return { value: self.value() },
            4 | 5 => Op::Act(Act::Raise { error: self.failure() }),
            _ => return,
        };
        ops.push(way);
    }

    /// A few steps, or none.
    fn short(&mut self, depth: u32) -> Body {
        match self.dice.one_in(2) {
            true => Body::default(),
            false => self.ops(depth + 1, 2).into(),
        }
    }

    fn manager(&mut self, depth: u32) -> Manager {
        let swallows = [
            None,
            None,
            None,
            Some(Class::Exception),
            Some(Class::CancelledError),
            Some(Class::BaseException),
        ];
        Manager {
            enter: self.short(depth + 1),
            exit: self.short(depth + 1),
            swallows: self.dice.choose(&swallows),
        }
    }

    fn try_except(&mut self, depth: u32) -> Op {
        Op::TryExcept {
            body: self.body_that_leaves(depth),
            arm: self.arm(depth, &CAUGHT),
            last: self.dice.one_in(3).then(|| self.arm(depth, &[Class::Exception])),
            otherwise: self.short(depth),
            cleanup: self.short(depth),
        }
    }

    fn try_star(&mut self, depth: u32) -> Op {
        let classes = CAUGHT.map(|class| match class {
            Class::ExceptionGroup => Class::ValueError,
            class => class,
        });
        Op::TryStar {
            body: match self.dice.one_in(2) {
                true => [Op::Act(Act::Raise { error: self.group_of_failures() })].into(),
                false => self.body_that_leaves(depth),
            },
            arm: self.arm(depth, &classes),
            last: self.arm(depth, &[Class::Exception]),
            otherwise: self.short(depth),
            cleanup: self.short(depth),
        }
    }

    fn arm(&mut self, depth: u32, classes: &[Class]) -> Arm {
        let raises = match self.dice.below(8) {
            0 | 1 => Some(Raise::Again),
            2 => Some(Raise::New { error: self.failure() }),
            3 => Some(Raise::From { error: self.failure() }),
            4 => Some(Raise::FromNone { error: self.failure() }),
            _ => None,
        };
        Arm { catch: self.dice.choose(classes), handler: self.short(depth), raises }
    }

    fn nest_loop(&mut self, depth: u32) -> Op {
        Op::NestLoop {
            rounds: 1 + self.dice.below(3),
            manager: self.manager(depth),
            delay: self.deadline(),
            body: self.body_that_leaves(depth),
            handler: self.short(depth),
            cleanup: self.short(depth),
        }
    }

    pub(super) fn group_of_failures(&mut self) -> Failure {
        let mut members: Vec<Failure> = (0..=self.dice.below(3)).map(|_| self.failure()).collect();
        if self.dice.one_in(4) {
            members.push(self.group_of_failures());
        }
        let text = format!("g{}", self.dice.below(100));
        Failure { class: Class::ExceptionGroup, text, members }
    }

    fn async_for(&mut self, depth: u32) -> Op {
        Op::AsyncFor {
            source: self.source(depth),
            most: 1 + self.dice.below(4),
            closing: self.dice.one_in(4),
            body: self.body_that_leaves(depth),
            otherwise: self.short(depth),
        }
    }

    fn source(&mut self, depth: u32) -> Source {
        match self.dice.below(8) {
            0..3 => Source::Generator { generator: self.dice.below(GENERATORS) },
            3..6 => Source::Fresh { spec: self.spec(depth) },
            6 => Source::Stream {
                items: self.dice.below(4),
                body: self.short(depth),
                error: self.dice.one_in(4).then(|| self.failure()),
            },
            _ => Source::Queue { queue: self.dice.below(QUEUES) },
        }
    }
}

// Generators.
impl Generator {
    /// A step that has to do with generators.
    pub(super) fn generators(&mut self, depth: u32) -> Op {
        let is_deep = depth >= super::DEEPEST;
        match self.dice.below(12) {
            0 | 1 => Op::Act(self.act_on_generator(depth)),
            2 | 3 if !is_deep => self.async_for(depth),
            4 if !is_deep => Op::Closing {
                generator: self.dice.below(GENERATORS),
                body: self.body_that_leaves(depth),
            },
            5..8 if !is_deep => self.life(depth),
            _ => self.ask(),
        }
    }

    /// A generator, and a few requests to it.
    fn life(&mut self, depth: u32) -> Op {
        let generator = self.dice.below(GENERATORS);
        let mut ops = vec![Op::Act(Act::Generator { generator, spec: self.spec(depth) })];
        for _ in 0..=self.dice.below(4) {
            let what = Awaited::Request { generator, request: self.method() };
            let request = Op::Await { what };
            ops.push(if self.dice.one_in(3) { self.shelter(request) } else { request });
        }
        if self.dice.one_in(3) {
            ops.push(Op::Act(Act::DropGenerator { generator }));
        }
        Op::For { rounds: 1 + self.dice.below(2), body: ops.into() }
    }

    fn ask(&mut self) -> Op {
        let what = self.request();
        let what = match self.dice.below(8) {
            0 => Awaited::WaitFor { what: what.into(), timeout: self.deadline() },
            1 => Awaited::Shield { what: what.into() },
            2 => {
                let children = vec![what, self.request()];
                Awaited::Gather { children, return_exceptions: self.dice.one_in(2) }
            }
            _ => what,
        };
        match self.dice.one_in(6) {
            true => Op::Act(Act::Ensure { slot: self.dice.below(super::SLOTS), what }),
            false => Op::Await { what },
        }
    }

    /// The generators that are there from the beginning.
    pub(super) fn first_generators(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        for generator in 0..self.dice.below(GENERATORS + 1) {
            ops.push(Op::Act(Act::Generator { generator, spec: self.simple_spec() }));
        }
        ops
    }

    pub(super) fn act_on_generator(&mut self, depth: u32) -> Act {
        let generator = self.dice.below(GENERATORS);
        match self.dice.one_in(3) {
            true => Act::DropGenerator { generator },
            false => Act::Generator { generator, spec: self.spec(depth) },
        }
    }

    pub(super) fn request(&mut self) -> Awaited {
        Awaited::Request { generator: self.dice.below(GENERATORS), request: self.method() }
    }

    pub(super) fn method(&mut self) -> Request {
        match self.dice.below(10) {
            0..6 => Request::Anext,
            6 => Request::Asend { value: self.value() },
            7 => Request::Athrow { error: self.thrown() },
            _ => Request::Aclose,
        }
    }

    fn thrown(&mut self) -> Failure {
        let class = self.dice.choose(&[
            Class::ValueError,
            Class::ValueError,
            Class::CancelledError,
            Class::GeneratorExit,
            Class::StopAsyncIteration,
        ]);
        Failure { class, ..self.failure() }
    }

    pub(super) fn spec(&mut self, depth: u32) -> Arc<Spec> {
        if self.dice.one_in(2) {
            return self.simple_spec();
        }
        let body = (0..=self.dice.below(4)).map(|_| self.give(depth)).collect();
        let (handler, cleanup) = (self.says(depth), self.says(depth));
        self.spec_of(body, handler, cleanup, false)
    }

    /// A generator that waits for time, locks and queues alone.
    pub(super) fn simple_spec(&mut self) -> Arc<Spec> {
        let mut body = Vec::new();
        for _ in 0..=self.dice.below(5) {
            body.push(match self.dice.below(4) {
                0 => Give::Op(self.simple_wait()),
                1 if self.dice.one_in(3) => {
                    let [enter, exit] = [(); 2].map(|()| [self.simple_wait()].into());
                    let manager = Manager { enter, exit, swallows: None };
                    let (values, body) = (1 + self.dice.below(2), [self.simple_wait()].into());
                    Give::YieldWith { manager, values, body }
                }
                _ => Give::Yield { value: self.value() },
            });
        }
        let [handler, cleanup] = [(); 2].map(|()| {
            let mut says = Vec::new();
            for _ in 0..self.dice.below(3) {
                says.push(match self.dice.one_in(3) {
                    true => Say::Yield { value: self.value() },
                    false => Say::Op(self.simple_wait()),
                });
            }
            says
        });
        self.spec_of(body, handler, cleanup, true)
    }

    fn simple_wait(&mut self) -> Op {
        let what = match self.dice.below(8) {
            0 => self.lock(),
            1 => self.queue(),
            2 => return Op::Act(Act::Raise { error: self.failure() }),
            _ => Awaited::Sleep { delay: self.delay(), value: self.value() },
        };
        Op::Await { what }
    }

    fn spec_of(
        &mut self,
        body: Vec<Give>,
        handler: Vec<Say>,
        cleanup: Vec<Say>,
        simple: bool,
    ) -> Arc<Spec> {
        let (catch, reraise) = (self.dice.choose(&CAUGHT), !self.dice.one_in(3));
        let kept = self.dice.one_in(5);
        Arc::new(Spec { body, catch, handler, reraise, cleanup, simple, kept })
    }

    fn give(&mut self, depth: u32) -> Give {
        if self.dice.below(5) > 1 {
            return Give::Yield { value: self.value() };
        }
        if self.budget <= 0 || depth >= super::DEEPEST {
            return Give::Op(Op::Await { what: Awaited::Sleep { delay: self.delay(), value: 0 } });
        }
        self.budget -= 1;
        match self.dice.below(6) {
            0 => Give::YieldWith {
                manager: self.manager(depth),
                values: 1 + self.dice.below(2),
                body: self.short(depth + 1),
            },
            1 => Give::YieldFrom { source: self.source(depth + 1), most: 1 + self.dice.below(3) },
            2 => Give::Op(self.op(depth + 1)),
            _ => Give::Op(Op::Await { what: Awaited::Sleep { delay: self.delay(), value: 0 } }),
        }
    }

    fn says(&mut self, depth: u32) -> Vec<Say> {
        let mut says = Vec::new();
        for _ in 0..self.dice.below(3) {
            says.push(match self.dice.below(3) {
                0 => Say::Yield { value: self.value() },
                1 if self.budget > 0 && depth < super::DEEPEST => {
                    self.budget -= 1;
                    Say::Op(self.op(depth + 1))
                }
                _ => {
                    let sleep = Awaited::Sleep { delay: self.delay(), value: 0 };
                    Say::Op(Op::Await { what: sleep })
                }
            });
        }
        says
    }
}
