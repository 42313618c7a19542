//! What `#[asyncio::coroutine]` and `#[asyncio::generator]` make, at run time; what Python has no
//! twin of.

mod attribute;
mod blocks;
mod foreign;
mod generators;
mod strangers;

use std::cell::RefCell;
use std::rc::Rc;

/// What is logged while `function` runs.
fn logged(function: impl FnOnce()) -> Vec<String> {
    let lines = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&lines);
    asyncio::__private::set_log_sink(Some(Rc::new(move |text: &str| {
        sink.borrow_mut().push(text.to_owned());
    })));
    function();
    asyncio::__private::set_log_sink(None);
    lines.take()
}
