//! Threads and the virtual clock.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use asyncio::concurrent;
use asyncio::{
    LoopHandle, Result, TimeoutError, create_task, get_running_loop, sleep, to_thread, wrap_future,
};

use crate::{Gate, gate, run_virtual};

/// Opens a gate, with plenty of time before for a clock that would jump.
fn open_late(gate: &Gate) {
    gate.wait();
    for _ in 0..1000 {
        thread::yield_now();
    }
    gate.open();
}

#[test]
fn virtual_time_stands_still_while_a_thread_works() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        let order = Rc::new(RefCell::new(Vec::new()));
        let late = Rc::clone(&order);
        loop_.call_later(1, move || late.borrow_mut().push("timer"));
        let (gate, function) = gate();
        let opener = thread::spawn(move || open_late(&gate));
        assert_eq!(to_thread(function).await?, "through");
        order.borrow_mut().push("thread");
        assert_eq!(loop_.time(), 0.0);
        sleep(2).await?;
        assert_eq!(*order.borrow(), ["thread", "timer"]);
        assert_eq!(loop_.time(), 2.0);
        opener.join().unwrap();

        // A future that no thread works on holds nothing up.
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        loop_.call_later(3, move || future.set_result("by a timer"));
        assert_eq!(wrapped.await?, "by a timer");
        assert_eq!(loop_.time(), 5.0);
        asyncio::Ok(())
    })
}

#[test]
fn virtual_time_passes_for_a_thread_that_waits_for_the_loop() -> Result<()> {
    fn wait_twice(loop_: &LoopHandle) -> Result<()> {
        loop_.run_coroutine_threadsafe(|| sleep(3600)).result(None)?;
        loop_.run_coroutine_threadsafe(|| sleep(3600)).result(60)
    }
    run_virtual(async {
        let loop_ = get_running_loop();
        let handle = loop_.handle();
        to_thread(move || wait_twice(&handle)).await?;
        assert_eq!(loop_.time(), 7200.0);

        // One that waits does not stand for another that works.
        let handle = loop_.handle();
        let waiting = create_task(to_thread(move || wait_twice(&handle)));
        let (gate, function) = gate();
        let working = loop_.run_in_executor(None, function)?;
        let opener = thread::spawn(move || open_late(&gate));
        working.await?;
        assert_eq!(loop_.time(), 7200.0);
        opener.join().unwrap();
        waiting.await?;
        assert_eq!(loop_.time(), 14400.0);
        asyncio::Ok(())
    })
}

#[test]
fn what_threads_sent_goes_before_any_later_timer() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        let handle = loop_.handle();
        let late = loop_.call_later(1_000_000, || ());
        let (sent, is_sent) = channel();
        let job = loop_.run_in_executor(None, move || {
            let future = handle.run_coroutine_threadsafe(|| sleep(3600));
            let _ = sent.send(());
            future.result(None)
        })?;
        // The loop does nothing until the call is there and the thread waits for it.
        is_sent.recv()?;
        for _ in 0..1000 {
            thread::yield_now();
        }
        job.await?;
        assert_eq!(loop_.time(), 3600.0);
        late.cancel();
        asyncio::Ok(())
    })
}

#[test]
fn a_thread_that_gave_up_waiting_works_again() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        let handle = loop_.handle();
        let (gate, function) = gate();
        let opener = thread::spawn(move || open_late(&gate));
        let later = to_thread(move || {
            let never = || async { asyncio::Future::<()>::new().await };
            let future = handle.run_coroutine_threadsafe(never);
            assert!(future.result(0.01).unwrap_err().is::<TimeoutError>());
            let later = handle.run_coroutine_threadsafe(|| sleep(5));
            function()?;
            asyncio::Ok(later)
        });
        let later = later.await?;
        assert_eq!(loop_.time(), 0.0);
        opener.join().unwrap();
        wrap_future(later).await?;
        assert_eq!(loop_.time(), 5.0);
        asyncio::Ok(())
    })
}

#[test]
fn a_virtual_loop_joins_its_threads_at_the_end() -> Result<()> {
    let done = Arc::new(Mutex::new(false));
    let set = Arc::clone(&done);
    run_virtual(async move {
        let (gate, function) = gate();
        get_running_loop().run_in_executor(None, move || {
            let outcome = function();
            *set.lock().unwrap() = true;
            outcome
        })?;
        thread::spawn(move || open_late(&gate));
        asyncio::Ok(())
    })?;
    // Not even 300 virtual seconds were over before it was.
    assert!(*done.lock().unwrap());
    Ok(())
}
