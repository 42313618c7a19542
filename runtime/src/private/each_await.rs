//! What `#[asyncio::test(cancel = "each_await")]` calls: the test, once as it is, and once for each
//! end of each of its suspensions.
//!
//! A run goes like that of a test without the option, in a thread of its own. What it leaves behind
//! is compared with what the first one left: a cancellation must not leave more.

use std::any::type_name;
use std::collections::HashMap;
use std::future::Future as StdFuture;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::thread;

use super::{Outcome, TestOptions, limited, panic_with};
use crate::base_events::observer::{Cancelled, Excess, Limits, Moment, Observer, Stopped};
use crate::{AnyTask, Error, EventLoop, PanicError, Result, Runner, all_tasks_of, current_task};
use crate::{format_helpers, log};

/// How often a test may be suspended: it is run twice for each.
const MOST_SUSPENSIONS: usize = 1000;

/// A cancelled run may take so many times what the first one took, and so much more.
const TIMES: u32 = 10;
const MORE_SECONDS: f64 = 60.0;
const MORE_ITERATIONS: u64 = 100_000;

/// How many iterations of the loop the tasks may take to end when the test is over.
const GRACE: usize = 100;

/// What became of one run.
struct Run {
    /// What the test returned.
    outcome: Result<()>,
    /// Set if the test had to be stopped.
    stopped: Option<Stopped>,
    /// The same for the end of the loop, at which the tasks that are left are cancelled.
    stopped_at_end: Option<Stopped>,
    cancelled: Option<Cancelled>,
    left_over: Vec<LeftOver>,
    /// What was logged as an error.
    lost: Vec<String>,
    took: Took,
}

/// How long a run took.
struct Took {
    /// By the clock of the loop.
    seconds: f64,
    /// Whether that is virtual.
    is_virtual: bool,
    iterations: u64,
    suspensions: usize,
}

/// A task that was pending when the test was over.
struct LeftOver {
    coroutine: String,
    repr: String,
}

/// What a run may take.
#[derive(Clone, Copy)]
struct Allowance {
    /// By the clock of the loop.
    seconds: Option<f64>,
    iterations: Option<u64>,
    suspensions: usize,
}

/// Where a run is cancelled: at which suspension, from 1 on, and at which end of it.
type Place = (usize, Moment);

/// Runs `#[asyncio::test(cancel = "each_await")]`.
///
/// # Panics
/// As [`test`](super::test()) if the first run fails; with a report if one of the others does.
#[track_caller]
pub fn each_await<F, C>(test: F, options: TestOptions)
where
    F: Fn() -> C + Sync,
    C: StdFuture<Output: Outcome> + 'static,
{
    let name = format_helpers::coroutine_name(type_name::<F>());
    let any = Allowance { seconds: None, iterations: None, suspensions: MOST_SUSPENSIONS };
    let first = in_a_thread(|| run(&test, &options, any, None));
    if let Some(stopped) = &first.stopped {
        panic!("`{name}` {}", first.never_ended(stopped));
    }
    if let Some(stopped) = &first.stopped_at_end {
        panic!("what `{name}` left {}", first.never_ended(stopped));
    }
    if let Err(error) = &first.outcome {
        panic_with(error);
    }
    let allowance = first.allowance_of_others(&options);
    let both_ends = |suspension| [Moment::Suspended, Moment::Resumed].map(|end| (suspension, end));
    for place in (1..=first.took.suspensions).flat_map(both_ends) {
        let run = in_a_thread(|| run(&test, &options, allowance, Some(place)));
        let complaints = run.complaints(&first);
        if !complaints.is_empty() {
            let place = run.describe(place, first.took.suspensions);
            panic!("`{name}` fails if it is cancelled at {place}\n{}", complaints.join("\n"));
        }
    }
}

