//! The data folder: all that a small installation keeps, and nothing that is not Plenary's.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use kit_core::Rng;
use thiserror::Error;

/// Marks a folder as made by Plenary: only such a folder is ever removed.
const MARKER: &str = ".plenary-data";
const MARKER_TEXT: &str = "This folder holds the data of a Plenary installation. `./dev reset` removes it.\n";
const LOCK: &str = "lock";

/// An opened data folder, held by this process alone.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    // Unlocked when dropped.
    _lock: File,
}

#[derive(Debug, Error)]
pub(crate) enum DataError {
    #[error("cannot use the data folder {0}")]
    Unusable(PathBuf, #[source] std::io::Error),
    #[error("{0} is not empty and was not made by Plenary: name another folder with --data")]
    Foreign(PathBuf),
    #[error("another Plenary is running on the data folder {0}: stop it first, or name another folder with --data")]
    InUse(PathBuf),
    #[error("the secret {0} is not readable text")]
    SecretBroken(PathBuf),
}

impl DataFolder {
    /// Opens `path`, making it when it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let unusable = |error| DataError::Unusable(path.to_owned(), error);
        fs::create_dir_all(path).map_err(unusable)?;
        let marker = path.join(MARKER);
        if !marker.exists() {
            if fs::read_dir(path).map_err(unusable)?.next().is_some() {
                return Err(DataError::Foreign(path.to_owned()));
            }
            fs::write(&marker, MARKER_TEXT).map_err(unusable)?;
        }
        let lock = File::create(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.canonicalize().map_err(unusable)?,
                _lock: lock,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(DataError::InUse(path.to_owned())),
            Err(fs::TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// A folder of the given name inside.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The secret of the given name: made by `make` at first use and kept readable by its owner alone.
    pub(crate) fn secret(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, DataError> {
        let folder = self.folder("secrets");
        let path = folder.join(name);
        let unusable = |error| DataError::Unusable(path.clone(), error);
        match fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| DataError::SecretBroken(path.clone())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                fs::create_dir_all(&folder).map_err(unusable)?;
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(unusable)?;
                let secret = make();
                write_whole(&path, &secret).map_err(unusable)?;
                Ok(secret)
            }
            Err(error) => Err(unusable(error)),
        }
    }
}

/// 256 random bits as hexadecimal.
pub(crate) fn random_secret(rng: &Rng) -> String {
    hex::encode(rng.bytes::<32>())
}

/// A crash never leaves half a secret behind: it is written aside and moved into place.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    let _ = fs::remove_file(&partial);
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(partial, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_is_private() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let path = parent.path().join("data");
        let first = DataFolder::open(&path)
            .expect("opens")
            .secret("key", || "made".to_owned())
            .expect("made");
        let again = DataFolder::open(&path)
            .expect("opens again")
            .secret("key", || "other".to_owned())
            .expect("kept");
        assert_eq!((first.as_str(), again.as_str()), ("made", "made"));
        let mode = fs::metadata(path.join("secrets/key"))
            .expect("is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn one_process_at_a_time() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let held = DataFolder::open(parent.path().join("data").as_path()).expect("opens");
        let refused = DataFolder::open(parent.path().join("data").as_path()).expect_err("is held");
        assert!(matches!(refused, DataError::InUse(_)), "{refused}");
        drop(held);
        DataFolder::open(parent.path().join("data").as_path()).expect("is free again");
    }

    #[test]
    fn a_folder_of_others_is_left_alone() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        fs::write(parent.path().join("thesis.txt"), "mine").expect("written");
        let refused = DataFolder::open(parent.path()).expect_err("is not ours");
        assert!(matches!(refused, DataError::Foreign(_)), "{refused}");
    }
}
