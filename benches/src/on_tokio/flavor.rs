//! tokio's two schedulers of one thread: one that takes tasks from everywhere, and one
//! whose tasks need not be `Send`.

use tokio::{
    runtime::{Builder, LocalOptions},
    task::{JoinHandle, JoinSet, spawn_local},
};

pub(crate) trait Flavor: 'static {
    /// Runs a program as a task.
    fn run<M>(main: M) -> M::Output
    where
        M: Future<Output: Send> + Send + 'static;

    fn spawn<T>(task: T) -> JoinHandle<T::Output>
    where
        T: Future<Output: Send> + Send + 'static;

    fn spawn_in<T>(group: &mut JoinSet<T::Output>, task: T)
    where
        T: Future<Output: Send> + Send + 'static;
}

pub(crate) struct CurrentThread;

impl Flavor for CurrentThread {
    fn run<M>(main: M) -> M::Output
    where
        M: Future<Output: Send> + Send + 'static,
    {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { Self::spawn(main).await.expect("its end") })
    }

    fn spawn<T>(task: T) -> JoinHandle<T::Output>
    where
        T: Future<Output: Send> + Send + 'static,
    {
        tokio::spawn(task)
    }

    fn spawn_in<T>(group: &mut JoinSet<T::Output>, task: T)
    where
        T: Future<Output: Send> + Send + 'static,
    {
        group.spawn(task);
    }
}

pub(crate) struct Local;

impl Flavor for Local {
    fn run<M>(main: M) -> M::Output
    where
        M: Future<Output: Send> + Send + 'static,
    {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().build_local(LocalOptions::default());
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async { Self::spawn(main).await.expect("its end") })
    }

    fn spawn<T>(task: T) -> JoinHandle<T::Output>
    where
        T: Future<Output: Send> + Send + 'static,
    {
        spawn_local(task)
    }

    fn spawn_in<T>(group: &mut JoinSet<T::Output>, task: T)
    where
        T: Future<Output: Send> + Send + 'static,
    {
        group.spawn_local(task);
    }
}

/// Lets all tasks run that were spawned before: they do in turn, but in batches.
pub(super) async fn settle<F: Flavor>() {
    F::spawn(async {}).await.expect("its end");
}
