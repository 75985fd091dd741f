//! The files that git knows or would add: what a rule looks at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::codegen;

/// A clone and its files, by path relative to it, sorted.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// The tracked files of the clone at `root`, and the new ones that no `.gitignore` names.
    pub(crate) fn of_clone(root: &Path) -> anyhow::Result<Self> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git")?;
        ensure!(
            output.status.success(),
            "git ls-files failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let listed = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
        // A file that is removed but not yet committed so is still listed.
        let present = listed
            .split('\0')
            .filter(|path| !path.is_empty() && root.join(path).is_file());
        Ok(Self::new(root, present.map(str::to_owned).collect()))
    }

    fn new(root: &Path, mut files: Vec<String>) -> Self {
        files.sort();
        files.dedup();
        Self {
            root: root.to_owned(),
            files,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok()
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The files written by people (not generated) that end in one of `extensions`, given without the dot.
    pub(crate) fn with_extension<'a>(&'a self, extensions: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.files().filter(|path| !is_generated(path)).filter(move |path| {
            Path::new(path)
                .extension()
                .is_some_and(|found| extensions.iter().any(|extension| found == *extension))
        })
    }

    /// The file's text, or `None` for one that is not UTF-8 (an image, a descriptor set).
    pub(crate) fn text(&self, path: &str) -> anyhow::Result<Option<String>> {
        let bytes = fs::read(self.root.join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok(String::from_utf8(bytes).ok())
    }
}

pub(crate) fn is_generated(path: &str) -> bool {
    codegen::FOLDERS
        .iter()
        .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
pub(crate) mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A tree of these `(path, text)` files, for the tests of a rule.
    pub(crate) fn tree(files: &[(&str, &str)]) -> (TempDir, Tree) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().expect("a path below the folder")).expect("can create folders");
            fs::write(file, text).expect("can write");
        }
        let tree = Tree::new(
            folder.path(),
            files.iter().map(|(path, _)| (*path).to_owned()).collect(),
        );
        (folder, tree)
    }

    /// The keys of what `check` finds in a tree of these files.
    pub(crate) fn keys(
        check: fn(&Tree) -> anyhow::Result<Vec<super::super::Finding>>,
        files: &[(&str, &str)],
    ) -> Vec<String> {
        let (_folder, tree) = tree(files);
        check(&tree)
            .expect("the check runs")
            .into_iter()
            .map(|finding| finding.key)
            .collect()
    }

    #[test]
    fn generated_code_is_told_by_its_folder() {
        assert!(is_generated("web/src/gen/plenary/x_pb.ts"));
        assert!(!is_generated("web/src/generic.ts"));
    }
}
