//! Tasks that hand items to each other.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use super::waiting::{Line, join, wake_next};
use crate::{
    measure::Watch,
    sizes::{self, Size},
    sketch::{create_task, run},
};

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

pub(crate) fn queue(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let queue = Queue::new(sizes::QUEUE);
        let target = Rc::clone(&queue);
        let producer = create_task(async move {
            for number in 0..size.operations {
                target.put(number).await;
            }
        });
        let mut sum = 0;
        for _ in 0..size.operations {
            sum += u64::from(queue.get().await);
        }
        producer.wait().await;
        assert_eq!(sum, sizes::sum(size.operations));
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn ping_pong(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let (ping, pong) = (Queue::new(1), Queue::new(1));
        let (here, there) = (Rc::clone(&ping), Rc::clone(&pong));
        let player = create_task(async move {
            for _ in 0..size.operations {
                there.put(here.get().await).await;
            }
        });
        for number in 0..size.operations {
            ping.put(number).await;
            assert_eq!(pong.get().await, number);
        }
        player.wait().await;
        watch.nanoseconds_each(size.operations)
    })
}
