//! Rooms through their one door: one mutation in, everything it wants done out.

mod administration;
mod backup;
mod connection;
mod life;
mod listing;
mod parts;
mod probes;
mod resume;
mod seeing;
mod transfer;
mod wishes;
mod world;
