//! `test_tasks.py`.
