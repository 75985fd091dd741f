//! Thin methods: convert in, do, convert out.

mod convert;
mod live_service;
mod node_service;
