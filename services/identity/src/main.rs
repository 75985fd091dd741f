//! Identity in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(identity::NAME, identity::Config::load, identity::build)
}
