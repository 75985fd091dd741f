//! Which crate may depend on which, over `cargo metadata`: the arrows of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};

use super::Finding;

/// Keys are `crate -> crate`, as folders for our own and names for others.
pub(crate) const RULE: &str = "directions";

/// Our crates in a folder, and the folders whose crates they may use. The first line that fits a crate is its rule.
struct Place {
    folder: &'static str,
    may_use: &'static [&'static str],
    /// Further ones for tests only.
    tests_may_use: &'static [&'static str],
}

const KIT_OF_EDGES: [&str; 4] = [
    "services/kit/config",
    "services/kit/core",
    "services/kit/rpc",
    "services/kit/telemetry",
];

const PLACES: [Place; 12] = [
    Place {
        folder: "proto",
        may_use: &[],
        tests_may_use: &[],
    },
    // The kit's tests use a real database too; cargo allows that circle for dev-dependencies.
    Place {
        folder: "services/kit",
        may_use: &["proto", "services/kit"],
        tests_may_use: &[],
    },
    Place {
        folder: "services/plenary",
        may_use: &["proto", "services", "edge-gateway", "sfu/node"],
        tests_may_use: &[TESTING],
    },
    // A service never depends on another: it calls it, or hears its facts.
    Place {
        folder: "services",
        may_use: &["proto", "services/kit"],
        tests_may_use: &[TESTING],
    },
    Place {
        folder: "edge-gateway",
        may_use: &[
            "proto",
            KIT_OF_EDGES[0],
            KIT_OF_EDGES[1],
            KIT_OF_EDGES[2],
            KIT_OF_EDGES[3],
        ],
        tests_may_use: &[TESTING],
    },
    Place {
        folder: "sfu/core",
        may_use: &[],
        tests_may_use: &["sfu/sim"],
    },
    Place {
        folder: "sfu/peer",
        may_use: &["sfu/core"],
        tests_may_use: &["sfu/sim"],
    },
    Place {
        folder: "sfu/node",
        may_use: &[
            "sfu/core",
            "sfu/peer",
            "proto",
            KIT_OF_EDGES[0],
            KIT_OF_EDGES[1],
            KIT_OF_EDGES[2],
            KIT_OF_EDGES[3],
        ],
        tests_may_use: &["sfu/sim", TESTING],
    },
    Place {
        folder: "sfu/sim",
        may_use: &["sfu/core", "sfu/peer"],
        tests_may_use: &[],
    },
    Place {
        folder: "sfu/fuzz",
        may_use: &["sfu/core", "sfu/peer", "sfu/node"],
        tests_may_use: &[],
    },
    Place {
        folder: "loadtest",
        may_use: &["proto", "sfu/sim"],
        // What it forges is told apart by the node's own eye, and tried on a node in the test's process.
        tests_may_use: &[
            "sfu/peer",
            "sfu/node",
            KIT_OF_EDGES[0],
            KIT_OF_EDGES[1],
            KIT_OF_EDGES[2],
            KIT_OF_EDGES[3],
        ],
    },
    Place {
        folder: "ci/xtask",
        may_use: &[LOCAL],
        tests_may_use: &[],
    },
];

const TESTING: &str = "services/kit/testing";
const LOCAL: &str = "services/kit/local";

/// Where the kit's two crates for developers may be used, other than in tests: nothing that ships starts a database.
const DEVELOPERS_KIT: [(&str, &[&str]); 2] = [(TESTING, &[]), (LOCAL, &[TESTING, "services/plenary", "ci/xtask"])];

/// A family of crates of others (`rtc` and `rtc-*`) that only some of ours may name.
struct Reserved {
    family: &'static str,
    for_crates: &'static [&'static str],
    for_tests_of: &'static [&'static str],
}

const RESERVED: [Reserved; 4] = [
    // webrtc-rs renames its types between betas: one crate knows them. The load test is a client of its own, and the
    // node's tests join with one.
    Reserved {
        family: "webrtc",
        for_crates: &["sfu/peer", "loadtest"],
        for_tests_of: &[],
    },
    Reserved {
        family: "rtc",
        for_crates: &["sfu/peer", "loadtest"],
        for_tests_of: &["sfu/node"],
    },
    // The load test measures what the same PostgreSQL does without us.
    Reserved {
        family: "sqlx",
        for_crates: &["services", "loadtest"],
        for_tests_of: &[],
    },
    Reserved {
        family: "aws-sdk",
        for_crates: &["services/kit/blobs", "services/live"],
        for_tests_of: &[],
    },
];

/// The only crates of others in the SFU's core: small, about data, without a clock, a socket or a source of randomness.
const CORE_DATA_CRATES: [&str; 3] = ["bytes", "smallvec", "thiserror"];

