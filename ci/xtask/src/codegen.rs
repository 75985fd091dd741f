//! Code from `proto/`.

use std::path::Path;

/// The folders that hold generated code and nothing else, relative to the clone.
pub(crate) const FOLDERS: [&str; 2] = ["proto/rust/src/gen", "web/src/gen"];

/// Reads `root`'s `proto/` and writes [`FOLDERS`] below `out`, which is `root` itself or, for tidy's comparison, an
/// empty folder. Files that `proto/` no longer describes are removed from `out`.
pub(crate) fn generate(_root: &Path, _out: &Path) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
