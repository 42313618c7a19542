//! `test_waitfor.py`.
