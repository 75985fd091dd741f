//! Jenkins runs the stages of `./dev test`, all of them and in that order, so that both mean the same by "green".

use super::{Finding, Tree};

/// The key is the Jenkinsfile.
pub(crate) const RULE: &str = "stages";

const STAGES: &str = "ci/dev/stages.sh";
const JENKINSFILE: &str = "ci/Jenkinsfile";

pub(crate) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let listed = listed(&text(tree, STAGES)?);
    let called = called(&text(tree, JENKINSFILE)?);
    if !listed.is_empty() && listed == called {
        return Ok(Vec::new());
    }
    let message = format!("calls {}, while {STAGES} lists {}", called.join(" "), listed.join(" "));
    Ok(vec![Finding {
        rule: RULE,
        key: JENKINSFILE.to_owned(),
        message,
    }])
}

fn text(tree: &Tree, path: &str) -> anyhow::Result<String> {
    Ok(if tree.has(path) {
        tree.text(path)?.unwrap_or_default()
    } else {
        String::new()
    })
}

/// The words of the line `stages=(…)`.
fn listed(script: &str) -> Vec<String> {
    let list = script
        .lines()
        .find_map(|line| line.strip_prefix("stages=(")?.strip_suffix(')'));
    list.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// The words after each `./dev test`.
fn called(pipeline: &str) -> Vec<String> {
    let calls = pipeline
        .lines()
        .filter_map(|line| line.split_once("./dev test ").map(|(_, rest)| rest));
    calls
        .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::keys;
    use super::*;

    const SCRIPT: (&str, &str) = (STAGES, "# words\nstages=(fmt rust)\n");

    #[test]
    fn the_same_stages_in_the_same_order_pass() {
        let pipeline =
            "stage('fmt') { steps { sh './dev test fmt' } }\nstage('rust') { steps { sh './dev test rust' } }\n";
        assert!(keys(check, &[SCRIPT, (JENKINSFILE, pipeline)]).is_empty());
    }

    #[test]
    fn a_missing_stage_another_order_and_no_list_are_found() {
        assert_eq!(
            keys(check, &[SCRIPT, (JENKINSFILE, "sh './dev test rust'\n")]),
            [JENKINSFILE]
        );
        assert_eq!(
            keys(
                check,
                &[SCRIPT, (JENKINSFILE, "sh './dev test rust'\nsh './dev test fmt'\n")]
            ),
            [JENKINSFILE]
        );
        assert_eq!(keys(check, &[]), [JENKINSFILE]);
    }
}
