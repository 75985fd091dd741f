//! What a chat entry is and who may make one. Pure.

mod access;
mod entry;

pub(crate) use access::{Permission, RoomAccess, RoomState};
pub(crate) use entry::{Author, AuthorName, ChatText, Content, Entry, NewEntry};
