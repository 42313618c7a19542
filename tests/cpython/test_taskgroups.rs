//! `test_taskgroups.py`.
