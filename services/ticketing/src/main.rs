//! The ticketing service in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(ticketing::NAME, ticketing::Config::load, ticketing::build)
}
