//! Who may call each RPC, read from the option on it.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, ensure};
use prost_reflect::{DescriptorPool, MethodDescriptor, Value};

const OPTION: &str = "plenary.common.v1.access";
const PREFIX: &str = "ROLE_";

/// Role names without their prefix, by the RPC's path.
pub(super) type Rules = BTreeMap<String, Vec<String>>;

/// # Errors
/// When an RPC has no rule, or one that nobody passes: this is what makes a forgotten rule fail the build.
pub(super) fn rules(pool: &DescriptorPool) -> anyhow::Result<Rules> {
    let mut rules = Rules::new();
    for service in pool
        .services()
        .filter(|service| service.full_name().starts_with("plenary."))
    {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let roles = roles(pool, &method).with_context(|| format!("{path}: who may call it?"))?;
            rules.insert(path, roles);
        }
    }
    Ok(rules)
}

fn roles(pool: &DescriptorPool, method: &MethodDescriptor) -> anyhow::Result<Vec<String>> {
    let option = pool
        .get_extension_by_name(OPTION)
        .context("the access option is not defined")?;
    let role = pool
        .get_enum_by_name("plenary.common.v1.Role")
        .context("Role is not defined")?;
    let options = method.options();
    ensure!(options.has_extension(&option), "it has no option ({OPTION})");
    let rule = options.get_extension(&option);
    let allow = rule
        .as_message()
        .and_then(|rule| rule.get_field_by_name("allow"))
        .context("it has no `allow`")?;
    let numbers: Vec<i32> = allow
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_enum_number)
        .collect();
    ensure!(!numbers.is_empty(), "its `allow` is empty");
    numbers
        .into_iter()
        .map(|number| {
            let value = role
                .get_value(number)
                .filter(|_| number != 0)
                .context("it allows an unspecified role")?;
            Ok(camel(value.name().trim_start_matches(PREFIX)))
        })
        .collect()
}

/// `ADMINISTRATOR` → `Administrator`, as prost names the variant.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_string() + &letters.as_str().to_lowercase()
    })
}

/// The table as Rust.
pub(super) fn source(rules: &Rules) -> String {
    let mut out = String::from("// Generated from the `access` option of each RPC. Sorted by path.\n&[\n");
    for (path, roles) in rules {
        let roles = roles
            .iter()
            .map(|role| format!("Role::{role}"))
            .collect::<Vec<_>>()
            .join(", ");
        let _ = writeln!(out, "    (\"{path}\", &[{roles}]),");
    }
    out.push_str("]\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules_of(rpc_options: &str) -> anyhow::Result<Rules> {
        let folder = tempfile::tempdir()?;
        let common = folder.path().join("plenary/common/v1");
        std::fs::create_dir_all(&common)?;
        let access = "../../proto/plenary/common/v1/access.proto";
        std::fs::copy(access, common.join("access.proto"))?;
        let test = format!(
            "syntax = \"proto3\"; package plenary.test.v1; import \"plenary/common/v1/access.proto\";
             message M {{}} service S {{ rpc Do(M) returns (M) {{ {rpc_options} }} }}"
        );
        std::fs::write(folder.path().join("test.proto"), test)?;
        let mut compiler = protox::Compiler::new([folder.path()])?;
        compiler.include_imports(true).open_file("test.proto")?;
        rules(&DescriptorPool::decode(
            compiler.encode_file_descriptor_set().as_slice(),
        )?)
    }

    #[test]
    fn a_rule_is_read() {
        let rules = rules_of("option (plenary.common.v1.access) = { allow: [ROLE_ORGANIZER, ROLE_SERVICE] };");
        let rules = rules.expect("the option is there");
        assert_eq!(rules["/plenary.test.v1.S/Do"], ["Organizer", "Service"]);
    }

    #[test]
    fn an_rpc_without_a_rule_fails() {
        let error = rules_of("").expect_err("there is no rule");
        assert!(format!("{error:#}").contains("/plenary.test.v1.S/Do"), "{error:#}");
        rules_of("option (plenary.common.v1.access) = {};").expect_err("nobody passes");
        rules_of("option (plenary.common.v1.access) = { allow: ROLE_UNSPECIFIED };").expect_err("no role");
    }
}
