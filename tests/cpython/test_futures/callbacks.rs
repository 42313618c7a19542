//! Done-callbacks: added, removed, called.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::Future;

use super::{TestLoop, boom};

type Bag = Rc<RefCell<Vec<i32>>>;

/// A callback that puts a number into the bag.
fn into_bag(bag: &Bag, number: i32) -> impl FnOnce(&Future<&'static str>) + 'static {
    let bag = Rc::clone(bag);
    move |_| bag.borrow_mut().push(number)
}

mod BaseFutureDoneCallbackTests {
    use super::*;

    /// Adds callbacks that put these numbers into a bag, removes some by their places, ends the
    /// future, and returns what is in the bag.
    fn left_in_bag(numbers: &[i32], removed: &[usize]) -> Vec<i32> {
        let (loop_, bag) = (TestLoop::new(), Bag::default());
        let future = loop_.create_future();
        let added = numbers.iter().map(|number| future.add_done_callback(into_bag(&bag, *number)));
        let ids: Vec<_> = added.collect();
        for place in removed {
            future.remove_done_callback(ids[*place]);
        }
        assert!(bag.borrow().is_empty());
        future.set_result("foo").unwrap();
        assert!(bag.borrow().is_empty());
        loop_.run_briefly();
        assert_eq!(future.result().unwrap(), "foo");
        bag.take()
    }

    #[test]
    fn test_callbacks_remove_first_callback() {
        assert_eq!(left_in_bag(&[42, 17, 100], &[0, 0]), [17, 100]);
    }

    #[test]
    fn test_callbacks_remove_first_and_second_callback() {
        assert_eq!(left_in_bag(&[42, 17, 100], &[0, 1, 0]), [100]);
    }

    #[test]
    fn test_callbacks_remove_third_callback() {
        assert_eq!(left_in_bag(&[42, 17, 100], &[2, 2]), [42, 17]);
    }

    #[test]
    fn test_callbacks_invoked_on_set_result() {
        assert_eq!(left_in_bag(&[42, 17], &[]), [42, 17]);
    }

    #[test]
    fn test_callbacks_invoked_on_set_exception() {
        let (loop_, bag, error) = (TestLoop::new(), Bag::default(), boom());
        let future = loop_.create_future();
        future.add_done_callback(into_bag(&bag, 100));
        assert!(bag.borrow().is_empty());
        future.set_exception(error.clone()).unwrap();
        loop_.run_briefly();
        assert_eq!(bag.take(), [100]);
        assert!(future.exception().unwrap().unwrap().is_same(&error));
    }

    #[test]
    fn test_remove_done_callback() {
        thread_local! {
            static CALLED: RefCell<Vec<i32>> = const { RefCell::new(Vec::new()) };
        }

        fn called<const N: i32>(_: &Future<&'static str>) {
            CALLED.with_borrow_mut(|called| called.push(N));
        }

        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let first = future.add_done_callback(called::<1>);
        let second = future.add_done_callback(called::<2>);
        assert_eq!(future.remove_done_callback(second), 1);
        // One of another future, which was never added to this.
        let third = loop_.create_future().add_done_callback(called::<3>);
        assert_eq!(future.remove_done_callback(third), 0);

        future.add_done_callback(called::<2>);
        for _ in 0..5 {
            assert_eq!(future.add_done_callback(called::<1>), first);
        }
        assert_eq!(future.remove_done_callback(first), 6);
        future.set_result("foo").unwrap();
        loop_.run_briefly();
        assert_eq!(CALLED.take(), [2]);
        assert_eq!(future.result().unwrap(), "foo");
    }
}