/// Runs `job` in a thread of its own that has the same name: nothing that one run leaves in its
/// thread is there for the next, not even the number of the last task.
fn in_a_thread<T: Send>(job: impl FnOnce() -> T + Send) -> T {
    let current = thread::current();
    let builder = thread::Builder::new().name(current.name().unwrap_or("test").to_owned());
    let outcome = thread::scope(|scope| {
        let spawned = builder.spawn_scoped(scope, job);
        spawned.expect("another thread can be started").join()
    });
    outcome.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Runs the test to the end of its loop.
fn run<F, C>(test: &F, options: &TestOptions, allowance: Allowance, place: Option<Place>) -> Run
where
    F: Fn() -> C,
    C: StdFuture<Output: Outcome> + 'static,
{
    let is_first = place.is_none();
    log::keep_errors(is_first);
    let mut runner = Runner::with(options.run_options());
    let loop_ = runner.get_loop().unwrap_or_else(|error| panic_with(&error));
    let start = loop_.time();
    let observer = Rc::new(Observer::new(allowance.starting_now(&loop_), place));
    loop_.observe(Some(Rc::clone(&observer)));
    // The first run has the time limit of any test, which cancels it.
    let timeout = options.timeout.filter(|_| is_first);
    let outcome = runner.run(under_test(test(), timeout, Rc::clone(&observer)));
    let stopped = observer.take_stopped();
    let settled = if stopped.is_none() { settle(&loop_) } else { Ok(()) };
    let left_over = left_over(&loop_);
    let took = Took {
        seconds: loop_.time() - start,
        is_virtual: loop_.has_virtual_clock(),
        iterations: loop_.iteration(),
        suspensions: observer.suspensions(),
    };

    let at_end = Rc::new(Observer::new(allowance.starting_now(&loop_), None));
    loop_.observe(Some(Rc::clone(&at_end)));
    let closed = runner.close();
    loop_.observe(None);
    let stopped_at_end = at_end.take_stopped();
    let closed = if stopped_at_end.is_none() { closed } else { Ok(()) };
    let cancelled = observer.take_cancelled();
    drop((observer, loop_, runner));
    Run {
        // An exit takes the place of the result, as in `run`.
        outcome: settled.and(closed).and(outcome),
        stopped,
        stopped_at_end,
        cancelled,
        left_over,
        lost: log::take_kept_errors(),
        took,
    }
}

/// The coroutine of the task under test.
async fn under_test<O: Outcome>(
    test: impl StdFuture<Output = O>,
    timeout: Option<f64>,
    observer: Rc<Observer>,
) -> Result<()> {
    observer.begin(current_task());
    limited(test, timeout).await.map(drop)
}

/// Lets the tasks end that have nothing more to wait for: no time passes.
fn settle(loop_: &EventLoop) -> Result<()> {
    for _ in 0..GRACE {
        if all_tasks_of(loop_).is_empty() {
            break;
        }
        loop_.stop();
        loop_.run_forever()?;
    }
    Ok(())
}

fn left_over(loop_: &EventLoop) -> Vec<LeftOver> {
    let left_over = |task: &AnyTask| LeftOver {
        coroutine: task.0.coroutine_repr().unwrap_or_default(),
        repr: format!("{task:?}"),
    };
    all_tasks_of(loop_).iter().map(left_over).collect()
}

impl Allowance {
    fn starting_now(self, loop_: &EventLoop) -> Limits {
        Limits {
            deadline: self.seconds.map(|seconds| loop_.time() + seconds),
            last_iteration: self.iterations.map(|iterations| loop_.iteration() + iterations),
            suspensions: self.suspensions,
        }
    }
}

impl Run {
    /// What a cancelled run may take, after this one as it is.
    fn allowance_of_others(&self, options: &TestOptions) -> Allowance {
        let Took { seconds, is_virtual, iterations, .. } = self.took;
        // Virtual time ends by itself when nothing is left to do.
        let default = (!is_virtual).then_some(seconds * f64::from(TIMES) + MORE_SECONDS);
        Allowance {
            seconds: options.timeout.or(default),
            iterations: Some(iterations * u64::from(TIMES) + MORE_ITERATIONS),
            suspensions: usize::MAX,
        }
    }

    /// All that is wrong with a cancelled run, each on lines of its own.
    fn complaints(&self, first: &Self) -> Vec<String> {
        if let Some(stopped) = &self.stopped {
            return vec![format!("it {}", self.never_ended(stopped))];
        }
        let mut complaints = Vec::new();
        complaints.extend(self.outcome.as_ref().err().and_then(failure));
        let left_over = surplus(&self.left_over, &first.left_over, |task| &task.coroutine);
        complaints.extend(left_over.map(|task| format!("left over: {}", task.repr)));
        if let Some(stopped) = &self.stopped_at_end {
            complaints.push(format!("what it left {}", self.never_ended(stopped)));
            // It was dropped with the loop, which is no news.
            return complaints;
        }
        let lost = surplus(&self.lost, &first.lost, |text| text.lines().next().unwrap_or_default());
        complaints.extend(lost.map(|text| format!("lost: {}", indented(text))));
        complaints
    }

    /// How a run had to be stopped, and what was pending then.
    fn never_ended(&self, Stopped { excess, pending }: &Stopped) -> String {
        let mut text = match excess {
            Excess::Idle => "never ended: nothing was left to do".to_owned(),
            Excess::Time => format!("had not ended after {:.3} seconds", self.took.seconds),
            Excess::Iterations => {
                format!("had not ended after {} iterations of the loop", self.took.iterations)
            }
            Excess::Suspensions => format!(
                "was suspended more than {MOST_SUSPENSIONS} times, and would be run twice for \
                 each: cancel a smaller part of it"
            ),
        };
        if *excess != Excess::Suspensions {
            pending.iter().for_each(|task| text.push_str(&format!("\npending: {task}")));
        }
        text
    }

    /// Where the run was cancelled.
    fn describe(&self, (suspension, moment): Place, of: usize) -> String {
        let mut text = format!("suspension {suspension} of {of}");
        let Some(Cancelled { waiter }) = &self.cancelled else {
            let had = self.took.suspensions;
            return format!("{text}, which this run, having {had}, did not come to:");
        };
        let waiter = waiter.as_deref().unwrap_or("nothing of asyncio's");
        text.push_str(&match moment {
            Moment::Suspended => format!(", at once, waiting for {waiter}:"),
            Moment::Resumed => format!(", about to go on after waiting for {waiter}:"),
        });
        text
    }
}

/// How a test failed, unless it was cancelled.
fn failure(error: &Error) -> Option<String> {
    if error.is_cancelled() {
        return None;
    }
    let Some(panic) = error.downcast_ref::<PanicError>() else {
        return Some(format!("raised: {}", indented(error.format_exception().trim_end())));
    };
    let mut text = format!("panicked: {}", indented(panic.message()));
    if panic.message().contains("CancelledError") {
        text.push_str("\nhint: `?` passes a cancellation on, and `unwrap` panics");
    }
    Some(text)
}

/// What `ours` has more often than `theirs`, by its kind.
fn surplus<'a, T>(
    ours: &'a [T],
    theirs: &'a [T],
    kind: fn(&T) -> &str,
) -> impl Iterator<Item = &'a T> {
    let mut allowed: HashMap<&str, usize> = HashMap::new();
    theirs.iter().for_each(|thing| *allowed.entry(kind(thing)).or_default() += 1);
    ours.iter().filter(move |thing| match allowed.get_mut(kind(thing)) {
        None | Some(0) => true,
        Some(left) => {
            *left -= 1;
            false
        }
    })
}

/// A text whose further lines are not mistaken for others.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}
