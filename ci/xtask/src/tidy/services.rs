//! What each part that is deployed on its own has: a README, and a `main.rs` that only starts the library.

use std::collections::BTreeSet;

use super::{Finding, Tree};

/// Keys are paths.
pub(crate) const RULE: &str = "services";

const MAIN_LINES_MAX: usize = 25;

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for folder in deployed(tree) {
        let readme = format!("{folder}/README.md");
        if !tree.has(&readme) {
            let message = "missing: what it owns, its invariants, RPCs, facts and reasons on one page".to_owned();
            findings.push(Finding {
                rule: RULE,
                key: readme,
                message,
            });
        }
        let main = format!("{folder}/src/main.rs");
        let lines = tree.text(&main)?.unwrap_or_default().lines().count();
        if lines > MAIN_LINES_MAX {
            let message = format!("{lines} lines, at most {MAIN_LINES_MAX}: the library does the work");
            findings.push(Finding {
                rule: RULE,
                key: main,
                message,
            });
        }
    }
    Ok(findings)
}

/// The folders of binaries that are deployed: below `services/`, the gateway and the SFU's node.
fn deployed(tree: &Tree) -> BTreeSet<&str> {
    let mains = tree.files().filter_map(|path| path.strip_suffix("/src/main.rs"));
    mains
        .filter(|folder| folder.starts_with("services/") || ["edge-gateway", "sfu/node"].contains(folder))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    #[test]
    fn a_service_without_readme_or_with_a_long_main_is_found() {
        let long = "// line\n".repeat(26);
        let found = keys(
            check,
            &[
                ("services/live/src/main.rs", &long),
                ("services/live/README.md", "# live\n"),
                ("sfu/node/src/main.rs", "fn main() {}\n"),
                ("loadtest/src/main.rs", &long),
            ],
        );
        assert_eq!(found, ["services/live/src/main.rs", "sfu/node/README.md"]);
    }
}
