//! `test_futures2.py`.
