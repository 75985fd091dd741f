//! Where the servers' programs are.

use std::path::{Path, PathBuf};

use crate::Error;

/// Folders outside `PATH` where packages put servers, newest version first.
const HOMES: &[&str] = &[
    "/usr/lib/postgresql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/home/linuxbrew/.linuxbrew/opt",
];

/// The folder with `postgres` and `initdb`, of major version `version` if there is such a one.
pub(crate) fn postgres(version: Option<&str>) -> Result<PathBuf, Error> {
    let searched = folders();
    let complete = |folder: &&PathBuf| is_program(&folder.join("postgres")) && is_program(&folder.join("initdb"));
    let fits = |folder: &&PathBuf| version.is_some_and(|version| is_of_version(folder, version));
    let mut found = searched.iter().filter(complete);
    let best = found.clone().find(fits).or_else(|| found.next()).cloned();
    best.ok_or(Error::NotInstalled {
        program: "postgres",
        searched,
    })
}

/// One program.
pub(crate) fn program(name: &'static str) -> Result<PathBuf, Error> {
    let searched = folders();
    let found = searched
        .iter()
        .map(|folder| folder.join(name))
        .find(|path| is_program(path));
    found.ok_or(Error::NotInstalled {
        program: name,
        searched,
    })
}

/// `PATH`, then the `bin` folders of packages.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    for home in HOMES {
        let mut packages: Vec<PathBuf> = std::fs::read_dir(home)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin"))
            .collect();
        packages.sort_by_key(|bin| std::cmp::Reverse(version_in(bin)));
        folders.extend(packages.into_iter().filter(|bin| bin.is_dir()));
    }
    folders
}

/// Links lead to the packages' folders, whose names say the version: `/usr/lib/postgresql/15/bin`, `…/postgresql@16/bin`.
fn is_of_version(folder: &Path, version: &str) -> bool {
    let real = folder.join("postgres").canonicalize().unwrap_or_default();
    real.ancestors().any(|part| version_in(part).to_string() == version)
}

/// The number at the end of the package's name.
fn version_in(bin: &Path) -> u32 {
    let package = if bin.ends_with("bin") {
        bin.parent().unwrap_or(bin)
    } else {
        bin
    };
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    name.rsplit(['@', '/'])
        .next()
        .and_then(|version| version.parse().ok())
        .unwrap_or(0)
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_package_folders() {
        assert_eq!(version_in(Path::new("/usr/lib/postgresql/15/bin")), 15);
        assert_eq!(version_in(Path::new("/opt/homebrew/opt/postgresql@16/bin")), 16);
        assert_eq!(version_in(Path::new("/usr/bin")), 0);
    }

    #[test]
    fn a_missing_program_is_named_with_the_places() {
        let error = program("no-such-server").expect_err("there is none");
        assert!(
            error
                .to_string()
                .starts_with("no-such-server is not installed; looked in /"),
            "{error}"
        );
    }
}
