//! `test_timeouts.py`.
