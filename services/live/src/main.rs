//! The live service in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(live::NAME, live::Config::load, live::build)
}
