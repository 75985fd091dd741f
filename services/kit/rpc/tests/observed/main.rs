//! What the kit logs and traces, seen by a subscriber of the test's own.
//!
//! Not among the other tests: a place in the code that logs asks once whether anybody listens, and remembers the answer
//! for the whole process. A test without a subscriber that comes by first would answer no for those here. In this
//! process every test listens before it does anything else.

#[expect(dead_code, reason = "the other tests use more of it")]
#[path = "../it/chat.rs"]
mod chat;
mod logs;
mod trace;
