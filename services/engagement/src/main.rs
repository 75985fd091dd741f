//! The engagement service in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(engagement::NAME, engagement::Config::load, engagement::build)
}
