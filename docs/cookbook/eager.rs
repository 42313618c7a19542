//! An eager task runs inside of `create_task` up to its first suspension; with the factory all
//! tasks do. What stands at the top of a Python module is an argument here, shared by an `Rc`.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use asyncio::{
    Result, create_task, eager_task_factory, get_running_loop, sleep,
};

type Cache = Rc<RefCell<HashMap<&'static str, u32>>>;

async fn look_up(cache: Cache, key: &'static str) -> Result<u32> {
    if let Some(value) = cache.borrow().get(key) {
        return Ok(*value);
    }
    println!("ask for {key}");
    sleep(0.001).await?;
    cache.borrow_mut().insert(key, 2);
    Ok(2)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let cache = Rc::new(RefCell::new(HashMap::from([("a", 1)])));
    for key in ["a", "b"] {
        let task = create_task!(
            look_up(cache.clone(), key),
            eager_start = true
        );
        let state = if task.done() { "done" } else { "waits" };
        println!("{key} {state}");
        println!("{}", task.await?);
    }
    get_running_loop().set_task_factory(eager_task_factory);
    let task = create_task(look_up(cache, "b"));
    println!("{}", if task.done() { "done" } else { "waits" });
    Ok(())
}
