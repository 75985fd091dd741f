//! The folder of a server: private, with enough room, and one launcher's at a time.

use std::fs::{DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::limits::{FREE_DISK_MIB_MIN, SOCKET_PATH_BYTES_MAX};

/// Makes the folder if needed and locks it for as long as the returned file is open.
pub(crate) fn claim(folder: &Path) -> Result<File, Error> {
    create(folder)?;
    let free_mib = free_mib(folder)?;
    if free_mib < FREE_DISK_MIB_MIN {
        return Err(Error::DiskFull {
            folder: folder.to_owned(),
            free_mib,
            needed_mib: FREE_DISK_MIB_MIN,
        });
    }
    let path = folder.join("launcher.lock");
    let lock = File::create(&path).map_err(Error::folder(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::InUse {
            folder: folder.to_owned(),
            pid: None,
        }),
        Err(TryLockError::Error(error)) => Err(Error::folder(&path)(error)),
    }
}

/// A folder that only its owner may enter.
pub(crate) fn create(folder: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::folder(folder))
}

/// A folder for the socket `name`: in `folder`, or in the temporary folder when that path is too long for a socket.
pub(crate) fn for_socket(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let mut place = folder.join("socket");
    if place.join(name).as_os_str().len() > SOCKET_PATH_BYTES_MAX {
        let mut hash = DefaultHasher::new();
        folder.hash(&mut hash);
        place = std::env::temp_dir().join(format!("plenary-{:016x}", hash.finish()));
    }
    create(&place)?;
    Ok(place)
}

fn free_mib(folder: &Path) -> Result<u64, Error> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| Error::folder(folder)(error.into()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / (1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_launcher_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = claim(folder.path()).expect("nobody else is there");
        assert!(matches!(claim(folder.path()), Err(Error::InUse { pid: None, .. })));
        drop(lock);
        claim(folder.path()).expect("the other one has left");
    }

    #[test]
    fn long_paths_have_their_socket_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let short = for_socket(folder.path(), "s").expect("made");
        assert!(short.starts_with(folder.path()));
        let deep = folder.path().join("d".repeat(100));
        let long = for_socket(&deep, "s").expect("made");
        assert!(!long.starts_with(folder.path()) && long.is_dir());
        std::fs::remove_dir(long).expect("empty");
    }
}
