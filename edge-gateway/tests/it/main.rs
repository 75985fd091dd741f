//! The gateway as its clients meet it: a real port, and services behind it that say what each test wants.

mod calls;
mod client;
mod fakes;
mod limits;
mod pages;
mod sessions;
mod signalling;
mod world;
