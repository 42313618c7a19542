//! `test_base_events.py`.
