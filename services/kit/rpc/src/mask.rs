//! Field masks (AIP-161): which fields of a resource an update is about.

use kit_core::Violations;
use prost_types::FieldMask;

/// A mask whose paths are all known.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a>(Option<&'a [String]>);

impl<'a> Mask<'a> {
    /// Reads `update_mask`. A path that is not among the `known` is refused, so that a client which misspells one
    /// learns of it.
    pub fn read(violations: &mut Violations, mask: Option<&'a FieldMask>, known: &[&str]) -> Self {
        let paths = mask.map(|mask| mask.paths.as_slice()).filter(|paths| !paths.is_empty());
        for path in paths.unwrap_or_default() {
            let fits = path == "*" || known.contains(&path.as_str());
            violations.check("update_mask", fits, "PATH_UNKNOWN", &format!("must not name {path:?}"));
        }
        Self(paths)
    }

    /// Whether the field at `path` is to be written. Without a mask that is every field which is `populated`, so that a
    /// client which does not know a newer field does not clear it.
    pub fn covers(&self, path: &str, populated: bool) -> bool {
        match self.0 {
            Some(paths) => paths.iter().any(|named| named == path || named == "*"),
            None => populated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_fields_and_its_absence_means_the_populated_ones() {
        let mut violations = Violations::new();
        let mask = FieldMask {
            paths: vec!["title".to_owned(), "tilte".to_owned()],
        };
        let read = Mask::read(&mut violations, Some(&mask), &["title", "summary"]);
        assert!(read.covers("title", false) && !read.covers("summary", true));
        assert_eq!(violations.iter().count(), 1);
        let absent = Mask::read(&mut violations, None, &["title"]);
        assert!(absent.covers("title", true) && !absent.covers("title", false));
        let all = FieldMask {
            paths: vec!["*".to_owned()],
        };
        assert!(Mask::read(&mut violations, Some(&all), &["title"]).covers("title", false));
    }
}
