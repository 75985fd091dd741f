//! Files of at most 500 lines, functions of at most 70: what fits in a reader's head.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{Finding, Tree};

/// The rule about files: keys are paths.
pub(crate) const FILE: &str = "file-lines";
/// The rule about functions of Rust: keys are `path::function`.
pub(crate) const FUNCTION: &str = "function-lines";

/// Lines of a file that are not blank.
const FILE_LINES_MAX: usize = 500;
/// Lines of a function's body that are neither blank nor only a comment, as clippy counts them; unlike clippy's, this
/// count has no `#[expect]`.
const FUNCTION_LINES_MAX: usize = 70;

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in tree.with_extension(&["rs", "ts", "tsx", "mjs"]) {
        let text = tree.text(path)?.unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > FILE_LINES_MAX {
            let message = format!("{lines} lines that are not blank, at most {FILE_LINES_MAX}: split it by noun");
            findings.push(Finding {
                rule: FILE,
                key: path.to_owned(),
                message,
            });
        }
        if path.ends_with(".rs") {
            findings.extend(long_functions(path, &text));
        }
    }
    Ok(findings)
}

fn long_functions(path: &str, text: &str) -> Vec<Finding> {
    // What does not parse fails to compile, which says it better.
    let Ok(file) = syn::parse_file(text) else {
        return Vec::new();
    };
    let mut functions = Functions {
        lines: text.lines().collect(),
        found: Vec::new(),
    };
    functions.visit_file(&file);
    let long = functions
        .found
        .into_iter()
        .filter(|(_, lines)| *lines > FUNCTION_LINES_MAX);
    long.map(|(name, lines)| Finding {
        rule: FUNCTION,
        key: format!("{path}::{name}"),
        message: format!(
            "{lines} lines of code, at most {FUNCTION_LINES_MAX}: keep the control flow, move the leaves out"
        ),
    })
    .collect()
}

/// Collects each function's name and its lines of code.
struct Functions<'a> {
    lines: Vec<&'a str>,
    found: Vec<(String, usize)>,
}

impl Functions<'_> {
    fn add(&mut self, name: &syn::Ident, body: &syn::Block) {
        let (first, last) = (body.span().start().line, body.span().end().line);
        // Without the lines of the two braces.
        let inside = self.lines.get(first..last.saturating_sub(1)).unwrap_or_default();
        let code = inside
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty() && !line.starts_with("//"));
        self.found.push((name.to_string(), code.count()));
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig.ident, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    fn function_of(lines: usize) -> String {
        format!(
            "impl A {{\n    fn long() {{\n{}    // done\n\n    }}\n}}\n",
            "        step();\n".repeat(lines)
        )
    }

    #[test]
    fn a_file_may_have_500_lines_and_not_one_more() {
        let full = "const A: u8 = 1;\n\n".repeat(500);
        assert!(keys(check, &[("a/full.rs", &full)]).is_empty());
        let over = format!("{full}// one more\n");
        assert_eq!(
            keys(check, &[("a/over.rs", &over), ("web/src/over.tsx", &over)]),
            ["a/over.rs", "web/src/over.tsx"]
        );
    }

    #[test]
    fn generated_code_has_no_budget() {
        let long = "const A: u8 = 1;\n".repeat(600);
        assert!(keys(check, &[("proto/rust/src/gen/x.rs", &long)]).is_empty());
    }

    #[test]
    fn a_function_may_have_70_lines_and_not_one_more() {
        assert!(keys(check, &[("a.rs", &function_of(70))]).is_empty());
        assert_eq!(keys(check, &[("a.rs", &function_of(71))]), ["a.rs::long"]);
    }
}
