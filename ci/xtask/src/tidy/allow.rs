//! The allow-lists: `ci/rules/<rule>.txt`, a line for each exception as `key  # reason`.

use std::collections::BTreeMap;

use super::{Finding, Tree};

const FOLDER: &str = "ci/rules";

/// Takes out the `findings` that an allow-list names, and adds one for each line that is broken or allows nothing.
pub(crate) fn apply(tree: &Tree, rules: &[&'static str], findings: Vec<Finding>) -> anyhow::Result<Vec<Finding>> {
    let mut broken = unknown_lists(tree, rules);
    let mut remaining = findings;
    for rule in rules {
        let path = format!("{FOLDER}/{rule}.txt");
        if !tree.has(&path) {
            continue;
        }
        let (allowed, malformed) = parse(rule, &tree.text(&path)?.unwrap_or_default());
        broken.extend(malformed);
        let (found, others): (Vec<_>, Vec<_>) = remaining.into_iter().partition(|finding| finding.rule == *rule);
        remaining = others;
        let unused = allowed
            .iter()
            .filter(|(key, _)| !found.iter().any(|finding| finding.key == **key));
        broken.extend(unused.map(|(key, line)| Finding {
            rule,
            key: key.clone(),
            message: format!("{path}:{line} allows what nobody does any more: remove the line"),
        }));
        broken.extend(found.into_iter().filter(|finding| !allowed.contains_key(&finding.key)));
    }
    broken.extend(remaining);
    Ok(broken)
}

fn unknown_lists(tree: &Tree, rules: &[&'static str]) -> Vec<Finding> {
    let lists = tree
        .files()
        .filter_map(|path| Some((path, path.strip_prefix(FOLDER)?.strip_prefix('/')?)));
    lists
        .filter(|(_, name)| *name != "README.md" && name.strip_suffix(".txt").is_none_or(|stem| !rules.contains(&stem)))
        .map(|(path, _)| Finding {
            rule: "allow-list",
            key: path.to_owned(),
            message: format!("there is no such rule; the rules are {}", rules.join(", ")),
        })
        .collect()
}

/// The allowed keys with their line numbers, and a finding for each line without a reason.
fn parse(rule: &'static str, text: &str) -> (BTreeMap<String, usize>, Vec<Finding>) {
    let mut allowed = BTreeMap::new();
    let mut malformed = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once(" # ") {
            Some((key, reason)) if !reason.trim().is_empty() => {
                allowed.insert(key.trim().to_owned(), index + 1);
            }
            _ => malformed.push(Finding {
                rule,
                key: line.to_owned(),
                message: format!("{FOLDER}/{rule}.txt:{}: write `key  # reason`", index + 1),
            }),
        }
    }
    (allowed, malformed)
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::tree;
    use super::*;

    fn finding(key: &str) -> Finding {
        Finding {
            rule: "layers",
            key: key.to_owned(),
            message: "found".to_owned(),
        }
    }

    fn applied(list: &str, findings: Vec<Finding>) -> Vec<String> {
        let (_folder, tree) = tree(&[("ci/rules/layers.txt", list)]);
        let left = apply(&tree, &["layers"], findings).expect("readable");
        left.into_iter()
            .map(|finding| format!("{} {}", finding.key, finding.message))
            .collect()
    }

    #[test]
    fn an_entry_with_a_reason_allows_exactly_its_key() {
        let left = applied("# why\n\na.rs  # because\n", vec![finding("a.rs"), finding("b.rs")]);
        assert_eq!(left, ["b.rs found"]);
    }

    #[test]
    fn an_entry_that_allows_nothing_is_found() {
        let left = applied("a.rs  # because\n", Vec::new());
        assert_eq!(
            left,
            ["a.rs ci/rules/layers.txt:1 allows what nobody does any more: remove the line"]
        );
    }

    #[test]
    fn an_entry_without_a_reason_is_found_and_allows_nothing() {
        let left = applied("a.rs\n", vec![finding("a.rs")]);
        assert_eq!(
            left,
            ["a.rs ci/rules/layers.txt:1: write `key  # reason`", "a.rs found"]
        );
    }

    #[test]
    fn a_list_of_no_rule_is_found() {
        let (_folder, tree) = tree(&[("ci/rules/other.txt", "")]);
        let left = apply(&tree, &["layers"], Vec::new()).expect("readable");
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].key, "ci/rules/other.txt");
    }
}
