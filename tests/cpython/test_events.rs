//! `test_events.py`.
