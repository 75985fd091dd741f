//! The SFU node as a process: a part of the platform, or with `--standalone` a plain LiveKit server.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut runtime = sfu_node::runtime();
    if !std::env::args().any(|argument| argument == "--standalone") {
        return kit_rpc::run_on(&mut runtime, sfu_node::NAME, sfu_node::Config::load, sfu_node::build);
    }
    let runtime = runtime.enable_all().build().map_err(Into::into);
    match runtime.and_then(|runtime| runtime.block_on(sfu_node::standalone())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", sfu_node::NAME);
            ExitCode::FAILURE
        }
    }
}
