//! `test_runners.py`.
