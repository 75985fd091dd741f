//! Inside a service: `rpc → commands, queries → store`, all → `domain`, and `domain` is pure.
//!
//! Read from the paths that a file names (`use` and expressions), so a re-export under another name escapes it. The
//! crates' own directions do not: see `directions`.

use syn::visit::{self, Visit};

use super::{Finding, Tree};

/// Keys are `path: what`.
pub(crate) const RULE: &str = "layers";

/// A part of a service, and what its files may not name.
struct Layer {
    /// The module, as folder or file below `src/`.
    module: &'static str,
    forbidden: &'static [&'static str],
    reason: &'static str,
}

const LAYERS: [Layer; 4] = [
    Layer {
        module: "domain",
        forbidden: &[
            "sqlx",
            "tonic",
            "tokio",
            "prost",
            "plenary_proto",
            "kit_pg",
            "kit_rpc",
            "kit_bus",
            "kit_blobs",
            "crate::rpc",
            "crate::commands",
            "crate::queries",
            "crate::store",
            "crate::jobs",
        ],
        reason: "the domain is pure: types and transitions, told the time, the ids and the stored state",
    },
    Layer {
        module: "store",
        forbidden: &[
            "tonic",
            "plenary_proto",
            "crate::rpc",
            "crate::commands",
            "crate::queries",
            "crate::jobs",
        ],
        reason: "the store is SQL and row types, and knows nothing of those who call it",
    },
    Layer {
        module: "commands",
        forbidden: &["crate::rpc"],
        reason: "a command does not know how it was called",
    },
    Layer {
        module: "queries",
        forbidden: &["crate::rpc"],
        reason: "a query does not know how it was called",
    },
];

/// What only the store may name: SQL has one place in each service.
const SQL: [&str; 4] = ["sqlx::query", "sqlx::query_as", "sqlx::query_scalar", "sqlx::raw_sql"];

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in tree.with_extension(&["rs"]) {
        let Some(inside) = inside_service(path) else { continue };
        let named = names(&tree.text(path)?.unwrap_or_default());
        for layer in LAYERS.iter().filter(|layer| belongs(inside, layer.module)) {
            findings.extend(hits(path, &named, layer.forbidden, layer.reason));
        }
        if !belongs(inside, "store") {
            findings.extend(hits(path, &named, &SQL, "SQL lies in src/store/ only"));
        }
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}

/// The path below `src/` of a file of a service, and `None` for another file. The kit and the all-in-one binary have no
/// such layers.
fn inside_service(path: &str) -> Option<&str> {
    let (service, inside) = path.strip_prefix("services/")?.split_once("/src/")?;
    (!service.starts_with("kit/") && service != "plenary").then_some(inside)
}

fn belongs(inside: &str, module: &str) -> bool {
    inside
        .strip_prefix(module)
        .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn hits(path: &str, named: &[String], forbidden: &[&str], reason: &str) -> Vec<Finding> {
    let is = |name: &str, what: &str| {
        name.strip_prefix(what)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let broken = forbidden.iter().filter(|what| named.iter().any(|name| is(name, what)));
    broken
        .map(|what| Finding {
            rule: RULE,
            key: format!("{path}: {what}"),
            message: reason.to_owned(),
        })
        .collect()
}

/// Every path that a file names, as `a::b::c`.
fn names(text: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(text) else {
        return Vec::new();
    };
    let mut names = Names::default();
    names.visit_file(&file);
    names.0
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, "", &mut self.0);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.0.push(segments.join("::"));
        visit::visit_path(self, path);
    }

    // A path inside a macro's arguments is only tokens: those that parse as expressions are read.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let arguments =
            call.parse_body_with(syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated);
        for argument in arguments.iter().flatten() {
            self.visit_expr(argument);
        }
        visit::visit_macro(self, call);
    }
}

fn flatten(tree: &syn::UseTree, before: &str, names: &mut Vec<String>) {
    let joined = |name: &syn::Ident| {
        if before.is_empty() {
            name.to_string()
        } else {
            format!("{before}::{name}")
        }
    };
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree, &joined(&path.ident), names),
        syn::UseTree::Name(name) => names.push(joined(&name.ident)),
        syn::UseTree::Rename(rename) => names.push(joined(&rename.ident)),
        syn::UseTree::Glob(_) => names.push(before.to_owned()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, before, names)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    #[test]
    fn a_domain_that_names_the_world_is_found() {
        let impure = "use crate::{store::rows, error::Error};\nasync fn f() { tokio::time::sleep(x).await }\n";
        let found = keys(check, &[("services/events/src/domain/event.rs", impure)]);
        assert_eq!(
            found,
            [
                "services/events/src/domain/event.rs: crate::store",
                "services/events/src/domain/event.rs: tokio"
            ]
        );
    }

    #[test]
    fn a_domain_of_types_and_transitions_passes() {
        let pure = "use time::OffsetDateTime;\nuse kit_core::ids::EventId;\nfn tokio_like(at: OffsetDateTime) {}\n";
        assert!(keys(check, &[("services/events/src/domain.rs", pure)]).is_empty());
    }

    #[test]
    fn sql_outside_the_store_is_found_also_inside_a_macro() {
        let sql = "fn f() { assert!(sqlx::query(\"select 1\").persistent(true)); }\n";
        let files = [
            ("services/events/src/commands/clone.rs", sql),
            ("services/events/src/store/events.rs", sql),
            ("services/kit/pg/src/outbox.rs", sql),
            ("services/events/tests/it/clone.rs", sql),
        ];
        assert_eq!(
            keys(check, &files),
            ["services/events/src/commands/clone.rs: sqlx::query"]
        );
    }

    #[test]
    fn callers_are_unknown_to_the_called() {
        let files = [
            ("services/live/src/store/rooms.rs", "use crate::commands::go_live;\n"),
            ("services/live/src/commands/join.rs", "use crate::rpc::convert as c;\n"),
            ("services/live/src/queries.rs", "use crate::store;\n"),
            ("services/live/src/rpc/rooms.rs", "use crate::{commands, queries};\n"),
        ];
        let found = keys(check, &files);
        assert_eq!(
            found,
            [
                "services/live/src/commands/join.rs: crate::rpc",
                "services/live/src/store/rooms.rs: crate::commands"
            ]
        );
    }
}
