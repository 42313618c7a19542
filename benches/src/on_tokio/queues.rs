//! Tasks that hand items to each other.

use tokio::sync::mpsc;

use super::Flavor;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn queue<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        let (sender, mut receiver) = mpsc::channel(sizes::QUEUE);
        let producer = F::spawn(async move {
            for number in 0..size.operations {
                sender.send(number).await.expect("a receiver");
            }
        });
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += u64::from(number);
        }
        producer.await.expect("its end");
        assert_eq!(sum, sizes::sum(size.operations));
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn ping_pong<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        let (ping, mut here) = mpsc::channel::<u32>(1);
        let (there, mut pong) = mpsc::channel(1);
        let player = F::spawn(async move {
            while let Some(number) = here.recv().await {
                there.send(number).await.expect("a receiver");
            }
        });
        for number in 0..size.operations {
            ping.send(number).await.expect("a receiver");
            assert_eq!(pong.recv().await, Some(number));
        }
        drop(ping);
        player.await.expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}
