//! The notifications service in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(notifications::NAME, notifications::Config::load, notifications::build)
}
