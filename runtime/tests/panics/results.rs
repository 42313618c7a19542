//! Panics in the `clone` of a result, which several wait for.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{Future, Result};

use crate::alive::Guard;
use crate::scene::{Scene, error_of, panics};

/// A result whose clone panics, as long as it is told to.
struct Fragile {
    panics: Rc<Cell<bool>>,
    guard: Rc<Guard>,
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        assert!(!self.panics.get(), "boom");
        Self { panics: Rc::clone(&self.panics), guard: Rc::clone(&self.guard) }
    }
}

fn fragile(scene: &Scene) -> (Fragile, Rc<Cell<bool>>) {
    let panics = Rc::new(Cell::new(true));
    (Fragile { panics: Rc::clone(&panics), guard: Rc::new(scene.alive.guard()) }, panics)
}

#[test]
fn the_result_stays_where_it_is() -> Result<()> {
    let scene = Scene::new();
    let (value, is_fragile) = fragile(&scene);
    let future: Future<Fragile> = scene.loop_.create_future();
    future.set_result(value)?;
    assert!(panics(|| future.result()));
    assert!(panics(|| scene.loop_.run_until_complete(&future)));
    is_fragile.set(false);
    assert_eq!(Rc::strong_count(&future.result()?.guard), 2);
    drop(future.take_result()?);
    drop(future);
    scene.goes_on();
    Ok(())
}

#[test]
fn whoever_awaits_it_gets_the_panic_and_the_others_the_result() -> Result<()> {
    let scene = Scene::new();
    let (value, is_fragile) = fragile(&scene);
    let future: Future<Fragile> = scene.loop_.create_future();
    let waiter = || {
        let future = future.clone();
        scene.loop_.create_task(async move { (&future).await.map(drop) })
    };
    let first = waiter();
    first.add_done_callback(move |_| is_fragile.set(false));
    scene.run_briefly();
    future.set_result(value)?;
    scene.run_briefly();
    let second = waiter();
    scene.run_briefly();
    assert_eq!(error_of(first.take_result()), "PanicError('boom')");
    second.take_result()?;
    drop((first, second, future));
    scene.goes_on();
    Ok(())
}

/// Functions that read a shared result in a done-callback, where nobody else would learn of it.
type Read = fn(Future<Fragile>) -> Future<()>;

const READERS: [(&str, Read); 6] = [
    ("gather", |future| {
        let outer = asyncio::gather((&future,));
        asyncio::ensure_future(async { outer.await.map(drop) })
    }),
    ("gather_all", |future| {
        let outer = asyncio::gather_all([&future]);
        asyncio::ensure_future(async { outer.await.map(drop) })
    }),
    ("gather_return_exceptions", |future| {
        let outer = asyncio::gather_return_exceptions((&future,));
        asyncio::ensure_future(async { outer.await?.0.map(drop) })
    }),
    ("shield", |future| {
        let outer = asyncio::shield(&future);
        asyncio::ensure_future(async { outer.await.map(drop) })
    }),
    ("as_completed", |future| {
        let mut results = asyncio::as_completed([&future]);
        asyncio::ensure_future(async move { results.next().unwrap().await.map(drop) })
    }),
    ("wait_for", |future| {
        asyncio::ensure_future(async move { asyncio::wait_for(&future, 5).await.map(drop) })
    }),
];

#[test]
fn nobody_waits_for_ever() -> Result<()> {
    for is_done_before in [false, true] {
        for (name, read) in READERS {
            let scene = Scene::new();
            let (value, _) = fragile(&scene);
            let future: Future<Fragile> = scene.loop_.create_future();
            let mut value = Some(value);
            if is_done_before {
                future.set_result(value.take().unwrap())?;
            }
            let inner = future.clone();
            let reading = scene.loop_.create_task(async move { read(inner).await });
            scene.run_briefly();
            if let Some(value) = value {
                future.set_result(value)?;
            }
            scene.run_briefly();
            assert!(reading.done(), "{name} waits");
            assert_eq!(error_of(reading.take_result()), "PanicError('boom')", "{name}");
            drop((reading, future));
            scene.goes_on();
        }
    }
    Ok(())
}
