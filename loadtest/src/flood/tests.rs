//! A whole flood, small, against a node in this process.

use kit_config::{Loader, Sources};
use kit_core::{Clock, Rng};
use kit_rpc::proof;
use tokio::net::TcpListener;

use super::*;
use clap::Parser;

const KEY: &str = "plenary";
const SECRET: &str = "a secret of at least thirty-two bytes";
const PACKETS: u64 = 200;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// A plain LiveKit server with an operations port.
async fn node() -> Node {
    let file = format!(
        "[sfu]\nmedia_secret = \"{SECRET}\"\nplatform = false\nworkers = 1\nhttp_listen = \"127.0.0.1:0\"\n\
         address = \"inproc:sfu\"\n"
    );
    let mut loader = Loader::new(Sources::empty().with_file(&file).expect("TOML"));
    let config = sfu_node::Config::load(&mut loader);
    loader.finish().expect("a good configuration");
    let host = proof::Tokens::new(Clock::system(), Rng::system()).host();
    let assembled = sfu_node::assemble(config, host.clone()).await.expect("a node");
    let livekit = assembled.livekit.expect("it listens");
    host.mount(assembled.part);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let operations = listener.local_addr().expect("bound");
    let router = kit_telemetry::operations(host.metrics.clone(), host.health.clone());
    let stopped = host.stopping().cancelled_owned();
    host.tasks
        .spawn("operations", kit_telemetry::serve_operations(listener, router, stopped));
    host.start();
    Node::running(
        &format!("ws://{livekit}"),
        std::process::id(),
        [KEY, SECRET],
        Some(operations),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forged_is_refused_and_unanswered_and_media_goes_on() {
    let node = node().await;
    let (packets, seconds) = (PACKETS.to_string(), "1");
    let line = ["flood", "--viewers", "2", "--seconds", seconds, "--packets", &packets];
    let options = Line::parse_from(line).options;
    let measured = measure(&options, &node).await.expect("measured");

    assert_eq!(measured.floods.len(), Kind::value_variants().len());
    for Flooded {
        kind,
        window,
        poured,
        answers,
    } in &measured.floods
    {
        assert_eq!(poured.sent, PACKETS, "{kind:?}");
        let (strangers, invalid) = (window.counted.strangers, window.counted.invalid);
        match kind {
            Kind::StunNamed | Kind::StunKnown | Kind::SrtpSpoofed | Kind::SrtcpSpoofed => {
                assert!(invalid >= PACKETS && strangers == 0, "{kind:?}: {window:?}");
            }
            Kind::HelloSpoofed => assert_eq!(strangers, 0, "{window:?}"),
            _ => assert!(strangers == PACKETS && invalid == 0, "{kind:?}: {window:?}"),
        }
        assert_eq!(answers.unwrap_or_default(), 0, "{kind:?}");
        assert_eq!(answers.is_none(), kind.is_spoofed(), "{kind:?}");
    }
    assert!(
        measured.quiet.iter().all(|window| window.counts.received > 0),
        "{:?}",
        measured.quiet
    );
    let report = summary::report(&options, &measured);
    let figure = |name: &str| {
        report
            .figures
            .iter()
            .find(|figure| figure.name == name)
            .map(|figure| figure.value)
    };
    assert_eq!(figure("hello_answers"), Some(0.0));
    assert_eq!(figure("srtp_known_refused"), Some(100.0));
}
