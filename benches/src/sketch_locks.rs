//! The rows on locks and queues as programs on the sketch: no cancellation, no loop binding.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use crate::{
    measure::nanoseconds,
    sizes,
    sketch::{Future, Task, create_task, run, yield_now},
};

type Line = RefCell<VecDeque<Future<()>>>;

fn join(line: &Line) -> Future<()> {
    let waiter = Future::new();
    line.borrow_mut().push_back(waiter.clone());
    waiter
}

fn wake_next(line: &Line) {
    let next = line.borrow_mut().pop_front();
    if let Some(waiter) = next {
        waiter.set_result(());
    }
}

struct Queue<T> {
    maxsize: usize,
    items: RefCell<VecDeque<T>>,
    getters: Line,
    putters: Line,
}

impl<T> Queue<T> {
    fn new(maxsize: usize) -> Rc<Self> {
        let (items, getters, putters) = Default::default();
        Rc::new(Self { maxsize, items, getters, putters })
    }

    async fn put(&self, item: T) {
        while self.items.borrow().len() >= self.maxsize {
            let putter = join(&self.putters);
            putter.wait().await;
        }
        self.items.borrow_mut().push_back(item);
        wake_next(&self.getters);
    }

    async fn get(&self) -> T {
        loop {
            let item = self.items.borrow_mut().pop_front();
            if let Some(item) = item {
                wake_next(&self.putters);
                return item;
            }
            let getter = join(&self.getters);
            getter.wait().await;
        }
    }
}

pub(crate) fn queue() -> f64 {
    run(async {
        let start = Instant::now();
        let queue = Queue::new(sizes::QUEUE);
        let target = Rc::clone(&queue);
        let producer = create_task(async move {
            for number in 0..sizes::ITEMS {
                target.put(number).await;
            }
        });
        let mut sum = 0;
        for _ in 0..sizes::ITEMS {
            sum += u64::from(queue.get().await);
        }
        producer.wait().await;
        assert_eq!(sum, u64::from(sizes::ITEMS) * u64::from(sizes::ITEMS - 1) / 2);
        nanoseconds(start, sizes::ITEMS)
    })
}

pub(crate) fn ping_pong() -> f64 {
    run(async {
        let start = Instant::now();
        let (ping, pong) = (Queue::new(1), Queue::new(1));
        let (here, there) = (Rc::clone(&ping), Rc::clone(&pong));
        let player = create_task(async move {
            for _ in 0..sizes::ROUNDS {
                there.put(here.get().await).await;
            }
        });
        for number in 0..sizes::ROUNDS {
            ping.put(number).await;
            assert_eq!(pong.get().await, number);
        }
        player.wait().await;
        nanoseconds(start, sizes::ROUNDS)
    })
}

#[derive(Default)]
struct Lock {
    locked: Cell<bool>,
    waiters: Line,
    /// The first is woken already.
    is_waking: Cell<bool>,
}

impl Lock {
    async fn acquire(&self) {
        if self.locked.get() || !self.waiters.borrow().is_empty() {
            let waiter = join(&self.waiters);
            waiter.wait().await;
            self.waiters.borrow_mut().pop_front();
            self.is_waking.set(false);
        }
        self.locked.set(true);
    }

    fn release(&self) {
        self.locked.set(false);
        let first = self.waiters.borrow().front().cloned();
        if let Some(waiter) = first
            && !self.is_waking.replace(true)
        {
            waiter.set_result(());
        }
    }
}

pub(crate) fn lock() -> f64 {
    run(async {
        let start = Instant::now();
        let lock = Rc::new(Lock::default());
        let rival = || {
            let lock = Rc::clone(&lock);
            async move {
                for _ in 0..sizes::ROUNDS / sizes::RIVALS {
                    lock.acquire().await;
                    yield_now().await;
                    lock.release();
                }
            }
        };
        let tasks: Vec<Task<()>> = (0..sizes::RIVALS).map(|_| create_task(rival())).collect();
        for task in &tasks {
            task.wait().await;
        }
        nanoseconds(start, sizes::ROUNDS)
    })
}
