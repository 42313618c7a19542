//! `test_queues.py`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    CancelledError, Event, LifoQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, QueueShutDown,
    Result, TaskGroup, TimeoutError, ValueError, create_task, get_running_loop, sleep, wait_for,
};

mod QueueBasicTests {
    use super::*;

    async fn test_repr_or_str(text: fn(&Queue<i32>) -> String, start: &str) -> Result<()> {
        let queue = Queue::new(0);
        assert!(text(&queue).starts_with(start));

        let getter = create_task(queue.get());
        sleep(0).await?;
        assert!(text(&queue).contains(" _getters[1]"));
        queue.put_nowait(0)?;
        assert_eq!(getter.await?, 0);

        let queue = Queue::new(1);
        queue.put_nowait(1)?;
        let putter = create_task(queue.put(2));
        sleep(0).await?;
        assert!(text(&queue).contains(" _putters[1]"));
        queue.get_nowait()?;
        putter.await?;

        let queue = Queue::new(0);
        queue.put_nowait(1)?;
        assert!(text(&queue).contains(" _queue=[1]"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        test_repr_or_str(|queue| format!("{queue:?}"), "<Queue at 0x").await
    }

    #[asyncio::test]
    async fn test_str() -> Result<()> {
        test_repr_or_str(|queue| queue.to_string(), "<Queue maxsize=").await
    }

    #[asyncio::test]
    async fn test_empty() -> Result<()> {
        let queue = Queue::new(0);
        assert!(queue.empty());
        queue.put(1).await?;
        assert!(!queue.empty());
        assert_eq!(queue.get().await?, 1);
        assert!(queue.empty());
        Ok(())
    }

    #[asyncio::test]
    async fn test_full() -> Result<()> {
        assert!(!Queue::<i32>::new(0).full());
        let queue = Queue::new(1);
        queue.put(1).await?;
        assert!(queue.full());
        Ok(())
    }

    #[asyncio::test]
    async fn test_order() -> Result<()> {
        assert_eq!(super::through(&Queue::new(0)).await?, [1, 3, 2]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_maxsize() -> Result<()> {
        let queue = Queue::new(2);
        assert_eq!(queue.maxsize(), 2);
        let have_been_put = Rc::new(RefCell::new(Vec::new()));
        let (target, log) = (queue.clone(), Rc::clone(&have_been_put));
        let putter = create_task(async move {
            for number in 0..3 {
                target.put(number).await?;
                log.borrow_mut().push(number);
            }
            asyncio::Ok(())
        });
        sleep(0).await?;
        sleep(0).await?;
        assert_eq!(*have_been_put.borrow(), [0, 1]);
        assert_eq!(queue.get().await?, 0);
        sleep(0).await?;
        assert_eq!(*have_been_put.borrow(), [0, 1, 2]);
        assert_eq!((queue.get().await?, queue.get().await?), (1, 2));
        assert!(putter.done());
        Ok(())
    }
}

/// What comes out when 1, 3, 2 go in.
async fn through(queue: &Queue<i32>) -> Result<Vec<i32>> {
    for item in [1, 3, 2] {
        queue.put(item).await?;
    }
    let mut items = Vec::new();
    while !queue.empty() {
        items.push(queue.get().await?);
    }
    Ok(items)
}

mod QueueGetTests {
    use super::*;

    #[asyncio::test]
    async fn test_blocking_get() -> Result<()> {
        let queue = Queue::new(0);
        queue.put_nowait(1)?;
        assert_eq!(queue.get().await?, 1);
        Ok(())
    }

    #[asyncio::test]
    async fn test_get_with_putters() -> Result<()> {
        let queue = Queue::new(1);
        queue.put(1).await?;
        let putter = create_task(queue.put(2));
        sleep(0).await?;
        assert_eq!(queue.get().await?, 1);
        assert!(!putter.done());
        sleep(0).await?;
        assert!(putter.done());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_blocking_get_wait() -> Result<()> {
        let (queue, started) = (Queue::new(0), Event::new());
        let finished = Rc::new(Cell::new(false));
        let (source, starting, finishing) = (queue.clone(), started.clone(), finished.clone());
        let task = create_task(async move {
            starting.set();
            let item = source.get().await?;
            finishing.set(true);
            asyncio::Ok(item)
        });
        started.wait().await?;
        assert!(!finished.get());
        get_running_loop()
            .call_later(0.01, move || queue.put_nowait(1).map_err(asyncio::Error::from));
        assert_eq!(task.await?, 1);
        assert!(finished.get());
        Ok(())
    }

    #[test]
    fn test_nonblocking_get() {
        let queue = Queue::new(0);
        queue.put_nowait(1).unwrap();
        assert_eq!(queue.get_nowait().unwrap(), 1);
    }

    #[test]
    fn test_nonblocking_get_exception() {
        assert!(Queue::<i32>::new(0).get_nowait().unwrap_err().is::<QueueEmpty>());
    }

    #[asyncio::test]
    async fn test_get_cancelled_race() -> Result<()> {
        let queue = Queue::new(0);
        let (first, second) = (create_task(queue.get()), create_task(queue.get()));
        sleep(0).await?;
        first.cancel();
        sleep(0).await?;
        assert!(first.done());
        queue.put("a").await?;
        sleep(0).await?;
        assert_eq!(second.await?, "a");
        Ok(())
    }

    #[asyncio::test]
    async fn test_get_with_waiting_putters() -> Result<()> {
        let queue = Queue::new(1);
        create_task(queue.put("a"));
        create_task(queue.put("b"));
        assert_eq!((queue.get().await?, queue.get().await?), ("a", "b"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_why_are_getters_waiting() -> Result<()> {
        let queue = Queue::new(1);
        let (source, target) = (queue.clone(), queue);
        let consume = async move {
            for _ in 0..5 {
                source.get().await?;
            }
            asyncio::Ok(())
        };
        let produce = async move {
            for number in 0..5 {
                target.put(number).await?;
            }
            asyncio::Ok(())
        };
        asyncio::gather((produce, consume)).await?;
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_cancelled_getters_not_being_held_in_self_getters() -> Result<()> {
        let queue = Queue::<i32>::new(5);
        assert!(wait_for(queue.get(), 0.1).await.unwrap_err().is::<TimeoutError>());
        assert_eq!(queue.to_string(), "<Queue maxsize=5>");
        Ok(())
    }
}

mod QueuePutTests {
    use super::*;

    #[asyncio::test]
    async fn test_blocking_put() -> Result<()> {
        let queue = Queue::new(0);
        queue.put(1).await?;
        assert_eq!(queue.get().await?, 1);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_blocking_put_wait() -> Result<()> {
        let (queue, started) = (Queue::new(1), Event::new());
        let (source, target, starting) = (queue.clone(), queue.clone(), started.clone());
        get_running_loop().call_later(0.01, move || source.get_nowait().map(drop));
        let task = create_task(async move {
            starting.set();
            target.put(1).await?;
            target.put(2).await?;
            asyncio::Ok(())
        });
        started.wait().await?;
        assert!(!task.done());
        task.await?;
        assert_eq!(queue.get_nowait()?, 2);
        Ok(())
    }

    #[test]
    fn test_nonblocking_put() {
        let queue = Queue::new(0);
        queue.put_nowait(1).unwrap();
        assert_eq!(queue.get_nowait().unwrap(), 1);
    }

    #[asyncio::test]
    async fn test_get_cancel_drop_one_pending_reader() -> Result<()> {
        let queue = Queue::new(0);
        let reader = create_task(queue.get());
        sleep(0).await?;
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        reader.cancel();
        let item = match reader.await {
            Err(error) if error.is::<CancelledError>() => create_task(queue.get()).await?,
            outcome => outcome?,
        };
        assert_eq!(item, 1);
        Ok(())
    }

    #[asyncio::test]
    async fn test_get_cancel_drop_many_pending_readers() -> Result<()> {
        let queue = Queue::new(0);
        let [first, second, third] = [(); 3].map(|()| create_task(queue.get()));
        sleep(0).await?;
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        first.cancel();
        assert!(first.await.unwrap_err().is::<CancelledError>());
        let mut items = [third.await?, second.await?];
        items.sort_unstable();
        assert_eq!(items, [1, 2]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_put_cancel_drop() -> Result<()> {
        let queue = Queue::new(1);
        queue.put_nowait(1)?;
        let writer = create_task(queue.put(2));
        sleep(0).await?;
        assert_eq!(queue.get_nowait()?, 1);
        writer.cancel();
        if writer.await.is_err_and(|error| error.is::<CancelledError>()) {
            create_task(queue.put(2)).await?;
        }
        assert_eq!(queue.get_nowait()?, 2);
        assert_eq!(queue.qsize(), 0);
        Ok(())
    }

    #[test]
    fn test_nonblocking_put_exception() {
        let queue = Queue::new(1);
        queue.put_nowait(1).unwrap();
        assert!(queue.put_nowait(2).unwrap_err().is::<QueueFull>());
    }

    #[asyncio::test]
    async fn test_put_cancelled() -> Result<()> {
        let queue = Queue::new(0);
        let task = create_task(queue.put(1));
        assert_eq!(queue.get().await?, 1);
        assert!(task.done());
        task.await
    }

    #[asyncio::test]
    async fn test_put_cancelled_race() -> Result<()> {
        let queue = Queue::new(1);
        let [a, b, c] = ["a", "b", "X"].map(|item| create_task(queue.put(item)));
        sleep(0).await?;
        assert!(a.done() && !b.done());
        c.cancel();
        sleep(0).await?;
        assert!(c.done());
        assert_eq!(queue.get_nowait()?, "a");
        sleep(0).await?;
        assert_eq!(queue.get_nowait()?, "b");
        b.await
    }

    #[asyncio::test]
    async fn test_put_with_waiting_getters() -> Result<()> {
        let queue = Queue::new(0);
        let task = create_task(queue.get());
        sleep(0).await?;
        queue.put("a").await?;
        assert_eq!(task.await?, "a");
        Ok(())
    }

    #[asyncio::test]
    async fn test_why_are_putters_waiting() -> Result<()> {
        let queue = Queue::new(2);
        let group = TaskGroup::new();
        let source = queue.clone();
        let get = async move {
            sleep(0).await?;
            for _ in 0..source.qsize() {
                source.get_nowait()?;
            }
            asyncio::Ok(())
        };
        group
            .run(async |group| {
                group.create_task(get)?;
                for number in 0..4 {
                    group.create_task(queue.put(number))?;
                }
                asyncio::Ok(())
            })
            .await
    }

    #[asyncio::test]
    async fn test_cancelled_puts_not_being_held_in_self_putters() -> Result<()> {
        let queue = Queue::new(1);
        queue.put_nowait(1)?;
        let task = create_task(queue.put(1));
        sleep(0).await?;
        assert!(queue.to_string().contains("_putters[1]"));
        task.cancel();
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(!queue.to_string().contains("_putters"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_cancelled_put_silence_value_error_exception() -> Result<()> {
        let queue = Queue::new(1);
        queue.put_nowait(1)?;
        let task = create_task(queue.put(1));
        sleep(0).await?;
        queue.get_nowait()?;
        task.cancel();
        assert!(task.await.unwrap_err().is::<CancelledError>());
        Ok(())
    }
}

mod LifoQueueTests {
    use super::*;

    #[asyncio::test]
    async fn test_order() -> Result<()> {
        assert_eq!(through(&LifoQueue::new(0)).await?, [2, 3, 1]);
        Ok(())
    }
}

mod PriorityQueueTests {
    use super::*;

    #[asyncio::test]
    async fn test_order() -> Result<()> {
        assert_eq!(through(&PriorityQueue::new(0)).await?, [1, 2, 3]);
        Ok(())
    }
}

/// Python's mixins, for each class of queue.
macro_rules! mixins {
    ($($class:ident: $join:ident $shutdown:ident,)+) => {$(
        mod $join {
            use super::*;

            #[test]
            fn test_task_done_underflow() {
                assert!($class::<i32>::new(0).task_done().unwrap_err().is::<ValueError>());
            }

            #[asyncio::test]
            async fn test_task_done() -> Result<()> {
                super::test_task_done(&$class::new(0)).await
            }

            #[asyncio::test]
            async fn test_join_empty_queue() -> Result<()> {
                let queue = $class::<i32>::new(0);
                queue.join().await?;
                queue.join().await
            }

            #[test]
            fn test_format() {
                let queue = $class::new(0);
                let name = stringify!($class);
                assert_eq!(queue.to_string(), format!("<{name} maxsize=0>"));
                for number in 0..2 {
                    queue.put_nowait(number).unwrap();
                    queue.get_nowait().unwrap();
                }
                assert_eq!(queue.to_string(), format!("<{name} maxsize=0 tasks=2>"));
            }
        }

        mod $shutdown {
            use super::*;

            #[test]
            fn test_format() {
                let queue = $class::<i32>::new(0);
                queue.shutdown(false);
                let name = stringify!($class);
                assert_eq!(queue.to_string(), format!("<{name} maxsize=0 shutdown>"));
            }

            #[asyncio::test]
            async fn test_shutdown_empty() -> Result<()> {
                super::test_shutdown_empty(&$class::new(0)).await
            }

            #[asyncio::test]
            async fn test_shutdown_nonempty() -> Result<()> {
                super::test_shutdown_nonempty(&$class::new(1)).await
            }

            #[asyncio::test]
            async fn test_shutdown_immediate() -> Result<()> {
                super::test_shutdown_immediate(&$class::new(0)).await
            }

            #[asyncio::test]
            async fn test_shutdown_immediate_with_unfinished() -> Result<()> {
                super::test_shutdown_immediate_with_unfinished(&$class::new(0)).await
            }
        }
    )+};
}

mixins! {
    Queue: QueueJoinTests QueueShutdownTests,
    LifoQueue: LifoQueueJoinTests LifoQueueShutdownTests,
    PriorityQueue: PriorityQueueJoinTests PriorityQueueShutdownTests,
}

async fn test_task_done(queue: &Queue<i32>) -> Result<()> {
    for number in 0..100 {
        queue.put_nowait(number)?;
    }
    let sum = Rc::new(Cell::new(0));
    let is_running = Rc::new(Cell::new(true));
    let workers = [(); 2].map(|()| {
        let (queue, sum, is_running) = (queue.clone(), sum.clone(), is_running.clone());
        create_task(async move {
            while is_running.get() {
                let item = queue.get().await?;
                sum.set(sum.get() + item);
                queue.task_done()?;
            }
            asyncio::Ok(())
        })
    });
    queue.join().await?;
    assert_eq!(sum.get(), (0..100).sum::<i32>());
    is_running.set(false);
    for worker in workers {
        queue.put_nowait(0)?;
        worker.await?;
    }
    Ok(())
}

/// A queue that was shut down takes and gives nothing.
async fn assert_shut_down(queue: &Queue<&'static str>) {
    assert!(queue.put("data").await.unwrap_err().is::<QueueShutDown>());
    assert!(queue.put_nowait("data").unwrap_err().is::<QueueShutDown>());
    assert!(queue.get().await.unwrap_err().is::<QueueShutDown>());
    assert!(queue.get_nowait().unwrap_err().is::<QueueShutDown>());
}

async fn test_shutdown_empty(queue: &Queue<&'static str>) -> Result<()> {
    let getting = create_task(queue.get());
    sleep(0).await?;
    queue.shutdown(false);
    assert_eq!(queue.qsize(), 0);
    queue.join().await?;
    sleep(0).await?;
    assert!(getting.done() && getting.await.unwrap_err().is::<QueueShutDown>());
    assert_shut_down(queue).await;
    Ok(())
}

async fn test_shutdown_nonempty(queue: &Queue<&'static str>) -> Result<()> {
    queue.put_nowait("data")?;
    let (joining, putting) = (create_task(queue.join()), create_task(queue.put("data2")));
    sleep(0).await?;
    assert!(!putting.done());
    queue.shutdown(false);
    assert_eq!(queue.qsize(), 1);
    sleep(0).await?;
    assert!(putting.done() && putting.await.unwrap_err().is::<QueueShutDown>());
    assert_eq!(queue.get().await?, "data");
    sleep(0).await?;
    assert!(!joining.done());
    assert_shut_down(queue).await;
    queue.task_done()?;
    sleep(0).await?;
    assert!(joining.done());
    assert!(queue.task_done().unwrap_err().is::<ValueError>());
    joining.await
}

async fn test_shutdown_immediate(queue: &Queue<&'static str>) -> Result<()> {
    queue.put_nowait("data")?;
    let joining = create_task(queue.join());
    queue.shutdown(true);
    assert_eq!(queue.qsize(), 0);
    sleep(0).await?;
    assert!(joining.done());
    assert_shut_down(queue).await;
    assert!(queue.task_done().unwrap_err().is::<ValueError>());
    joining.await
}

async fn test_shutdown_immediate_with_unfinished(queue: &Queue<&'static str>) -> Result<()> {
    queue.put_nowait("data")?;
    queue.put_nowait("data")?;
    let joining = create_task(queue.join());
    assert_eq!(queue.get().await?, "data");
    queue.shutdown(true);
    assert_eq!(queue.qsize(), 0);
    sleep(0).await?;
    assert!(!joining.done());
    assert_shut_down(queue).await;
    queue.task_done()?;
    assert!(queue.task_done().unwrap_err().is::<ValueError>());
    sleep(0).await?;
    assert!(joining.done());
    joining.await
}
