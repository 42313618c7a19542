//! What the loop relies on: slots, and the way from contexts that are nothing to objects.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use super::*;

static V: ContextVar<i32> = ContextVar::new("v");

fn empty() -> Cell<ContextSlot> {
    Cell::default()
}

/// Runs `f` in the slot's context, which nobody has entered.
#[track_caller]
fn run<R>(slot: &Cell<ContextSlot>, f: impl FnOnce() -> R) -> R {
    let _inside = enter(slot).expect("not entered");
    f()
}

#[track_caller]
fn check_entered(result: Result<()>) {
    let text = result.expect_err("already entered").to_string();
    assert!(text.starts_with("cannot enter context: <_contextvars.Context object at 0x"), "{text}");
    assert!(text.ends_with("> is already entered"), "{text}");
}

#[test]
fn a_slot_is_as_small_as_a_pointer() {
    assert_eq!(size_of::<ContextSlot>(), size_of::<usize>());
}

#[test]
fn a_slot_keeps_what_was_set_in_it() {
    V.set(1);
    let slot = Cell::new(capture());
    V.set(2);
    run(&slot, || {
        assert_eq!(V.get_or(0), 1);
        V.set(10);
    });
    assert_eq!(V.get_or(0), 2);
    assert_eq!(run(&slot, || V.get_or(0)), 10);
    assert_eq!(context_of(&slot).get(&V), Some(10));
}

#[test]
fn an_unchanged_copy_is_shared_and_no_object() {
    V.set(1);
    let (first, second) = (capture(), capture());
    let shared = match (&first.0, &second.0) {
        (Some(first), Some(second)) => Rc::ptr_eq(first, second),
        _ => false,
    };
    assert!(shared);
    let slot = Cell::new(first);
    run(&slot, || V.get_or(0));
    assert!(slot.take().object().is_none());
}

#[test]
fn the_context_of_a_slot_is_the_one_that_runs() {
    for slot in [empty(), Cell::new(capture())] {
        let before = context_of(&slot);
        run(&slot, || {
            V.set(3);
            assert_eq!(context_of(&slot), before);
        });
        assert_eq!(before.get(&V), Some(3));
        assert_eq!(context_of(&slot), before);
    }
}

#[test]
fn the_context_of_a_running_slot_can_be_asked_for_from_within() {
    let (outer, inner) = (empty(), empty());
    let context = run(&outer, || {
        let context = run(&inner, || {
            V.set(5);
            // Not the innermost, and no object until now.
            let context = context_of(&outer);
            assert!(context.is_empty());
            context
        });
        V.set(4);
        assert_eq!(context_of(&outer), context);
        context
    });
    assert_eq!(context_of(&outer), context);
    assert_eq!((context.get(&V), context_of(&inner).get(&V)), (Some(4), Some(5)));
}

#[test]
fn a_running_context_cannot_be_entered_by_any_way() {
    let slot = empty();
    run(&slot, || check_entered(enter(&slot).map(drop)));

    let context = Context::new();
    let (first, second) = (Cell::new(slot_from(&context)), Cell::new(slot_from(&context)));
    run(&first, || {
        check_entered(enter(&second).map(drop));
        check_entered(context.run(|| unreachable!("entered twice")));
    });
    run(&second, || ());

    // Made an object while it runs, directly or from within another.
    let (outer, inner) = (empty(), empty());
    run(&outer, || {
        run(&inner, || check_entered(context_of(&outer).run(|| ())));
        check_entered(context_of(&outer).run(|| ()));
    });
    assert!(context_of(&outer).run(|| ()).is_ok());
}

#[test]
fn a_panic_leaves_the_context_and_keeps_its_values() {
    let slot = empty();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        run(&slot, || {
            V.set(6);
            panic!("boom");
        })
    }));
    assert!(caught.is_err());
    assert_eq!(V.get_or(0), 0);
    assert_eq!(run(&slot, || V.get_or(0)), 6);
}

#[test]
fn a_snapshot_crosses_threads() {
    V.set(7);
    let snapshot = snapshot();
    V.set(8);
    let there = std::thread::spawn(move || {
        let slot = Cell::new(snapshot.into_slot());
        let inside = run(&slot, || V.set(9).old_value());
        (V.get_or(0), inside, context_of(&slot).get(&V))
    });
    assert_eq!(there.join().expect("no panic"), (0, Some(7), Some(9)));
    assert_eq!(V.get_or(0), 8);
}

#[test]
fn an_empty_snapshot_is_nothing() {
    let context = Context::new();
    let slot = context.run(|| snapshot().into_slot()).expect("not entered");
    assert!(slot.0.is_none());
}

#[test]
fn nothing_is_kept_while_nothing_is_set() {
    let (outer, inner) = (empty(), empty());
    run(&outer, || run(&inner, || assert_eq!(V.get_or(3), 3)));
    assert!(outer.take().0.is_none() && inner.take().0.is_none());
    assert!(capture().0.is_none());
}

#[test]
fn a_token_is_good_whenever_its_slot_runs() {
    let slot = empty();
    let token = run(&slot, || V.set(1));
    run(&empty(), || assert!(V.reset(&token).is_err()));
    run(&slot, || V.reset(&token)).expect("its context");
    assert_eq!(context_of(&slot).get(&V), None);
}
