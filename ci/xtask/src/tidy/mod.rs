//! The rules of `ARCHITECTURE.md` that neither the compiler nor clippy can check.
//!
//! Each rule is a file here that looks at the [`Tree`] and returns [`Finding`]s. What a rule finds may be allowed by a
//! line in `ci/rules/<rule>.txt` with its reason; a line that allows nothing any more is a finding itself, so the lists
//! only shrink.

mod allow;
mod budget;
mod directions;
mod generated;
mod hygiene;
mod layers;
mod migrations;
mod services;
mod stages;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use tree::Tree;

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The rule, and the name of its allow-list.
    pub(crate) rule: &'static str,
    /// What a line of the allow-list says to allow this.
    pub(crate) key: String,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

/// Every rule's name, which is also the name of its file in `ci/rules/`.
const RULES: [&str; 9] = [
    budget::FILE,
    budget::FUNCTION,
    directions::RULE,
    generated::RULE,
    hygiene::RULE,
    layers::RULE,
    migrations::RULE,
    services::RULE,
    stages::RULE,
];

/// Runs every rule over the clone at `root` and prints what is broken.
///
/// # Errors
/// When the tree cannot be read, or code cannot be generated for the comparison.
pub(crate) fn run(root: &Path, with_codegen: bool) -> anyhow::Result<ExitCode> {
    let tree = Tree::of_clone(root)?;
    let mut findings = directions::check(root)?;
    for check in [
        budget::check,
        hygiene::check,
        layers::check,
        migrations::check,
        services::check,
        stages::check,
    ] {
        findings.extend(check(&tree)?);
    }
    if with_codegen {
        findings.extend(generated::check(&tree)?);
    }
    let mut broken = allow::apply(&tree, &RULES, findings)?;
    broken.sort();
    for Finding { rule, key, message } in &broken {
        eprintln!("{rule}: {key}: {message}");
    }
    let rust = tree.with_extension(&["rs"]).count();
    eprintln!(
        "tidy: {} files, {rust} of Rust, {} rules, {} findings",
        tree.len(),
        RULES.len(),
        broken.len()
    );
    Ok(if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
