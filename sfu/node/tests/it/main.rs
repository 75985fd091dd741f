//! A node on loopback, and LiveKit clients made of another implementation's peer connections.

mod administer;
mod client;
mod data;
mod join;
mod listing;
mod media;
mod node;
mod pc;
mod platform;
mod profile;
mod relay;
mod resume;
mod seeing;
mod show;
mod simulate;
mod tokens;
mod transfer;
mod vp8;
mod wishes;
mod workers;
