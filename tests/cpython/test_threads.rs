//! `test_threads.py`.
