//! What the tests of several files write with.
