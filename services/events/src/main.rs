//! The events service in a process of its own.

fn main() -> std::process::ExitCode {
    kit_rpc::run("events", events::Config::load, events::build)
}