/// What may not be reached from a crate by any path of normal dependencies.
const NEVER_REACHED: [(&str, &[&str]); 3] = [
    ("sfu/core", &["tokio", "tonic", "rand", "getrandom"]),
    ("sfu/peer", &["tonic", "plenary-proto"]),
    ("edge-gateway", &["sqlx", "kit-pg"]),
];

/// The workspace and what it reaches.
#[derive(Debug, Default)]
struct Graph {
    /// Names of our crates' folders, relative to the clone, by crate name.
    ours: BTreeMap<String, String>,
    /// Dependencies as `(from, to, only for tests)`, by crate name; those of others' crates only where they are normal.
    edges: BTreeSet<(String, String, bool)>,
}

/// Reads `cargo metadata` of the clone at `root`.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    Ok(broken(&graph(root)?))
}

fn graph(root: &Path) -> anyhow::Result<Graph> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()
        .context("cargo metadata failed")?;
    let names: BTreeMap<&PackageId, &str> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let mut graph = Graph::default();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().context("a manifest has a folder")?;
        let folder = folder
            .as_std_path()
            .strip_prefix(root)
            .context("a crate lies outside the clone")?;
        graph
            .ours
            .insert(package.name.to_string(), folder.to_string_lossy().into_owned());
    }
    let resolve = metadata.resolve.as_ref().context("cargo metadata resolved nothing")?;
    for node in &resolve.nodes {
        let ours = graph.ours.contains_key(names[&node.id]);
        for dependency in &node.deps {
            let normal = dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development);
            if ours || normal {
                graph
                    .edges
                    .insert((names[&node.id].to_owned(), names[&dependency.pkg].to_owned(), !normal));
            }
        }
    }
    Ok(graph)
}

fn broken(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, folder) in &graph.ours {
        let Some(place) = PLACES.iter().find(|place| is_in(folder, place.folder)) else {
            findings.push(finding(
                folder,
                "?",
                "no rule of tidy places this crate: add it to directions.rs",
            ));
            continue;
        };
        for (_, to, tests_only) in graph.edges.iter().filter(|(from, ..)| from == name) {
            let message = match graph.ours.get(to) {
                Some(to) => own_edge(folder, place, to, *tests_only),
                None => foreign_edge(folder, to, *tests_only),
            };
            findings.extend(message.map(|message| finding(folder, graph.ours.get(to).unwrap_or(to), message)));
        }
        findings.extend(forbidden_reach(graph, name, folder));
    }
    findings
}

fn own_edge(folder: &str, place: &Place, to: &str, tests_only: bool) -> Option<&'static str> {
    let allowed = |places: &[&str]| places.iter().any(|allowed| is_in(to, allowed));
    if tests_only && allowed(place.tests_may_use) {
        return None;
    }
    if !allowed(place.may_use) {
        return Some("against the directions of ARCHITECTURE.md");
    }
    let developers = DEVELOPERS_KIT.iter().find(|(kit, _)| is_in(to, kit));
    let refused = developers.is_some_and(|(_, users)| !users.iter().any(|user| is_in(folder, user)));
    (refused && !tests_only).then_some("for tests and development only: make it a dev-dependency")
}

fn foreign_edge(folder: &str, to: &str, tests_only: bool) -> Option<&'static str> {
    let named_by = |folders: &[&str]| folders.iter().any(|named_by| is_in(folder, named_by));
    let refused = RESERVED
        .iter()
        .filter(|reserved| is_of_family(to, reserved.family))
        .any(|reserved| !(named_by(reserved.for_crates) || tests_only && named_by(reserved.for_tests_of)));
    if refused {
        return Some("named by the crates that directions.rs lists, and by no other");
    }
    let foreign_to_core = folder == "sfu/core" && !tests_only && !CORE_DATA_CRATES.contains(&to);
    foreign_to_core.then_some("the SFU's core depends on small data crates only")
}

/// Whether `name` is `family` or `family-something`.
fn is_of_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn forbidden_reach(graph: &Graph, name: &str, folder: &str) -> Vec<Finding> {
    let forbidden = NEVER_REACHED
        .iter()
        .filter(|(from, _)| *from == folder)
        .flat_map(|(_, names)| *names);
    let reached = reachable(graph, name);
    forbidden
        .filter(|forbidden| reached.contains(**forbidden))
        .map(|forbidden| {
            finding(
                folder,
                forbidden,
                "reached through other crates: it must not be there at all",
            )
        })
        .collect()
}

