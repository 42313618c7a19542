//! Panics in callbacks of every kind go to the exception handler.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

use asyncio::{Future, PanicError, ValueError};

use crate::alive::Guard;
use crate::scene::Scene;

/// A callback that owns something and panics.
fn detonate(guard: Guard) {
    let _guard = guard;
    panic!("boom");
}

/// Schedules a callback that owns a guard and panics, at once.
type Schedule = fn(&Scene, Guard);

const PLACES: [(&str, Schedule); 9] = [
    ("call_soon", |scene, guard| {
        scene.loop_.call_soon(move || detonate(guard));
    }),
    ("call_soon_with", |scene, guard| {
        scene.loop_.call_soon_with(move || detonate(guard), &asyncio::copy_context());
    }),
    ("call_later", |scene, guard| {
        scene.loop_.call_later(0, move || detonate(guard));
    }),
    ("call_at", |scene, guard| {
        scene.loop_.call_at(0.0, move || detonate(guard));
    }),
    ("done-callback of a future", |scene, guard| {
        let future: Future<u8> = scene.loop_.create_future();
        future.add_done_callback(move |_| detonate(guard));
        future.set_result(1).expect("it is pending");
    }),
    ("done-callback of a future that is done", |scene, guard| {
        let future: Future<u8> = scene.loop_.create_future();
        future.set_result(1).expect("it is pending");
        future.any().add_done_callback(move |_| detonate(guard));
    }),
    ("done-callback of a future that was cancelled", |scene, guard| {
        let future: Future<u8> = scene.loop_.create_future();
        future.add_done_callback(move |_| detonate(guard));
        future.cancel();
    }),
    ("done-callback of a task", |scene, guard| {
        let task = scene.loop_.create_task(async { asyncio::Ok(1) });
        task.add_done_callback(move |_| detonate(guard));
    }),
    ("done-callback of any task", |scene, guard| {
        let task = scene.loop_.create_task(async { asyncio::Ok(1) });
        task.any().add_done_callback(move |_| detonate(guard));
    }),
];

#[test]
fn each_is_reported_once_and_its_neighbours_run() {
    for (name, schedule) in PLACES {
        let scene = Scene::new();
        let seen: Rc<RefCell<Vec<&str>>> = Rc::default();
        let note = |what: &'static str| {
            let seen = Rc::clone(&seen);
            move || seen.borrow_mut().push(what)
        };
        scene.loop_.call_soon(note("before"));
        schedule(&scene, scene.alive.guard());
        scene.loop_.call_soon(note("after"));
        assert_eq!(scene.alive.count(), 1, "{name}");
        scene.run_briefly();
        assert_eq!(*seen.borrow(), ["before", "after"], "{name}");
        let report = "Exception in callback PLACES::{{closure}}::{{closure}}(): \
                      PanicError('boom') [handle]";
        scene.expect([report]);
        scene.goes_on();
    }
}

#[test]
fn a_call_from_a_thread_is_reported_on_the_loops() {
    let scene = Scene::new();
    let handle = scene.loop_.handle();
    let call =
        thread::spawn(move || handle.call_soon_threadsafe(|| -> () { panic!("boom") }).unwrap());
    let call = call.join().unwrap();
    scene.run_briefly();
    scene.expect(["Exception in callback \
                   a_call_from_a_thread_is_reported_on_the_loops::{{closure}}::{{closure}}(): \
                   PanicError('boom') [handle]"]);
    // Its lock is free again.
    call.cancel();
    assert!(call.cancelled());
    scene.goes_on();
}

#[test]
fn the_default_handler_logs_it() {
    fn unlucky() {
        panic!("out of luck");
    }
    let scene = Scene::with_default_handler();
    scene.loop_.call_soon(unlucky);
    scene.run_briefly();
    scene.expect(["log: Exception in callback unlucky()\nhandle: <Handle unlucky()>\n\
                   asyncio.exceptions.PanicError: out of luck"]);
    scene.goes_on();
}

#[test]
fn an_exception_handler_that_panics_is_reported_itself() {
    let scene = Scene::new();
    scene.loop_.set_exception_handler(|_, _| -> () { panic!("the handler, too") });
    scene.loop_.call_soon(|| Err::<(), _>(ValueError("Oops!")));
    scene.run_briefly();
    let name = "an_exception_handler_that_panics_is_reported_itself::{{closure}}()";
    scene.expect([&format!(
        "log: Unhandled error in exception handler\ncontext: {{'message': 'Exception in callback \
         {name}', 'exception': ValueError('Oops!'), 'handle': <Handle {name}>}}\n\
         asyncio.exceptions.PanicError: the handler, too"
    )]);
    scene.loop_.clear_exception_handler();
    scene.goes_on();
}

#[test]
fn the_handler_may_take_the_payload() {
    let scene = Scene::new();
    let payload = Rc::new(RefCell::new(None));
    let taken = Rc::clone(&payload);
    scene.loop_.set_exception_handler(move |_, context| {
        let error = context.exception.as_ref().unwrap();
        taken.replace(error.downcast_ref::<PanicError>().unwrap().take_payload());
    });
    scene.loop_.call_soon(|| -> () { std::panic::panic_any(42_u8) });
    scene.run_briefly();
    let payload = payload.take().unwrap();
    assert_eq!(payload.downcast_ref(), Some(&42_u8));
    scene.loop_.clear_exception_handler();
    scene.goes_on();
}

/// A payload may be a bomb itself, which goes off where the error is dropped.
#[test]
fn a_payload_that_panics_when_it_is_dropped() {
    struct Payload;
    impl Drop for Payload {
        fn drop(&mut self) {
            panic!("boom");
        }
    }
    let scene = Scene::new();
    scene.loop_.call_soon(|| -> () { std::panic::panic_any(Payload) });
    scene.run_briefly();
    scene.expect([
        "Exception in callback a_payload_that_panics_when_it_is_dropped::{{closure}}(): \
         PanicError('Box<dyn Any>') [handle]",
        "Exception ignored while dropping: PanicError('boom')",
    ]);
    scene.goes_on();
}

#[test]
fn a_panic_of_ours_is_the_error_that_it_stands_for() {
    let scene = Scene::new();
    let closed = asyncio::new_event_loop();
    closed.close().unwrap();
    scene.loop_.call_soon(move || {
        closed.call_soon(|| ());
    });
    scene.run_briefly();
    scene.expect(["Exception in callback \
                   a_panic_of_ours_is_the_error_that_it_stands_for::{{closure}}(): \
                   RuntimeError('Event loop is closed') [handle]"]);
    scene.goes_on();
}
