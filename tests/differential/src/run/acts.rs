//! The steps that wait for nothing.

use std::rc::Rc;

use asyncio::{ExceptionContext, Result, TaskGroup};

use super::made::{EVERYTHING, Handle, Slot};
use super::value::{Value, error};
use super::world::{AnyHandle, AnyLock, Fiber, VARIABLE, World, caught, current_task, with_lock};
use crate::program::{Act, Acts, Body, Shown};

impl World {
    /// Does something. `raise` fails, and so does what starts a task eagerly that raises an exit;
    /// what else fails is traced.
    pub(super) fn act(self: &Rc<Self>, fiber: &Fiber, act: &Act) -> Result<()> {
        match act {
            Act::Raise { error: failure } => {
                let error = error(failure);
                self.note(&format!("{} raises {error:?}", fiber.who));
                return Err(error);
            }
            Act::NewFuture { .. }
            | Act::SetResult { .. }
            | Act::SetException { .. }
            | Act::Cancel { .. }
            | Act::State { .. }
            | Act::Result { .. }
            | Act::Exception { .. }
            | Act::AddCallback { .. }
            | Act::RemoveCallback { .. } => self.act_on_future(fiber, act),
            Act::Uncancel { .. }
            | Act::Spawn { .. }
            | Act::Ensure { .. }
            | Act::AllTasks
            | Act::NewGroup { .. }
            | Act::GroupSpawn { .. }
            | Act::GroupCancel { .. }
            | Act::Reschedule { .. } => return self.act_on_task(fiber, act),
            Act::CancelSelf { .. } | Act::UncancelSelf | Act::KeepSelf { .. } => {
                self.act_on_itself(fiber, act);
            }
            Act::CallSoon { .. }
            | Act::CallLater { .. }
            | Act::CallAt { .. }
            | Act::CancelHandle { .. }
            | Act::Timers { .. }
            | Act::After { .. }
            | Act::Stop
            | Act::CallHandler
            | Act::SetVar { .. }
            | Act::GetVar { .. }
            | Act::ResetVar { .. }
            | Act::CopyContext { .. } => self.act_on_loop(fiber, act),
            Act::Generator { generator, spec } => self.make_generator(*generator, spec),
            Act::DropGenerator { generator } => self.drop_generator(fiber, *generator),
            Act::Show { what, number } => {
                self.note(&format!("{} shows {}", fiber.who, self.repr(*what, *number)));
            }
            _ => self.act_on_lock(fiber, act),
        }
        Ok(())
    }

    fn act_on_future(self: &Rc<Self>, fiber: &Fiber, act: &Act) {
        let who = &fiber.who;
        match act {
            Act::NewFuture { slot } => self.new_future(*slot),
            Act::SetResult { slot, value } => self.end(*slot, |future| {
                let label = format!("{who} set_result {slot}");
                self.attempt(&label, || future.set_result(Value::Int(*value)));
            }),
            Act::SetException { slot, error: failure } => self.end(*slot, |future| {
                let label = format!("{who} set_exception {slot}");
                self.attempt(&label, || future.set_exception(error(failure)));
            }),
            Act::Cancel { slot, message } => self.with(*slot, |handle| {
                let future = handle.any();
                self.attempt(&format!("{who} cancel {slot}"), || {
                    Ok(match message {
                        Some(message) => future.cancel_with(message),
                        None => future.cancel(),
                    })
                });
            }),
            Act::State { slot } => self.with(*slot, |handle| {
                self.note(&format!("{who} state {slot}: {}", handle.describe()));
            }),
            Act::Result { slot } => self.result(who, *slot),
            Act::Exception { slot } => self.with(*slot, |handle| {
                self.attempt(&format!("{who} exception {slot}"), || handle.any().exception());
            }),
            Act::AddCallback { slot, callback, body, context } => {
                self.add_callback(*slot, *callback, body, *context);
            }
            Act::RemoveCallback { slot, callback } => {
                let Some(id) = self.callbacks.borrow()[*callback] else { return };
                self.with(*slot, |handle| {
                    let label = format!("{who} remove_callback {slot}");
                    self.attempt(&label, || Ok(handle.any().remove_done_callback(id)));
                });
            }
            _ => unreachable!("sorted by `act`: {act:?}"),
        }
    }

    fn new_future(&self, slot: usize) {
        let handle = Handle::One(self.loop_.create_future());
        self.replace(slot, Slot { handle, level: EVERYTHING, plain: true });
    }

    fn with(&self, slot: usize, function: impl FnOnce(&Handle)) {
        let slot = self.slots.borrow()[slot].clone();
        if let Some(slot) = slot {
            function(&slot.handle);
        }
    }

    /// Does something with a future that is the program's to end.
    fn end(&self, slot: usize, function: impl FnOnce(&asyncio::Future<Value>)) {
        let slot = self.slots.borrow()[slot].clone();
        if let Some(Slot { handle: Handle::One(future), plain: true, .. }) = slot {
            function(&future);
        }
    }

