//! The gateway in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit_rpc::run(edge_gateway::NAME, edge_gateway::Config::load, edge_gateway::build)
}
