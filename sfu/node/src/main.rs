//! The SFU node as a process: a part of the platform, or with `--standalone` a plain LiveKit server.

use std::process::ExitCode;

use tokio::runtime::Builder;

/// Threads of all that is not media. Media has a thread for each core, and signalling is little beside it: with a second
/// thread, each message would wake both to look for work.
const SIGNALLING_THREADS: usize = 1;

fn main() -> ExitCode {
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(SIGNALLING_THREADS);
    if std::env::args().any(|argument| argument == "--standalone") {
        return standalone(&mut runtime);
    }
    kit_rpc::run_on(&mut runtime, sfu_node::NAME, sfu_node::Config::load, sfu_node::build)
}

fn standalone(runtime: &mut Builder) -> ExitCode {
    match runtime
        .enable_all()
        .build()
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