    fn result(&self, who: &str, number: usize) {
        // The result of a main coroutine is moved out by `run`.
        let slot = self.slots.borrow()[number].clone().filter(|slot| slot.level > 0);
        if let Some(slot) = slot {
            self.outcome(&format!("{who} result {number}"), slot.handle.result());
        }
    }

    fn add_callback(
        self: &Rc<Self>,
        slot: usize,
        callback: usize,
        body: &Acts,
        context: Option<usize>,
    ) {
        self.with(slot, |handle| {
            let (run, future) = (self.callback(body), handle.any());
            let id = match context {
                None => future.add_done_callback(move |_| run()),
                Some(context) => {
                    future.add_done_callback_with(move |_| run(), &self.context(context))
                }
            };
            self.callbacks.borrow_mut()[callback] = Some(id);
        });
    }

    fn act_on_task(self: &Rc<Self>, fiber: &Fiber, act: &Act) -> Result<()> {
        let who = &fiber.who;
        match act {
            Act::Uncancel { slot } => self.with(*slot, |handle| {
                if let Handle::Task(task) = handle {
                    self.attempt(&format!("{who} uncancel {slot}"), || Ok(task.uncancel()));
                }
            }),
            Act::Spawn { slot, body, eager, context } => {
                let (level, coroutine) = self.coroutine(body);
                let mut options = Self::options(level, *eager);
                if let Some(context) = context {
                    options = options.context(&self.context(*context));
                }
                let task = caught(|| self.loop_.create_task_with(coroutine, options))?;
                self.put(*slot, task, level);
            }
            Act::Ensure { slot, what } => {
                let ensured = caught(|| self.make(fiber, what).ensure())?;
                self.replace(*slot, ensured);
            }
            Act::NewGroup { group } => {
                self.groups.borrow_mut()[*group] = Some(TaskGroup::new());
            }
            Act::AllTasks => {
                let tasks = asyncio::all_tasks();
                let mut names: Vec<String> = tasks.iter().map(|task| task.get_name()).collect();
                // CPython's are a set.
                names.sort();
                self.note(&format!("{who} all_tasks: {:?}", Value::from(names)));
            }
            Act::GroupSpawn { group, slot, body, eager } => {
                return self.group_spawn(fiber, *group, *slot, body, *eager);
            }
            Act::GroupCancel { group } => {
                let Some(it) = self.groups.borrow()[*group].clone() else { return Ok(()) };
                self.attempt(&format!("{who} group_cancel {group}"), || {
                    it.cancel();
                    Ok(())
                });
            }
            Act::Reschedule { timeout, delay } => {
                let Some(it) = self.timeouts.borrow()[*timeout].clone() else { return Ok(()) };
                let when = delay.map(|delay| self.loop_.time() + delay);
                self.attempt(&format!("{who} reschedule {timeout}"), || it.reschedule(when));
            }
            _ => unreachable!("sorted by `act`: {act:?}"),
        }
        Ok(())
    }

    fn act_on_itself(self: &Rc<Self>, fiber: &Fiber, act: &Act) {
        let who = &fiber.who;
        let Some(task) = current_task() else { return };
        match act {
            Act::CancelSelf { message } => {
                let accepted = match message {
                    Some(message) => task.cancel_with(message),
                    None => task.cancel(),
                };
                let (accepted, requests) = (Value::from(accepted), Self::requests());
                self.note(&format!("{who} cancel_self: {accepted:?}{requests}"));
            }
            Act::UncancelSelf => {
                self.note(&format!("{who} uncancel_self: {}", task.uncancel()));
            }
            Act::KeepSelf { slot } => {
                if let Some(task) = task.downcast() {
                    // Nobody may wait for it, who may be itself.
                    self.put(*slot, task, 0);
                }
            }
            _ => unreachable!("sorted by `act`: {act:?}"),
        }
    }

    fn group_spawn(
        self: &Rc<Self>,
        fiber: &Fiber,
        group: usize,
        slot: usize,
        body: &Body,
        eager: Option<bool>,
    ) -> Result<()> {
        let Some(group) = self.groups.borrow()[group].clone() else { return Ok(()) };
        let (level, coroutine) = self.coroutine(body);
        let options = Self::options(level, eager);
        match caught(|| group.create_task_with(coroutine, options))? {
            Ok(task) => self.put(slot, task, level),
            Err(error) => self.note(&format!("{} group_spawn raised {error:?}", fiber.who)),
        }
        Ok(())
    }