/// Every crate that `from` depends on by normal dependencies, directly or not.
fn reachable<'a>(graph: &'a Graph, from: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(current) = open.pop() {
        for (_, to, _) in graph
            .edges
            .iter()
            .filter(|(from, _, tests_only)| from == current && !tests_only)
        {
            if reached.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    reached
}

fn finding(from: &str, to: &str, message: &str) -> Finding {
    Finding {
        rule: RULE,
        key: format!("{from} -> {to}"),
        message: message.to_owned(),
    }
}

fn is_in(folder: &str, parent: &str) -> bool {
    folder
        .strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [(&str, &str); 11] = [
        ("plenary-proto", "proto/rust"),
        ("kit-core", "services/kit/core"),
        ("kit-pg", "services/kit/pg"),
        ("kit-testing", "services/kit/testing"),
        ("events", "services/events"),
        ("ticketing", "services/ticketing"),
        ("plenary", "services/plenary"),
        ("edge-gateway", "edge-gateway"),
        ("sfu-core", "sfu/core"),
        ("sfu-peer", "sfu/peer"),
        ("sfu-node", "sfu/node"),
    ];

    /// The keys of what is found with these edges, `(from, to)` by crate name; `dev:` before `to` is for tests only.
    fn found(edges: &[(&str, &str)]) -> Vec<String> {
        let ours = OURS
            .iter()
            .map(|(name, folder)| ((*name).to_owned(), (*folder).to_owned()))
            .collect();
        let edge = |(from, to): &(&str, &str)| match to.strip_prefix("dev:") {
            Some(to) => ((*from).to_owned(), to.to_owned(), true),
            None => ((*from).to_owned(), (*to).to_owned(), false),
        };
        let graph = Graph {
            ours,
            edges: edges.iter().map(edge).collect(),
        };
        broken(&graph).into_iter().map(|finding| finding.key).collect()
    }

    #[test]
    fn the_arrows_of_the_architecture_pass() {
        let edges = [
            ("kit-core", "plenary-proto"),
            ("kit-pg", "kit-core"),
            ("events", "kit-pg"),
            ("events", "sqlx"),
            ("events", "dev:kit-testing"),
            ("plenary", "events"),
            ("plenary", "sfu-node"),
            ("plenary", "edge-gateway"),
            ("edge-gateway", "kit-core"),
            ("sfu-peer", "sfu-core"),
            ("sfu-peer", "rtc-dtls"),
            ("sfu-node", "sfu-peer"),
        ];
        assert_eq!(found(&edges), Vec::<String>::new());
    }

    #[test]
    fn a_service_that_uses_another_is_found() {
        assert_eq!(
            found(&[("events", "ticketing")]),
            ["services/events -> services/ticketing"]
        );
    }

    #[test]
    fn an_arrow_upwards_is_found() {
        assert_eq!(
            found(&[("kit-core", "events")]),
            ["services/kit/core -> services/events"]
        );
        assert_eq!(
            found(&[("plenary-proto", "kit-core")]),
            ["proto/rust -> services/kit/core"]
        );
        assert_eq!(found(&[("sfu-core", "sfu-peer")]), ["sfu/core -> sfu/peer"]);
    }

    #[test]
    fn the_gateway_reaches_no_database_even_through_another() {
        assert_eq!(
            found(&[("edge-gateway", "kit-pg")]),
            ["edge-gateway -> services/kit/pg", "edge-gateway -> kit-pg"]
        );
        assert_eq!(
            found(&[("edge-gateway", "kit-core"), ("kit-core", "sqlx")]),
            ["edge-gateway -> sqlx"]
        );
    }

    #[test]
    fn tests_may_use_the_test_kit_and_a_binary_may_not() {
        assert_eq!(
            found(&[("events", "kit-testing")]),
            ["services/events -> services/kit/testing"]
        );
        assert_eq!(found(&[("plenary", "dev:kit-testing")]), Vec::<String>::new());
    }

    #[test]
    fn webrtc_is_named_by_the_peer_only() {
        assert_eq!(found(&[("sfu-node", "rtc-srtp")]), ["sfu/node -> rtc-srtp"]);
        assert_eq!(found(&[("sfu-node", "dev:webrtc")]), ["sfu/node -> webrtc"]);
        assert_eq!(found(&[("sfu-node", "dev:rtc")]), Vec::<String>::new());
        assert_eq!(found(&[("sfu-node", "rtcp-types")]), Vec::<String>::new());
    }

    #[test]
    fn the_core_has_data_crates_only_and_reaches_no_runtime() {
        assert_eq!(found(&[("sfu-core", "serde")]), ["sfu/core -> serde"]);
        assert_eq!(
            found(&[("sfu-core", "bytes"), ("bytes", "tokio")]),
            ["sfu/core -> tokio"]
        );
    }

    #[test]
    fn a_crate_that_no_rule_places_is_found() {
        let ours = BTreeMap::from([("new".to_owned(), "tools/new".to_owned())]);
        let keys: Vec<_> = broken(&Graph {
            ours,
            edges: BTreeSet::new(),
        })
        .into_iter()
        .map(|found| found.key)
        .collect();
        assert_eq!(keys, ["tools/new -> ?"]);
    }
}
