//! Generated code is committed, so it must be what the generators write today.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::{Finding, Tree, tree};
use crate::codegen;

/// Keys are paths.
pub(crate) const RULE: &str = "generated";

/// Generates into a temporary folder and compares each file with the clone's.
pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let fresh = tempfile::tempdir().context("cannot make a temporary folder")?;
    codegen::generate(tree.root(), fresh.path())?;
    compare(tree, fresh.path())
}

fn compare(tree: &Tree, fresh: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut paths: BTreeSet<String> = tree
        .files()
        .filter(|path| tree::is_generated(path))
        .map(str::to_owned)
        .collect();
    for folder in codegen::FOLDERS {
        collect(fresh, folder, &mut paths)?;
    }
    let differs = paths
        .into_iter()
        .filter(|path| fs::read(tree.root().join(path)).ok() != fs::read(fresh.join(path)).ok());
    Ok(differs
        .map(|path| Finding {
            rule: RULE,
            key: path,
            message: "not what proto/ describes: run ./dev codegen".to_owned(),
        })
        .collect())
}

/// Adds the files below `root/folder`, relative to `root`.
fn collect(root: &Path, folder: &str, paths: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("{folder} was not generated"))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(root, &path, paths)?;
        } else {
            paths.insert(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::tree as tree_of;
    use super::*;

    #[test]
    fn changed_missing_and_stale_files_are_found() {
        let (_kept, committed) = tree_of(&[
            ("proto/rust/src/gen/same.rs", "a"),
            ("proto/rust/src/gen/changed.rs", "old"),
            ("web/src/gen/stale.ts", "gone"),
        ]);
        let (fresh, _) = tree_of(&[
            ("proto/rust/src/gen/same.rs", "a"),
            ("proto/rust/src/gen/changed.rs", "new"),
            ("web/src/gen/deep/missing.ts", "new"),
        ]);
        let found = compare(&committed, fresh.path()).expect("readable");
        let keys: Vec<_> = found.into_iter().map(|finding| finding.key).collect();
        assert_eq!(
            keys,
            [
                "proto/rust/src/gen/changed.rs",
                "web/src/gen/deep/missing.ts",
                "web/src/gen/stale.ts"
            ]
        );
    }
}