    fn act_on_loop(self: &Rc<Self>, fiber: &Fiber, act: &Act) {
        let (who, loop_) = (&fiber.who, &self.loop_);
        match act {
            Act::CallSoon { handle, body, context } => {
                let callback = self.callback(body);
                let called = match context {
                    Some(context) => loop_.call_soon_with(callback, &self.context(*context)),
                    None => loop_.call_soon(callback),
                };
                self.handles.borrow_mut()[*handle] = Some(AnyHandle::Soon(called));
            }
            Act::CallLater { handle, delay, body } => {
                let called = loop_.call_later(*delay, self.callback(body));
                self.handles.borrow_mut()[*handle] = Some(AnyHandle::Timer(called));
            }
            Act::CallAt { handle, delay, body } => {
                let called = loop_.call_at(loop_.time() + delay, self.callback(body));
                self.handles.borrow_mut()[*handle] = Some(AnyHandle::Timer(called));
            }
            Act::Timers { number, kept } => self.timers(who, *number, kept.get()),
            Act::After { iterations, body } => self.hop(*iterations, self.callback(body)),
            Act::CopyContext { context } => {
                self.contexts.borrow_mut()[*context] = asyncio::copy_context();
            }
            Act::CancelHandle { handle } => self.cancel_handle(who, *handle),
            Act::Stop => {
                loop_.stop();
                self.note(&format!("{who} stop"));
            }
            Act::CallHandler => self.attempt(&format!("{who} call_handler"), || {
                loop_.call_exception_handler(ExceptionContext::new(who))
            }),
            Act::SetVar { variable, value } => {
                let token = VARIABLE[*variable].set(*value);
                self.tokens.borrow_mut()[*variable] = Some(Rc::new(token));
            }
            Act::GetVar { variable } => {
                self.attempt(&format!("{who} get_var {variable}"), || VARIABLE[*variable].get());
            }
            Act::ResetVar { variable } => {
                let Some(token) = self.tokens.borrow()[*variable].clone() else { return };
                let label = format!("{who} reset_var {variable}");
                self.attempt(&label, || VARIABLE[*variable].reset(&token));
            }
            _ => unreachable!("sorted by `act`: {act:?}"),
        }
    }

    fn timers(self: &Rc<Self>, who: &str, number: usize, kept: usize) {
        let timer = |index: usize| {
            let (world, label) = (Rc::clone(self), format!("{who} timer {index}"));
            self.loop_.call_later((index * 7 % 5) as f64, move || world.note(&label))
        };
        let timers: Vec<_> = (0..number).map(timer).collect();
        for (_, timer) in timers.iter().enumerate().filter(|(index, _)| index % kept != 0) {
            timer.cancel();
        }
    }

    fn cancel_handle(&self, who: &str, number: usize) {
        let cancelled = match &self.handles.borrow()[number] {
            None => return,
            Some(AnyHandle::Soon(handle)) => {
                handle.cancel();
                handle.cancelled()
            }
            Some(AnyHandle::Timer(handle)) => {
                handle.cancel();
                handle.cancelled()
            }
        };
        self.note(&format!("{who} cancel_handle {number}: {:?}", Value::from(cancelled)));
    }

    fn repr(&self, what: Shown, number: usize) -> String {
        fn of<T: std::fmt::Debug>(value: Option<&T>) -> String {
            value.map_or("None".to_owned(), |value| format!("{value:?}"))
        }
        match what {
            Shown::Slot => {
                let handle = self.slots.borrow()[number].clone().map(|slot| slot.handle);
                of(handle.map(|handle| handle.any()).as_ref())
            }
            Shown::Event => of(Some(&self.events[number])),
            Shown::Lock => with_lock!(&self.locks[number], lock => of(Some(lock))),
            Shown::Queue => of(Some(&self.queues[number])),
            Shown::Barrier => of(Some(&self.barrier)),
            Shown::Timeout => of(self.timeouts.borrow()[number].as_ref()),
            Shown::Group => of(self.groups.borrow()[number].as_ref()),
        }
    }

    fn act_on_lock(&self, fiber: &Fiber, act: &Act) {
        let who = &fiber.who;
        match act {
            Act::SetEvent { event } => self.events[*event].set(),
            Act::ClearEvent { event } => self.events[*event].clear(),
            Act::Release { lock } => {
                self.attempt(&format!("{who} release {lock}"), || match &self.locks[*lock] {
                    AnyLock::Lock(lock) => lock.release(),
                    AnyLock::Condition(lock) => lock.release(),
                    AnyLock::Semaphore(lock) => {
                        lock.release();
                        Ok(())
                    }
                    AnyLock::Bounded(lock) => lock.release(),
                })
            }
            Act::Notify { condition, number } => {
                let it = &self.conditions[*condition];
                self.attempt(&format!("{who} notify {condition}"), || match number {
                    Some(number) => it.notify(*number),
                    None => it.notify_all(),
                });
            }
            Act::Count => self.count.update(|count| count + 1),
            _ => self.act_on_queue(who, act),
        }
    }

    fn act_on_queue(&self, who: &str, act: &Act) {
        let label = |name: &str, queue: &usize| {
            format!("{who} {name} {queue} of {}", self.queues[*queue].qsize())
        };
        match act {
            Act::PutNowait { queue, item } => {
                let put = || Ok(self.queues[*queue].put_nowait(*item)?);
                self.attempt(&label("put_nowait", queue), put);
            }
            Act::GetNowait { queue } => {
                self.attempt(&label("get_nowait", queue), || self.queues[*queue].get_nowait());
            }
            Act::TaskDone { queue } => {
                self.attempt(&label("task_done", queue), || self.queues[*queue].task_done());
            }
            Act::Shutdown { queue, immediate } => {
                self.attempt(&label("shutdown", queue), || {
                    self.queues[*queue].shutdown(*immediate);
                    Ok(())
                });
            }
            _ => unreachable!("sorted by `act`: {act:?}"),
        }
    }
}
