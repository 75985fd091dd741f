//! No file names a package registry's host or a path of somebody's machine: both are true on one machine only.

use super::{Finding, Tree};

/// Keys are `path: what`.
pub(crate) const RULE: &str = "hygiene";

/// Hosts of registries, with a space for each dot so that this file names none. The lock files name none either: npm's
/// is written without `resolved`.
const HOSTS: [&str; 7] = [
    "registry npmjs org",
    "registry yarnpkg com",
    "static crates io",
    "index crates io",
    "pypi org",
    "pythonhosted org",
    "proxy golang org",
];

/// Where clones and homes lie on a machine, without the slashes around.
const FOLDERS: [&str; 4] = ["root", "home", "Users", "work"];

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let hosts = HOSTS.map(|host| host.replace(' ', "."));
    let folders = FOLDERS.map(|folder| format!("/{folder}/"));
    let mut findings = Vec::new();
    // The allow-lists name what they allow.
    for path in tree.files().filter(|path| !path.starts_with("ci/rules/")) {
        let Some(text) = tree.text(path)? else { continue };
        for (index, line) in text.lines().enumerate() {
            let named_hosts = hosts.iter().filter(|host| line.contains(host.as_str()));
            for what in named_hosts.chain(folders.iter().filter(|folder| begins_path(line, folder))) {
                let message = format!("line {}: names {what}, which is true on one machine only", index + 1);
                findings.push(Finding {
                    rule: RULE,
                    key: format!("{path}: {what}"),
                    message,
                });
            }
        }
    }
    Ok(findings)
}

/// Whether `folder` begins a path somewhere in the line, rather than being inside one: `src/home/` is nobody's home.
fn begins_path(line: &str, folder: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || "_-.*$}".contains(before);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(inside))
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    #[test]
    fn hosts_and_machine_paths_are_found_wherever_they_are() {
        let host = HOSTS[0].replace(' ', ".");
        let home = format!("/{}/", FOLDERS[1]);
        let found = keys(
            check,
            &[
                (
                    "web/package-lock.json",
                    &format!("\"resolved\": \"https://{host}/a\"\n"),
                ),
                ("README.md", &format!("cd {home}ann/plenary\n")),
                ("a.rs", &format!("let folder = \"src{home}page\";\n")),
                ("ci/rules/hygiene.txt", &format!("b.rs: {home}  # why\n")),
            ],
        );
        assert_eq!(
            found,
            [format!("README.md: {home}"), format!("web/package-lock.json: {host}")]
        );
    }
}
