//! The kit through its public door, with a chat service whose methods do what each test says.

mod chat;
mod door;
mod network;
mod process;
mod tokens;
