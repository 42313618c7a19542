//! Timers: the order of equal deadlines, purges of cancelled ones, rounding.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{EventLoop, TimerHandle};

use crate::trace::{new_event_loop, run_once, run_until, show, trace};

crate::scenarios! { timers:
    equal_deadlines_run_in_heap_order,
    equal_deadlines_run_in_heap_order_after_cancellations,
    mixed_deadlines_run_by_time_then_in_heap_order,
    timers_added_while_equal_ones_run,
    cancelled_timers_are_purged_only_beyond_both_thresholds,
    a_timer_cancelled_twice_counts_once,
    timers_cancelled_when_already_ready_do_not_count,
    timers_of_many_rounds,
    a_timer_cancelled_when_already_ready_does_not_run,
    delays_of_zero_and_less_run_in_the_next_iteration,
    ready_handles_run_before_due_timers,
    a_wait_is_never_longer_than_a_day,
    time_adds_up_as_floats_do,
    a_timer_fires_up_to_one_clock_tick_early,
    a_due_timer_fires_even_where_a_clock_tick_is_less_than_a_float_step,
    when_and_the_handles_of_timers,
}

fn equal_deadlines_run_in_heap_order() {
    let loop_ = new_event_loop();
    for n in 0..8 {
        loop_.call_at(1.0, move || trace!("timer {n}"));
    }
    run_until(&loop_, 2.0);
}

fn equal_deadlines_run_in_heap_order_after_cancellations() {
    let loop_ = new_event_loop();
    let handles: Vec<TimerHandle> =
        (0..12).map(|n| loop_.call_at(1.0, move || trace!("timer {n}"))).collect();
    for n in [0, 3, 7] {
        handles[n].cancel();
    }
    loop_.call_at(0.5, move || handles[5].cancel());
    run_until(&loop_, 2.0);
}

fn mixed_deadlines_run_by_time_then_in_heap_order() {
    let loop_ = new_event_loop();
    for n in 0..20 {
        loop_.call_at(f64::from(n * 7 % 5), move || trace!("timer {n}"));
    }
    run_until(&loop_, 6.0);
}

fn timers_added_while_equal_ones_run() {
    let loop_ = new_event_loop();

    fn add(loop_: &EventLoop, n: i32) {
        trace!("timer {n}");
        loop_.call_at(1.0, move || trace!("timer {}", n + 10));
    }

    for n in 0..4 {
        let inner = loop_.clone();
        loop_.call_at(1.0, move || add(&inner, n));
    }
    run_until(&loop_, 2.0);
}

fn cancelled_timers_are_purged_only_beyond_both_thresholds() {
    // A purge rebuilds the heap, which shows in the order of equal deadlines.
    for (timers, cancelled) in [(100, 51), (101, 50), (101, 51), (102, 51), (120, 90)] {
        run_timers_of_which_some_are_cancelled(timers, cancelled);
    }
}

fn run_timers_of_which_some_are_cancelled(timers: usize, cancelled: usize) {
    let loop_ = new_event_loop();
    let order = Order::default();
    let handles: Vec<TimerHandle> = (0..timers).map(|n| order.note_at(&loop_, 1.0, n)).collect();
    for n in 0..cancelled {
        handles[(n * 37 + 1) % timers].cancel();
    }
    run_once(&loop_);
    for n in 0..6 {
        order.note_at(&loop_, 1.0, timers + n);
    }
    run_until(&loop_, 2.0);
    show(&format!("{timers} timers, {cancelled} cancelled"), order.take());
}

/// The numbers of the timers that ran.
#[derive(Default)]
struct Order(Rc<RefCell<Vec<usize>>>);

impl Order {
    /// Sets a timer that notes its number.
    fn note_at(&self, loop_: &EventLoop, when: f64, number: usize) -> TimerHandle {
        let numbers = Rc::clone(&self.0);
        loop_.call_at(when, move || numbers.borrow_mut().push(number))
    }

    fn take(&self) -> Vec<usize> {
        self.0.take()
    }
}

fn a_timer_cancelled_twice_counts_once() {
    let loop_ = new_event_loop();
    let order = Order::default();
    let handles: Vec<TimerHandle> = (0..101).map(|n| order.note_at(&loop_, 1.0, n)).collect();
    for n in 0..40 {
        handles[2 * n + 1].cancel();
        handles[2 * n + 1].cancel();
    }
    // Had the 40 counted twice, this would be enough for a purge, which changes the order.
    run_until(&loop_, 2.0);
    show("order", order.take());
}

