//! ICE-lite agent.
