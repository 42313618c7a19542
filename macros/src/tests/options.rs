//! `wait!`, `as_completed!`, `shield!`, `create_task!` and `run!`: what they expand to, and the
//! rules of arguments that are given by their name.

use crate::tests::{call, check_call, check_errors};

#[test]
fn wait_passes_its_options_by_name() {
    check_call(call("wait!(tasks)"), "wait_with(handles(tasks), WaitOptions::new())");
    check_call(
        call("wait!(&tasks, return_when = FIRST_COMPLETED, timeout = limit)"),
        "wait_with(
            handles(&tasks),
            WaitOptions::new().return_when(return_when(FIRST_COMPLETED)).timeout(timeout(limit)),
        )",
    );
    check_call(call("wait!(fs = tasks)"), "wait_with(handles(tasks), WaitOptions::new())");
}

#[test]
fn as_completed_spreads_an_iterator() {
    check_call(
        call("as_completed!(..tasks)"),
        "as_completed_with(awaitables(tasks), timeout(::core::option::Option::None))",
    );
    check_call(
        call("as_completed!(..[a(), b()], timeout = 1.5)"),
        "as_completed_with(awaitables([a(), b()]), timeout(1.5))",
    );
}

#[test]
fn shield_passes_its_argument() {
    check_call(call("shield!(work())"), "shield(awaitable(work()))");
}

#[test]
fn create_task_passes_what_task_takes() {
    check_call(
        call("create_task!(work())"),
        "create_task_with(awaitable(work()), TaskOptions::new())",
    );
    check_call(
        call("create_task!(work(), name = \"a\", context = copied, eager_start = eager)"),
        "create_task_with(
            awaitable(work()),
            TaskOptions::new().name(name(\"a\")).context(context(&copied)).eager_start(flag(eager)),
        )",
    );
}

#[test]
fn run_passes_what_the_runner_takes() {
    check_call(call("run!(main())"), "run_with(awaitable(main()), RunOptions::new())");
    check_call(
        call("run!(main(), debug = debug, loop_factory = || my_loop())"),
        "run_with(awaitable(main()), RunOptions::new().debug(flag(debug)).loop_factory(|| my_loop()))",
    );
}

#[test]
fn none_is_as_if_left_out() {
    check_call(
        call("create_task!(work(), name = None, context = None, eager_start = None)"),
        "create_task_with(awaitable(work()), TaskOptions::new())",
    );
    check_call(
        call("run!(main(), debug = None, loop_factory = None)"),
        "run_with(awaitable(main()), RunOptions::new())",
    );
    check_call(
        call("wait!(tasks, timeout = None)"),
        "wait_with(handles(tasks), WaitOptions::new())",
    );
    check_call(
        call("as_completed!(..tasks, timeout = None)"),
        "as_completed_with(awaitables(tasks), timeout(None))",
    );
}

#[test]
fn none_given_twice_is_still_twice() {
    check_errors(
        call("create_task!(work(), name = None, name = \"a\")"),
        "`name`: `name` is given twice: leave one of the two out",
    );
}

#[test]
fn what_has_no_default_is_needed() {
    check_errors(
        call("wait!(timeout = 1)"),
        "`timeout = 1`: `wait!` needs `fs`: write `fs = tasks`",
    );
    check_errors(
        call("as_completed!(timeout = 1)"),
        "`timeout = 1`: `as_completed!` needs `fs`: write `..tasks`",
    );
    check_errors(
        call("shield!()"),
        "`the whole call`: `shield!` needs `arg`: write `arg = work()`",
    );
    check_errors(
        call("create_task!(name = \"a\")"),
        "`name = \"a\"`: `create_task!` needs `coro`: write `coro = work()`",
    );
    check_errors(call("run!()"), "`the whole call`: `run!` needs `main`: write `main = main()`");
}

#[test]
fn the_options_are_given_by_name() {
    check_errors(
        call("wait!(a, b, c)"),
        "`b`: `wait!` takes its other arguments by name: write `wait!(tasks, return_when = FIRST_COMPLETED)`",
    );
    check_errors(
        call("create_task!(work(), \"worker\")"),
        "`\"worker\"`: `create_task!` takes its other arguments by name: write `create_task!(work(), name = \"worker\")`",
    );
    check_errors(
        call("run!(main(), debug = true, factory)"),
        "`factory`: `run!` takes its other arguments by name: write `run!(main(), debug = true)`",
    );
    check_errors(call("shield!(a, b)"), "`b`: one argument too many: write `shield!(work())`");
}

#[test]
fn as_completed_takes_one_list() {
    let message = "`as_completed!` takes one list, spread: write `..tasks` or `..[a(), b()]`";
    check_errors(call("as_completed!(tasks)"), &format!("`tasks`: {message}"));
    check_errors(call("as_completed!(a(), b(), timeout = 1)"), &format!("`a()`: {message}"));
    check_errors(call("as_completed!(..a, b)"), &format!("`b`: {message}"));
    check_errors(
        call("as_completed!(..a, ..b)"),
        "`..`: only one `..` may be given: write `..first.chain(second)`",
    );
}

#[test]
fn only_lists_of_awaitables_are_spread() {
    check_errors(
        call("wait!(..tasks, timeout = 1)"),
        "`..`: `wait!` takes no `..`: write `wait!(tasks, return_when = FIRST_COMPLETED)`",
    );
    check_errors(
        call("run!(..mains)"),
        "`..`: `run!` takes no `..`: write `run!(main(), debug = true)`",
    );
}

#[test]
fn the_stars_of_python_have_an_answer() {
    check_errors(
        call("create_task!(work(), **options)"),
        "`**`: there is no `**` as in Python: write each argument as `name = value`",
    );
    check_errors(call("gather!(**tasks)"), "`*`: Python's `*` has two dots here: write `..tasks`");
}

#[test]
fn a_comparison_is_no_name() {
    check_errors(
        call("wait!(tasks, timeout == 5)"),
        "`==`: `==` compares: write `timeout = …` to give a value to `timeout`",
    );
    check_errors(
        call("wait_for!(work(), timeout == limit)"),
        "`==`: `==` compares: write `timeout = …` to give a value to `timeout`",
    );
    check_errors(call("wait_for!(work(), other == limit)"), "");
}

#[test]
fn habits_are_answered() {
    let no_loop = "the running loop is taken, as in Python since 3.10: leave `loop` out";
    for source in [
        "wait!(tasks, loop = l)",
        "as_completed!(..tasks, loop = l)",
        "shield!(work(), loop = l)",
        "create_task!(work(), loop = l)",
    ] {
        check_errors(call(source), &format!("`loop`: {no_loop}"));
    }
    check_errors(
        call("gather!(a(), timeout = 5)"),
        "`timeout`: `gather!` waits as long as it takes: write `wait_for!(gather!(…), timeout)`",
    );
    check_errors(
        call("run!(main(), worker_threads = 4)"),
        "`worker_threads`: a loop runs on the one thread that started it: leave `worker_threads` out",
    );
}

#[test]
fn a_misspelt_option_is_guessed() {
    check_errors(
        call("create_task!(work(), eager = true)"),
        "`eager`: `create_task!` has no `eager`: it takes `coro`, `name`, `context`, `eager_start`",
    );
    check_errors(
        call("wait!(tasks, returns_when = FIRST_COMPLETED)"),
        "`returns_when`: `wait!` has no `returns_when`: did you mean `return_when`? it also takes `fs`, `timeout`",
    );
}
