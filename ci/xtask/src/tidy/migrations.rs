//! A migration begins with why it is made: whoever meets it in five years has only the file.

use super::{Finding, Tree};

/// Keys are paths.
pub(crate) const RULE: &str = "migrations";

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in tree
        .with_extension(&["sql"])
        .filter(|path| path.contains("/migrations/"))
    {
        let text = tree.text(path)?.unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        // Three words are the least that says anything.
        if first
            .strip_prefix("-- ")
            .is_none_or(|why| why.split_whitespace().count() < 3)
        {
            let message = "begin with a `-- ` comment that says why this migration is made".to_owned();
            findings.push(Finding {
                rule: RULE,
                key: path.to_owned(),
                message,
            });
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    #[test]
    fn a_migration_without_why_is_found() {
        let found = keys(
            check,
            &[
                ("services/events/migrations/0001_a.sql", "create table a ();\n"),
                ("services/events/migrations/0002_b.sql", "-- b\ncreate table b ();\n"),
                (
                    "services/events/migrations/0003_c.sql",
                    "-- Clones keep their source.\nalter table a;\n",
                ),
                ("services/events/tests/data.sql", "insert into a;\n"),
            ],
        );
        assert_eq!(
            found,
            [
                "services/events/migrations/0001_a.sql",
                "services/events/migrations/0002_b.sql"
            ]
        );
    }
}
