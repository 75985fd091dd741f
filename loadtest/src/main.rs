//! Load tests: what the platform costs and carries, each figure beside its floor or peer of the same run.
//!
//! ```text
//! cargo run -p loadtest --release -- media --viewers 200 --seconds 20
//! cargo run -p loadtest --release -- orders --buyers 256 --capacity 10000
//! ```
//!
//! One sub-command for each kind of load. All report through [`report`]: a table for people on stderr, JSON on stdout.

mod chat;
mod clock;
mod flood;
mod floor;
mod media;
mod orders;
mod process;
mod report;
mod room;
mod sim;
mod socket;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Puts load on a running installation, or on parts of one that it starts on loopback, and measures.
#[derive(Debug, Parser)]
#[command(name = "loadtest")]
struct Arguments {
    #[command(subcommand)]
    load: Load,
}

#[derive(Debug, Subcommand)]
enum Load {
    /// Audio or video through an SFU node: CPU for each forwarded packet, memory for each viewer, loss and delay.
    Media(media::Options),
    /// Subscribers' bandwidth in simulated networks: expected layers, rates and freezes, in a table and a page of plots.
    Sim(sim::Options),
    /// Messages over the data channels of an SFU node: CPU for each delivery, loss and delay.
    Chat(chat::Options),
    /// Forged datagrams at an SFU node: what viewers lose by them, what they cost, and whether any is answered.
    Flood(flood::Options),
    /// Many buyers of one ticket type through the gateway: orders a second, latency, CPU for each order, none oversold.
    Orders(orders::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.load {
        Load::Media(options) => media::run(options),
        Load::Sim(options) => sim::run(options),
        Load::Chat(options) => chat::run(options),
        Load::Flood(options) => flood::run(options),
        Load::Orders(options) => orders::run(options),
    };
    match outcome {
        Ok(report) => report.print(),
        Err(error) => {
            eprintln!("loadtest: {error:#}");
            ExitCode::FAILURE
        }
    }
}
