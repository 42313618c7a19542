//! Tasks that hand items to each other.

use async_channel::bounded;

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn queue(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        let (sender, receiver) = bounded(sizes::QUEUE);
        let producer = executor.spawn(async move {
            for number in 0..size.operations {
                sender.send(number).await.expect("a receiver");
            }
        });
        let mut sum = 0;
        while let Ok(number) = receiver.recv().await {
            sum += u64::from(number);
        }
        producer.await;
        assert_eq!(sum, sizes::sum(size.operations));
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn ping_pong(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        let (ping, here) = bounded::<u32>(1);
        let (there, pong) = bounded(1);
        let player = executor.spawn(async move {
            while let Ok(number) = here.recv().await {
                there.send(number).await.expect("a receiver");
            }
        });
        for number in 0..size.operations {
            ping.send(number).await.expect("a receiver");
            assert_eq!(pong.recv().await, Ok(number));
        }
        drop(ping);
        player.await;
        watch.nanoseconds_each(size.operations)
    })
}
