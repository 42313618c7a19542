//! `test_events.py`.

mod calls;
mod current_loop;
mod handles;
mod threads;
