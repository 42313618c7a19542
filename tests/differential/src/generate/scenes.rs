//! Workers that all want the same lock or queue, and are cancelled while they wait for it.
//!
//! What is drawn at random seldom meets: somebody has to notify the condition that another
//! waits for, while it holds the lock.

use super::Generator;
use crate::program::{
    Act, Awaited, Body, CONDITIONS, Class, EVENTS, GENERATORS, LOCKS, Op, QUEUES, SLOTS, Source,
};

/// What the workers of a scene want.
#[derive(Clone, Copy)]
enum Prize {
    Lock(usize),
    Condition(usize),
    Event(usize),
    Barrier,
    Queue(usize),
    Generator(usize),
}

/// The locks of the conditions come behind the two plain ones.
const FIRST_CONDITION: usize = 2;

impl Generator {
    /// Workers, and who disturbs them.
    pub(super) fn scene(&mut self) -> Vec<Op> {
        let prize = match self.dice.below(15) {
            0..3 => Prize::Lock(self.dice.below(LOCKS)),
            3..6 => Prize::Condition(self.dice.below(CONDITIONS)),
            6 => Prize::Event(self.dice.below(EVENTS)),
            7 => Prize::Barrier,
            8 | 9 => Prize::Queue(self.dice.below(QUEUES)),
            _ => Prize::Generator(self.dice.below(GENERATORS)),
        };
        let workers = 2 + self.dice.below(SLOTS - 1);
        let mut ops = Vec::new();
        if let Prize::Generator(generator) = prize {
            ops.push(Op::Act(Act::Generator { generator, spec: self.simple_spec() }));
        }
        for slot in 0..workers {
            let (body, eager, context) = (self.worker(prize), self.eager(), None);
            ops.push(Op::Act(Act::Spawn { slot, body, eager, context }));
        }
        for _ in 0..self.dice.below(5) {
            let cancel = Act::Cancel { slot: self.dice.below(workers), message: self.message() };
            let iterations = self.dice.below(16) as u32;
            ops.push(Op::Act(Act::After { iterations, body: [cancel].into() }));
        }
        ops
    }

    fn worker(&mut self, prize: Prize) -> Body {
        let mut ops = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let turn = self.turn(prize);
            ops.push(match self.dice.below(4) {
                0 => Op::Try {
                    body: [turn].into(),
                    catch: self.dice.choose(&[Class::CancelledError, Class::Exception]),
                    handler: [].into(),
                    reraise: false,
                },
                1 => Op::Finally { body: [turn].into(), cleanup: [self.pause()].into() },
                _ => turn,
            });
            if self.dice.one_in(2) {
                ops.push(self.pause());
            }
        }
        ops.into()
    }

    fn pause(&mut self) -> Op {
        let delay = self.dice.choose(&[0.0, 0.0, 0.0, 1.0, 0.5]);
        Op::Await { what: Awaited::Sleep { delay, value: self.value() } }
    }

    /// What a worker does once.
    fn turn(&mut self, prize: Prize) -> Op {
        match prize {
            Prize::Lock(lock) => {
                let body = [self.pause()].into();
                self.hold(lock, body)
            }
            Prize::Condition(condition) => self.turn_at_condition(condition),
            Prize::Event(event) => match self.dice.below(4) {
                0 => Op::Act(Act::SetEvent { event }),
                1 => Op::Act(Act::ClearEvent { event }),
                _ => Op::Await { what: Awaited::Event { event } },
            },
            Prize::Barrier => Op::Await {
                what: match self.dice.below(12) {
                    0 => Awaited::ResetBarrier,
                    1 => Awaited::AbortBarrier,
                    _ => Awaited::Barrier,
                },
            },
            Prize::Queue(queue) => self.turn_at_queue(queue),
            Prize::Generator(generator) => self.turn_at_generator(generator),
        }
    }

    fn turn_at_condition(&mut self, condition: usize) -> Op {
        let what = match self.dice.below(4) {
            0 => Awaited::Condition { condition },
            1 => Awaited::ConditionFor { condition, count: self.dice.below(4) as i64 },
            _ => {
                let number = self.dice.choose(&[None, Some(1), Some(1), Some(2)]);
                let notify = Op::Act(Act::Notify { condition, number });
                let body = [Op::Act(Act::Count), notify, self.pause()].into();
                return self.hold(FIRST_CONDITION + condition, body);
            }
        };
        // With a deadline, half of the time.
        let wait = match self.dice.one_in(2) {
            true => what,
            false => Awaited::WaitFor { what: what.into(), timeout: self.deadline() },
        };
        self.hold(FIRST_CONDITION + condition, [Op::Await { what: wait }].into())
    }

    fn turn_at_queue(&mut self, queue: usize) -> Op {
        match self.dice.below(20) {
            0..7 => Op::Await { what: Awaited::Put { queue, item: self.value() } },
            7..14 => Op::Await { what: Awaited::Get { queue } },
            14..17 => Op::Act(Act::TaskDone { queue }),
            17 => Op::Await { what: Awaited::Join { queue } },
            18 => Op::Act(Act::GetNowait { queue }),
            _ => Op::Act(Act::Shutdown { queue, immediate: self.dice.one_in(2) }),
        }
    }

    fn turn_at_generator(&mut self, generator: usize) -> Op {
        let pause = self.pause();
        match self.dice.below(12) {
            0 => Op::Act(Act::DropGenerator { generator }),
            1 => Op::Closing { generator, body: [pause].into() },
            2..5 => Op::AsyncFor {
                source: Source::Generator { generator },
                most: 1 + self.dice.below(3),
                closing: self.dice.one_in(2),
                body: [pause].into(),
                otherwise: [].into(),
            },
            5 => {
                let what = Awaited::Request { generator, request: self.method() };
                Op::Await { what: Awaited::WaitFor { what: what.into(), timeout: self.deadline() } }
            }
            _ => Op::Await { what: Awaited::Request { generator, request: self.method() } },
        }
    }
}
