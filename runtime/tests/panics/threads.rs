//! Panics in what threads do for the loop, and in what they have the loop do.

use std::sync::Arc;
use std::thread;

use asyncio::{CancelledError, LoopHandle, PanicError, Result};

use crate::scene::{Scene, error_of};

/// Something that threads may own, and that says when it is gone.
type Token = Arc<()>;

/// Panics when it is dropped, unless a panic is on its way already.
struct Bomb {
    _token: Token,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(thread::panicking(), "boom");
    }
}

/// Everything that had a share in the token is gone.
#[track_caller]
fn expect_gone(token: Token) {
    assert_eq!(Arc::strong_count(&token), 1, "something leaked");
}

fn join_pool(scene: &Scene) -> Result<()> {
    let loop_ = scene.loop_.clone();
    scene.loop_.run_until_complete(async move { loop_.shutdown_default_executor(None).await })
}

#[test]
fn a_job_that_panics_is_its_futures_exception() -> Result<()> {
    let (scene, token) = (Scene::new(), Token::default());
    let kept = Arc::clone(&token);
    let job = move || -> Result<u8> {
        let _kept = kept;
        panic!("boom")
    };
    let future = scene.loop_.run_in_executor(None, job)?;
    let error = scene.loop_.run_until_complete(future).unwrap_err();
    let payload = error.downcast_ref::<PanicError>().and_then(PanicError::take_payload);
    assert_eq!(payload.unwrap().downcast_ref(), Some(&"boom"));
    let job = || -> Result<u8> { panic!("boom, too") };
    let outcome = scene.loop_.run_until_complete(asyncio::to_thread(job));
    assert_eq!(error_of(outcome), "PanicError('boom, too')");
    join_pool(&scene)?;
    expect_gone(token);
    scene.goes_on();
    Ok(())
}

#[test]
fn a_job_whose_panic_nobody_awaits_is_reported() -> Result<()> {
    let scene = Scene::new();
    let future = scene.loop_.run_in_executor(None, || -> Result<u8> { panic!("boom") })?;
    while !future.done() {
        scene.run_briefly();
    }
    drop(future);
    join_pool(&scene)?;
    scene.expect(["Future exception was never retrieved: PanicError('boom') [future]"]);
    scene.goes_on();
    Ok(())
}

#[test]
fn a_job_that_drops_a_bomb_has_panicked() -> Result<()> {
    let (scene, token) = (Scene::new(), Token::default());
    let bomb = Bomb { _token: Arc::clone(&token) };
    let outcome = scene.loop_.run_until_complete(asyncio::to_thread(move || {
        let _bomb = bomb;
        asyncio::Ok(())
    }));
    assert_eq!(error_of(outcome), "PanicError('boom')");
    join_pool(&scene)?;
    expect_gone(token);
    scene.goes_on();
    Ok(())
}

/// The result arrives when nobody wants it any more, and is dropped by the loop.
#[test]
fn a_result_that_arrives_too_late_may_be_a_bomb() -> Result<()> {
    let (scene, token) = (Scene::new(), Token::default());
    let bomb = Bomb { _token: Arc::clone(&token) };
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let future = scene.loop_.run_in_executor(None, move || {
        let _ = gate.recv();
        asyncio::Ok(bomb)
    })?;
    scene.loop_.call_soon({
        let future = future.clone();
        move || future.cancel()
    });
    let outcome = scene.loop_.run_until_complete(future).map(drop);
    assert!(outcome.unwrap_err().is::<CancelledError>());
    drop(open);
    join_pool(&scene)?;
    let reports = scene.reports();
    // Whoever has the last of it: the thread, whose log is its own, or the loop.
    let by_loop = [
        "Exception ignored while dropping: PanicError('boom')",
        "Exception in callback _set_state(): PanicError('boom') [handle]",
    ];
    let is_known = |report: &String| by_loop.contains(&report.as_str());
    assert!(reports.len() <= 1 && reports.iter().all(is_known), "{reports:?}");
    expect_gone(token);
    scene.goes_on();
    Ok(())
}

/// Runs `make` on the loop from another thread, and gives back what that thread gets.
fn from_a_thread<M, F>(scene: &Scene, make: M) -> Result<u8>
where
    M: FnOnce() -> F + Send + 'static,
    F: Future<Output = Result<u8>> + 'static,
{
    let handle: LoopHandle = scene.loop_.handle();
    scene.loop_.run_until_complete(asyncio::to_thread(move || {
        handle.run_coroutine_threadsafe(make).take_result(None)
    }))
}

#[test]
fn a_coroutine_that_panics_is_the_threads_exception_alone() -> Result<()> {
    let (scene, token) = (Scene::new(), Token::default());
    for awaits in [0, 3] {
        let kept = Arc::clone(&token);
        let make = move || async move {
            let _kept = kept;
            for _ in 0..awaits {
                asyncio::sleep(0).await?;
            }
            panic!("boom")
        };
        assert_eq!(error_of(from_a_thread(&scene, make)), "PanicError('boom')");
    }
    join_pool(&scene)?;
    expect_gone(token);
    scene.goes_on();
    Ok(())
}

#[test]
fn what_makes_the_coroutine_may_panic() -> Result<()> {
    async fn never() -> Result<u8> {
        Ok(1)
    }
    let scene = Scene::new();
    let is_broken = true;
    let make = move || {
        assert!(!is_broken, "boom");
        never()
    };
    assert_eq!(error_of(from_a_thread(&scene, make)), "PanicError('boom')");
    join_pool(&scene)?;
    scene.expect(["Exception in callback callback(): PanicError('boom') [handle]"]);
    scene.goes_on();
    Ok(())
}
