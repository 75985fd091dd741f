//! What the operator reads on standard output: the address, the link, the answer of a command. Logs go elsewhere.

use std::io::Write as _;

/// Writes a line. A reader who has gone away is no failure.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
