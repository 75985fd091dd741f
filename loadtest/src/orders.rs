//! Many buyers at once want one ticket type: durable orders a second, through the gateway.
//!
//! Everything is as it is for people: accounts that confirmed their address by mail, an event that an administrator
//! approved, and orders over gRPC with each buyer's own access token, one at a time, each with an idempotency key of its
//! own. Some orders are sent twice at the same moment, as by a double click. Afterwards the store is asked, through the
//! organizer's list of tickets, and every buyer's answer is compared with it. Right after, [`floor`] measures what the
//! same PostgreSQL does when an order is one statement.

mod door;
mod floor;
mod installation;
mod mail;
mod people;
mod proof;
mod rush;
mod sale;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::report::Report;
use door::Door;
use floor::Floor;
use installation::Installation;
use proof::Proof;
use rush::Rush;
use sale::Sale;

/// As many as one service has to PostgreSQL by default.
const FLOOR_CONNECTIONS: u32 = 10;

/// What load to put on which installation.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// People who buy, each one order at a time.
    #[arg(long, default_value_t = 256)]
    buyers: usize,
    /// Tickets there are.
    #[arg(long, default_value_t = 10_000)]
    capacity: i32,
    /// Orders that are wanted; by default a tenth more than there are tickets.
    #[arg(long)]
    demand: Option<usize>,
    /// One of so many orders is sent twice at the same moment with the same idempotency key; 0 for none.
    #[arg(long, default_value_t = 20)]
    double_click_every: usize,
    /// Start each service in a process of its own, so that CPU is split by service.
    #[arg(long)]
    separate: bool,
    /// The installation's program; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A running installation instead (http://…), with an administrator of it. It must capture its mail and trust this
    /// machine as a proxy, since each buyer has an address of their own.
    #[arg(long, requires_all = ["administrator", "password"])]
    url: Option<String>,
    /// The address that the administrator of the running installation signs in with.
    #[arg(long)]
    administrator: Option<String>,
    #[arg(long)]
    password: Option<String>,
    /// Where the running installation shows its captured mail, if not at its own address.
    #[arg(long)]
    mail_url: Option<String>,
    /// The running installation's process, for its CPU time and that of what it started.
    #[arg(long)]
    pid: Option<u32>,
    /// The running installation's PostgreSQL (postgres://…), for the floor.
    #[arg(long)]
    postgres: Option<String>,
}

/// CPU time by program.
type Used = BTreeMap<String, Duration>;

/// Runs the load test.
pub(crate) fn run(options: Options) -> Result<Report> {
    ensure!(
        options.buyers > 0 && options.capacity > 0,
        "there must be somebody to buy something"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(options))
}

async fn measure(options: Options) -> Result<Report> {
    let installation = Installation::get(&options).await?;
    let measured = load(&options, &installation).await;
    installation.stop().await?;
    measured
}

async fn load(options: &Options, installation: &Installation) -> Result<Report> {
    let door = Door::open(installation.url()).await?;
    let administrator = installation.administrator(&door).await?;
    eprintln!("signing up {} buyers", options.buyers);
    let mut people = people::sign_up(&door, installation.mail_url(), options.buyers + 1).await?;
    let organizer = people.pop().context("one more than there are buyers")?;
    let sale = Sale::open(&door, &administrator, organizer, options.capacity).await?;
    let capacity = usize::try_from(options.capacity)?;
    let demand = options.demand.unwrap_or(capacity + capacity / 10);

    eprintln!("{demand} orders for {capacity} tickets");
    let before = installation.cpu()?;
    let rush = rush::run(&door, &sale, people, demand, options.double_click_every).await?;
    let used = used_since(&before, installation.cpu()?);
    let proof = Proof::of(&door, &sale, &rush).await?;
    let floor = match installation.postgres() {
        Some(url) => Some(floor::measure(&url?, FLOOR_CONNECTIONS).await?),
        None => None,
    };
    Ok(summarize(options, demand, &rush, &used, &proof, floor))
}

fn used_since(before: &Used, after: Used) -> Used {
    let since = |(program, cpu): (String, Duration)| {
        let earlier = before.get(&program).copied().unwrap_or_default();
        (program, cpu.saturating_sub(earlier))
    };
    after.into_iter().map(since).collect()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn summarize(
    options: &Options,
    demand: usize,
    rush: &Rush,
    used: &Used,
    proof: &Proof,
    floor: Option<Floor>,
) -> Report {
    let Options { buyers, capacity, .. } = options;
    let mut report = Report::new(format!(
        "{demand} orders by {buyers} buyers for {capacity} tickets of one type, through the gateway"
    ));
    let orders = rush.sold.len() as f64;
    let rate = orders / rush.selling.as_secs_f64();
    report.figure("orders_per_second", rate, "orders/s");
    report.figure("orders", orders, "orders");
    report.figure("latency_p50", rush.latency_ms(0.50), "ms");
    report.figure("latency_p99", rush.latency_ms(0.99), "ms");
    report.figure("sent_twice", rush.sent_twice as f64, "orders");
    report.bounded("keys_with_two_orders", rush.answered_apart as f64, "keys", 0.0);
    report.bounded("oversold", proof.oversold as f64, "tickets", 0.0);
    report.bounded("orders_without_their_tickets", proof.missing as f64, "orders", 0.0);
    report.bounded(
        "tickets_of_nobody",
        proof.unknown as f64,
        "tickets",
        rush.given_up as f64,
    );
    report.bounded("miscounted", proof.miscounted as f64, "tickets", 0.0);
    let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / orders;
    if !used.is_empty() {
        report.figure("cpu_per_order", each(used.values().sum()), "µs");
    }
    if let Some(floor) = floor {
        report.figure("floor_one_statement_per_second", floor.single, "orders/s");
        report.figure("floor_batched_per_second", floor.batched, "orders/s");
        report.figure("ratio_to_floor_one_statement", rate / floor.single, "×");
    }
    for (reason, count) in &rush.refused {
        report.note(format!("refused: {reason} {count}"));
    }
    for (program, cpu) in used {
        report.note(format!("CPU for each order: {program} {:.0} µs", each(*cpu)));
    }
    report.note(
        "CPU is that of the installation's processes from the first order to the last answer, with the mails that were \
         sent meanwhile; the buyers' own is not in it.",
    );
    report
}
