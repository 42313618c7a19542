//! Tasks that hand items to each other, or wait for a permit.

use std::rc::Rc;

use futures_lite::future::yield_now;
use local_sync::{mpsc::bounded::channel, semaphore::Semaphore};
use monoio::{spawn, task::JoinHandle};

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn queue(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let (sender, mut receiver) = channel(sizes::QUEUE);
        let producer = spawn(async move {
            for number in 0..size.operations {
                assert!(sender.send(number).await.is_ok());
            }
        });
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += u64::from(number);
        }
        producer.await;
        assert_eq!(sum, sizes::sum(size.operations));
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn ping_pong(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let (ping, mut here) = channel::<u32>(1);
        let (there, mut pong) = channel(1);
        let player = spawn(async move {
            while let Some(number) = here.recv().await {
                assert!(there.send(number).await.is_ok());
            }
        });
        for number in 0..size.operations {
            assert!(ping.send(number).await.is_ok());
            assert_eq!(pong.recv().await, Some(number));
        }
        drop(ping);
        player.await;
        watch.nanoseconds_each(size.operations)
    })
}

async fn contend_for_permit(semaphore: Rc<Semaphore>, times: u32) {
    for _ in 0..times {
        let _permit = semaphore.acquire().await.expect("a permit");
        yield_now().await;
    }
}

pub(crate) fn semaphore(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let semaphore = Rc::new(Semaphore::new(sizes::PERMITS));
        let tasks: Vec<JoinHandle<()>> = (0..size.alive)
            .map(|_| spawn(contend_for_permit(Rc::clone(&semaphore), size.rounds())))
            .collect();
        for task in tasks {
            task.await;
        }
        watch.nanoseconds_each(size.operations)
    })
}
