//! The SFU node as a process: a part of the platform, or with `--standalone` a plain LiveKit server.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--standalone") {
        return standalone();
    }
    kit_rpc::run(sfu_node::NAME, sfu_node::Config::load, sfu_node::build)
}

fn standalone() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(sfu_node::standalone()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", sfu_node::NAME);
            ExitCode::FAILURE
        }
    }
}
