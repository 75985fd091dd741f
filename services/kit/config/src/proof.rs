//! For tests: proof that every key of a section can be set in every way that this crate promises.

use std::path::{Path, PathBuf};

use crate::{Entry, Loader, Origin, Section, Sources};

/// Sets each key of `S` by file and by environment, and each secret also by a file of its own, and checks that the
/// value arrives from there.
///
/// # Panics
/// When a key cannot be set in one of the ways.
pub fn every_key_is_settable<S: Section>() {
    let secret_file = SecretFile::create(S::NAME);
    for key in entries::<S>(Sources::empty()) {
        let Entry {
            section,
            key,
            secret,
            example,
            ..
        } = key;
        let variable = crate::keys::variable(section, key);
        let toml = |key: &str, value: &str| Sources::empty().with_file(&format!("[{section}]\n{key} = {value:?}"));
        let environment = |name: &str, value: &str| Sources::empty().with_environment([(name.into(), value.into())]);

        arrives::<S>(key, toml(key, example).expect("TOML"), example);
        arrives::<S>(key, environment(&variable, example), example);
        if secret {
            let path = secret_file.0.display().to_string();
            arrives::<S>(
                key,
                toml(&format!("{key}_file"), &path).expect("TOML"),
                SecretFile::CONTENT,
            );
            arrives::<S>(
                key,
                environment(&format!("{variable}_FILE"), &path),
                SecretFile::CONTENT,
            );
        }
    }
}

fn arrives<S: Section>(key: &str, sources: Sources, expected: &str) {
    let entry = entries::<S>(sources)
        .into_iter()
        .find(|entry| entry.key == key)
        .expect("the key is always read");
    assert_eq!(entry.value, expected, "{}.{key} from {}", S::NAME, entry.origin);
    assert_ne!(entry.origin, Origin::Default, "{}.{key}", S::NAME);
}

/// The keys that `S` reads. Values that do not fit together are no matter here.
fn entries<S: Section>(sources: Sources) -> Vec<Entry> {
    let mut loader = Loader::new(sources);
    let _: S = loader.section();
    loader.describe().entries
}

struct SecretFile(PathBuf);

impl SecretFile {
    const CONTENT: &'static str = "from a file";

    fn create(section: &str) -> Self {
        let name = format!("plenary-proof-{section}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, format!("{}\n", Self::CONTENT)).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// A file that is gone already is as good.
fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}
