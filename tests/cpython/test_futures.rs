//! `test_futures.py`.
