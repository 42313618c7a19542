//! Tasks that hand items to each other.

use asyncio::{Queue, create_task};

use super::measured;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn queue(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let queue = Queue::new(sizes::QUEUE);
        let target = queue.clone();
        let producer = create_task(async move {
            for number in 0..size.operations {
                target.put(number).await?;
            }
            asyncio::Ok(())
        });
        let mut sum = 0;
        for _ in 0..size.operations {
            sum += u64::from(queue.get().await?);
        }
        producer.await?;
        assert_eq!(sum, sizes::sum(size.operations));
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn ping_pong(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let (ping, pong) = (Queue::new(1), Queue::new(1));
        let (here, there) = (ping.clone(), pong.clone());
        let player = create_task(async move {
            for _ in 0..size.operations {
                there.put(here.get().await?).await?;
            }
            asyncio::Ok(())
        });
        for number in 0..size.operations {
            ping.put(number).await?;
            assert_eq!(pong.get().await?, number);
        }
        player.await?;
        Ok(watch.nanoseconds_each(size.operations))
    })
}
