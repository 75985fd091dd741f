//! The generated messages, clients and servers of `proto/`, and what else the descriptors say. No logic: everything
//! under `gen/` is written by `cargo xtask codegen` and included here.
#![allow(clippy::all, missing_docs, rustdoc::all, unreachable_pub)]

include!("gen/modules.rs");
include!("gen/redacted.rs");

/// The encoded `FileDescriptorSet` of all packages and their imports, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor.binpb");

/// Who may call each RPC.
pub mod access {
    pub use crate::common::v1::Role;

    /// For each RPC's path (`/plenary.identity.v1.AccountService/LogIn`), the roles that may call it. Sorted by path.
    pub const RULES: &[(&str, &[Role])] = include!("gen/access.rs");
}
