//! The rows on locks and queues as programs on this project's crate.

use std::time::Instant;

use asyncio::{Lock, Queue, Task, create_task, run, sleep};

use crate::{measure::nanoseconds, sizes};

pub(crate) fn queue() -> f64 {
    let main = async {
        let start = Instant::now();
        let queue = Queue::new(sizes::QUEUE);
        let target = queue.clone();
        let producer = create_task(async move {
            for number in 0..sizes::ITEMS {
                target.put(number).await?;
            }
            asyncio::Ok(())
        });
        let mut sum = 0;
        for _ in 0..sizes::ITEMS {
            sum += u64::from(queue.get().await?);
        }
        producer.await?;
        assert_eq!(sum, u64::from(sizes::ITEMS) * u64::from(sizes::ITEMS - 1) / 2);
        asyncio::Ok(nanoseconds(start, sizes::ITEMS))
    };
    run(main).expect("a figure")
}

pub(crate) fn ping_pong() -> f64 {
    let main = async {
        let start = Instant::now();
        let (ping, pong) = (Queue::new(1), Queue::new(1));
        let (here, there) = (ping.clone(), pong.clone());
        let player = create_task(async move {
            for _ in 0..sizes::ROUNDS {
                there.put(here.get().await?).await?;
            }
            asyncio::Ok(())
        });
        for number in 0..sizes::ROUNDS {
            ping.put(number).await?;
            assert_eq!(pong.get().await?, number);
        }
        player.await?;
        asyncio::Ok(nanoseconds(start, sizes::ROUNDS))
    };
    run(main).expect("a figure")
}

pub(crate) fn lock() -> f64 {
    let main = async {
        let start = Instant::now();
        let lock = Lock::new();
        let rival = || {
            let lock = lock.clone();
            async move {
                for _ in 0..sizes::ROUNDS / sizes::RIVALS {
                    lock.acquire().await?;
                    sleep(0).await?;
                    lock.release()?;
                }
                asyncio::Ok(())
            }
        };
        let tasks: Vec<Task<()>> = (0..sizes::RIVALS).map(|_| create_task(rival())).collect();
        for task in tasks {
            task.await?;
        }
        asyncio::Ok(nanoseconds(start, sizes::ROUNDS))
    };
    run(main).expect("a figure")
}
