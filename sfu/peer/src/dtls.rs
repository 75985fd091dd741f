//! DTLS server.
