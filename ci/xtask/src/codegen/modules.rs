//! The module tree of the generated crate.

use std::collections::BTreeSet;
use std::fmt::Write;

use prost_reflect::DescriptorPool;

/// `pub mod identity { pub mod v1 { … } }` for each `plenary.<service>.v1` package.
pub(super) fn source(pool: &DescriptorPool) -> String {
    let packages: BTreeSet<String> = pool.files().map(|file| file.package_name().to_owned()).collect();
    let services = packages
        .iter()
        .filter_map(|name| name.strip_prefix("plenary.")?.strip_suffix(".v1"));
    let mut out = String::from("// Generated: one module for each package.\n");
    for service in services {
        let _ = write!(
            out,
            "/// `plenary.{service}.v1`.\npub mod {service} {{\n    /// Version 1.\n    pub mod v1 {{\n        \
             include!(\"plenary.{service}.v1.rs\");\n    }}\n}}\n"
        );
    }
    out
}