fn timers_cancelled_when_already_ready_do_not_count() {
    let loop_ = new_event_loop();
    let order = Order::default();
    let early: Vec<TimerHandle> = (0..60).map(|_| loop_.call_at(1.0, || {})).collect();
    for n in 0..101 {
        order.note_at(&loop_, 2.0, n);
    }
    for handle in early {
        loop_.call_at(1.0, move || handle.cancel());
    }
    run_until(&loop_, 3.0);
    show("order", order.take());
}

fn timers_of_many_rounds() {
    let loop_ = new_event_loop();
    let order = Order::default();
    let mut handles = Vec::new();
    let mut state: u64 = 12345;
    let mut random = |limit: usize| {
        state = (state * 1103515245 + 12345) % (1 << 31);
        (state / 65536) as usize % limit
    };

    for n in 0..40 {
        for timer in 0..20 {
            let when = loop_.time() + random(4) as f64;
            handles.push(order.note_at(&loop_, when, 20 * n + timer));
        }
        for _ in 0..random(40) {
            handles[random(handles.len())].cancel();
        }
        run_until(&loop_, loop_.time() + random(2) as f64);
    }
    run_until(&loop_, loop_.time() + 10.0);
    show("order", order.take());
}

fn a_timer_cancelled_when_already_ready_does_not_run() {
    let loop_ = new_event_loop();
    let second = Rc::new(RefCell::new(None::<TimerHandle>));
    let seen = Rc::clone(&second);
    loop_.call_at(1.0, move || seen.borrow().iter().for_each(TimerHandle::cancel));
    let handle = loop_.call_at(1.0, || trace!("never"));
    second.replace(Some(handle.clone()));
    let third = loop_.call_at(1.5, || trace!("never"));
    let timer = third.clone();
    loop_.call_at(1.25, move || timer.cancel());
    run_until(&loop_, 2.0);
    show("second", handle.cancelled());
    show("third", third.cancelled());
}

fn delays_of_zero_and_less_run_in_the_next_iteration() {
    let loop_ = new_event_loop();
    run_until(&loop_, 3.0);
    loop_.call_later(0, || trace!("zero"));
    loop_.call_later(-1, || trace!("negative"));
    loop_.call_at(1.0, || trace!("past"));
    loop_.call_soon(|| trace!("soon"));
    run_once(&loop_);
}

fn ready_handles_run_before_due_timers() {
    let loop_ = new_event_loop();

    fn from_timer(loop_: &EventLoop, n: i32) {
        trace!("timer {n}");
        loop_.call_soon(move || trace!("soon {n}"));
        loop_.call_later(0, move || trace!("later {n}"));
    }

    for n in [1, 2] {
        let inner = loop_.clone();
        loop_.call_later(1, move || from_timer(&inner, n));
    }
    loop_.call_soon(|| trace!("soon"));
    run_until(&loop_, 2.0);
}

fn a_wait_is_never_longer_than_a_day() {
    let loop_ = new_event_loop();
    let day = 24.0 * 3600.0;
    loop_.call_at(3.0 * day, || trace!("after three days"));
    run_until(&loop_, 3.5 * day);
}

fn time_adds_up_as_floats_do() {
    let loop_ = new_event_loop();

    fn tick(loop_: EventLoop, left: u32) {
        trace!("{left} left");
        if left > 0 {
            loop_.clone().call_later(0.1, move || tick(loop_, left - 1));
        }
    }

    tick(loop_.clone(), 10);
    run_until(&loop_, 2.0);
}

fn a_timer_fires_up_to_one_clock_tick_early() {
    let loop_ = new_event_loop();
    loop_.call_at(1.0, || trace!("first"));
    loop_.call_at(1.0 + 5e-10, || trace!("half a nanosecond later"));
    loop_.call_at(1.0 + 5e-9, || trace!("five nanoseconds later"));
    run_until(&loop_, 2.0);
}

fn a_due_timer_fires_even_where_a_clock_tick_is_less_than_a_float_step() {
    let loop_ = new_event_loop();
    let far = 2.0_f64.powi(24);
    let step = 2.0_f64.powi(-28);
    run_until(&loop_, far);
    trace!("far");
    loop_.call_at(far, || trace!("due"));
    loop_.call_at(far + step, || trace!("a step later"));
    run_until(&loop_, far + 1.0);
}

fn when_and_the_handles_of_timers() {
    let loop_ = new_event_loop();
    show("call_at", loop_.call_at(1.5, || {}).when());
    show("call_later", loop_.call_later(0.25, || {}).when());
    run_until(&loop_, 0.5);
    show("call_later at 0.5", loop_.call_later(0.25, || {}).when());
}
