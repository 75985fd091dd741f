//! Messages with a secret in them, marked `debug_redact` in `proto/`: their `Debug` names them and shows nothing, so that
//! no log line can hold a password by accident.

use std::fmt::Write;

use prost_reflect::{DescriptorPool, Value};

/// Full names of the messages with a marked field.
pub(super) fn messages(pool: &DescriptorPool) -> Vec<String> {
    pool.all_messages()
        .filter(|message| {
            message.fields().any(|field| {
                field
                    .options()
                    .get_field_by_name("debug_redact")
                    .as_deref()
                    .and_then(Value::as_bool)
                    == Some(true)
            })
        })
        .map(|message| message.full_name().to_owned())
        .collect()
}

/// Their `Debug` as Rust. Names of messages need no change of case: `proto/` writes them as Rust does.
pub(super) fn source(messages: &[String]) -> String {
    let mut out = String::from("// Generated: `Debug` of messages that hold a secret.\n");
    for message in messages {
        let path = message.trim_start_matches("plenary.").replace('.', "::");
        let name = message.rsplit('.').next().unwrap_or(message);
        let _ = write!(
            out,
            "impl ::core::fmt::Debug for {path} {{\n    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> \
             ::core::fmt::Result {{\n        f.debug_struct(\"{name}\").finish_non_exhaustive()\n    }}\n}}\n"
        );
    }
    out
}
