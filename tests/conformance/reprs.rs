//! Reprs of texts, numbers and names, wherever they are shown.

use asyncio::{
    BrokenBarrierError, CancelledError, EventLoop, Future, GeneratorExit, IncompleteReadError,
    InvalidStateError, KeyboardInterrupt, LimitOverrunError, OSError, QueueEmpty, Result,
    SystemExit, ValueError,
};

use crate::trace::{attempt, new_event_loop, run, show};

crate::scenarios! { reprs:
    texts_of_exceptions,
    texts_of_results,
    long_texts_of_results,
    numbers_of_results,
    deadlines_of_timers,
    names_of_tasks,
    messages_of_cancellations,
    exits_and_their_like,
    exceptions_of_asyncio,
}

const TEXTS: [&str; 10] = [
    "plain",
    "it's",
    "say \"hi\"",
    "it's \"both\"",
    "back\\slash",
    "new\nline, tab\t, return\r, null\0",
    "\x01\x1f\x7f\u{80}\u{a0}",
    "é ß ж 漢 🦀",
    "\u{200b}\u{2028}\u{feff}\u{e0001}",
    "",
];

/// Shows a future that ended with `value`.
fn show_result<T: 'static>(loop_: &EventLoop, value: T) {
    let future = loop_.create_future();
    future.set_result(value).unwrap();
    show("future", future);
}

fn texts_of_exceptions() {
    let loop_ = new_event_loop();
    for text in TEXTS {
        let future: Future<()> = loop_.create_future();
        future.set_exception(ValueError(text)).unwrap();
        show("future", &future);
        attempt("result", || future.result());
    }
}

fn texts_of_results() {
    let loop_ = new_event_loop();
    for text in TEXTS {
        show_result(&loop_, text);
    }
}

fn long_texts_of_results() {
    let loop_ = new_event_loop();
    for (text, times) in
        [("a", 28), ("a", 29), ("'", 40), ("é", 40), ("\n", 40), ("ab'", 20), ("\\", 29), ("\0", 9)]
    {
        show_result(&loop_, text.repeat(times));
    }
}

fn numbers_of_results() {
    let loop_ = new_event_loop();
    let floats = [0.0, -0.0, 0.1 + 0.2, 1e15, 1e16, 123456789012345680.0, 1e22, 1e-4, 1e-5];
    for number in floats.into_iter().chain([1.5e-7, 5e-324, f64::MAX]) {
        show_result(&loop_, number);
    }
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        show_result(&loop_, number);
    }
    show_result(&loop_, -1);
    show_result(&loop_, 1_u64 << 63);
    show_result(&loop_, 1_u128 << 127);
}

fn deadlines_of_timers() {
    let loop_ = new_event_loop();

    fn callback() {}

    for when in [0.0, 0.1 + 0.2, 1e16, 1e-5, -1.0] {
        show("timer", loop_.call_at(when, callback));
    }
}

fn names_of_tasks() {
    async fn main() -> Result<()> {
        let task = asyncio::current_task().expect("a task runs this");
        for name in ["it's", "say \"hi\"", "é\n", ""] {
            task.set_name(name);
            show("task", &task);
        }
        Ok(())
    }

    run(main());
}

fn messages_of_cancellations() {
    let loop_ = new_event_loop();
    for text in ["why", "it's", "", "line\n"] {
        let future: Future<()> = loop_.create_future();
        future.cancel_with(text);
        attempt("result", || future.result());
        show("future", future);
    }
}

fn exits_and_their_like() {
    let loop_ = new_event_loop();
    for error in
        [SystemExit(0), SystemExit(-1), KeyboardInterrupt(), GeneratorExit(), CancelledError()]
    {
        let future: Future<()> = loop_.create_future();
        future.set_exception(error).unwrap();
        attempt("result", || future.result());
    }
}

fn exceptions_of_asyncio() {
    let loop_ = new_event_loop();
    for error in [
        InvalidStateError("state"),
        QueueEmpty("empty"),
        BrokenBarrierError("broken"),
        IncompleteReadError("abc", 5),
        IncompleteReadError("", None),
        LimitOverrunError("too long", 7),
        OSError("plain"),
    ] {
        let future: Future<()> = loop_.create_future();
        future.set_exception(error).unwrap();
        attempt("result", || future.result());
    }
}
