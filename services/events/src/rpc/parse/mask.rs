//! Field masks (AIP-161): which fields of a resource an update is about.

use kit_core::Violations;
use prost_types::FieldMask;

/// A mask whose paths are all known.
#[derive(Debug)]
pub(super) struct Mask<'a>(Option<&'a [String]>);

impl<'a> Mask<'a> {
    /// Reads `update_mask`. A path that is not among the `known` is refused, so that a client which misspells one
    /// learns of it.
    pub(super) fn read(violations: &mut Violations, mask: Option<&'a FieldMask>, known: &[&str]) -> Self {
        let paths = mask.map(|mask| mask.paths.as_slice()).filter(|paths| !paths.is_empty());
        for path in paths.unwrap_or_default() {
            let fits = path == "*" || known.contains(&path.as_str());
            violations.check("update_mask", fits, "PATH_UNKNOWN", &format!("must not name {path:?}"));
        }
        Self(paths)
    }

    /// Whether the field at `path` is to be written. Without a mask that is every field which is `populated`, so that a
    /// client which does not know a newer field does not clear it.
    pub(super) fn covers(&self, path: &str, populated: bool) -> bool {
        match self.0 {
            Some(paths) => paths.iter().any(|named| named == path || named == "*"),
            None => populated,
        }
    }
}
