//! Values that are refused by how they are written, whatever their type.

use crate::tests::{call, check_errors};

#[test]
fn a_list_is_spread_or_gathered() {
    let spread = "a list is spread with two dots: write `..list`";
    check_errors(call("gather!([a(), b()])"), &format!("`[a(), b()]`: {spread}"));
    check_errors(call("gather!(vec![a(), b()])"), &format!("`vec![a(), b()]`: {spread}"));
    check_errors(call("gather!(..[a(), b()])"), "");
    for source in ["wait_for!([a()], 1)", "shield!([a()])", "create_task!([a()])", "run!([a()])"] {
        check_errors(
            call(source),
            "`[a()]`: one awaitable is expected, not a list: write `gather!(..list)`",
        );
    }
}

#[test]
fn a_tuple_is_no_awaitable() {
    check_errors(
        call("gather!((a(), b()))"),
        "`(a(), b())`: arguments need no parentheses of their own: leave these out",
    );
    check_errors(
        call("wait_for!((a(), b()), 1)"),
        "`(a(), b())`: one awaitable is expected, not a tuple: write `gather!(a(), b())`",
    );
    check_errors(call("gather!((a()))"), "");
}

#[test]
fn a_closure_is_called_first() {
    let message = "a closure is not awaitable until it is called: write `async move { … }`";
    check_errors(call("create_task!(|| work())"), &format!("`||`: {message}"));
    check_errors(call("create_task!(async move || work())"), &format!("`||`: {message}"));
    check_errors(call("run!(|a, b| work())"), &format!("`|a, b|`: {message}"));
    check_errors(call("create_task!((|| work())())"), "");
}

#[test]
fn nothing_is_lent_to_a_task() {
    let message = "a task would outlive what is lent by `&mut`: write `&task`, or move it";
    for source in
        ["gather!(&mut task)", "shield!(&mut task)", "create_task!(&mut task)", "run!(&mut task)"]
    {
        check_errors(call(source), &format!("`&mut`: {message}"));
    }
    // What is awaited in place may well be lent.
    check_errors(call("wait_for!(&mut future, 1)"), "");
    check_errors(call("gather!(&task)"), "");
}

#[test]
fn a_path_has_colons() {
    let message = "a path has colons where Python has a dot: write";
    check_errors(call("gather!(asyncio.sleep(1))"), &format!("`.`: {message} `asyncio::sleep`"));
    check_errors(
        call("wait!(tasks, return_when = asyncio.FIRST_COMPLETED)"),
        &format!("`.`: {message} `asyncio::FIRST_COMPLETED`"),
    );
    check_errors(
        call("gather!(..asyncio.all_tasks().into_iter())"),
        &format!("`.`: {message} `asyncio::all_tasks`"),
    );
    check_errors(
        call("wait_for!(asyncio.queue.get(1).await?, asyncio.limit())"),
        &format!("`.`: {message} `asyncio::queue`\n`.`: {message} `asyncio::limit`"),
    );
    check_errors(call("gather!(client.asyncio.sleep(1))"), "");
}

#[test]
fn a_set_of_python_is_a_list() {
    let message = "a list stands in brackets, and Python's set too: write `[a, b]`";
    check_errors(call("wait!({a, b})"), &format!("`{{`: {message}"));
    check_errors(call("wait!({a,}, timeout = 5)"), &format!("`{{`: {message}"));
    check_errors(call("wait!(fs = {a(), f::<A, B>(b)})"), &format!("`{{`: {message}"));
    check_errors(
        call("wait!({task})"),
        "`{task}`: a list of one stands in brackets, and Python's set too: write `[task]`",
    );
    check_errors(
        call("wait!((a, b))"),
        "`(a, b)`: a list stands in brackets, and Python's tuple too: write `[a, b]`",
    );
}

#[test]
fn a_block_is_no_set() {
    check_errors(call("wait!({ let tasks = all(); tasks })"), "");
    check_errors(call("wait!({ let x: Map<A, B> = map(); x.values() })"), "");
    check_errors(call("gather!({ f::<A, B>() })"), "");
}

#[test]
fn when_to_return_is_a_constant() {
    let message = "`return_when` is one of the constants `FIRST_COMPLETED`, `FIRST_EXCEPTION` and \
                   `ALL_COMPLETED`: write `return_when = FIRST_COMPLETED`";
    check_errors(call("wait!(a, return_when = \"FIRST\")"), &format!("`\"FIRST\"`: {message}"));
    check_errors(call("wait!(a, return_when = 1)"), &format!("`1`: {message}"));
    check_errors(call("wait!(a, return_when = ReturnWhen::default())"), "");
}

#[test]
fn seconds_have_no_unit() {
    check_errors(
        call("wait_for!(a, 5s)"),
        "`5s`: seconds are a number without a unit: write `timeout = 1.5`",
    );
    check_errors(
        call("wait!(a, timeout = 5.5sec)"),
        "`5.5sec`: seconds are a number without a unit: write `timeout = 5`",
    );
    check_errors(call("wait_for!(a, 5u8)"), "");
    check_errors(call("wait_for!(a, 5.0_f32)"), "");
}

#[test]
fn a_bool_may_be_any_expression_of_one() {
    check_errors(call("create_task!(a, eager_start = is_eager())"), "");
    check_errors(
        call("run!(a, debug = True)"),
        "`True`: Rust's `True` is lower-case: write `debug = true`",
    );
    check_errors(
        call("run!(a, debug = \"yes\")"),
        "`\"yes\"`: `debug` is either on or off: write `debug = true` or `debug = false`",
    );
}

#[test]
fn a_factory_is_not_called() {
    check_errors(
        call("run!(a, loop_factory = asyncio::new_event_loop())"),
        "`asyncio::new_event_loop()`: `loop_factory` is the function itself: leave its parentheses out",
    );
    check_errors(call("run!(a, loop_factory = || asyncio::new_event_loop())"), "");
}
