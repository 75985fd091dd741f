//! How connections are and how they went, and what a node counts.

use std::collections::BTreeSet;

use kit_telemetry::proof::{self, Spans};
use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use plenary_proto::live::v1::{AddressFamily, CandidateKind, ConnectionVerdict, PlaybackReport};
use plenary_proto::sfu::v1::sfu_service_client::SfuServiceClient;
use plenary_proto::sfu::v1::{ListConnectionsRequest, ListConnectionsResponse};
use prost::Message as _;

use crate::client::{Client, drive, user_data};
use crate::node::{TestNode, token, token_with, traced_token};
use crate::platform::platform;

pub(crate) async fn list(node: &TestNode, room: &str) -> ListConnectionsResponse {
    let mut live = SfuServiceClient::new(node.host.switchboard.line("live", "sfu"));
    let request = ListConnectionsRequest {
        room_id: room.to_owned(),
    };
    live.list_connections(request).await.expect("a service").into_inner()
}

#[tokio::test]
async fn everybody_in_a_room_is_listed_and_each_stay_is_told_at_its_end() {
    let (node, live, _chat) = platform().await;
    let mut host = Client::join(node.livekit, &token("host", "rm_1"), "").await;
    let no_stage = serde_json::json!({ "canPublish": false });
    let mut guest = Client::join(node.livekit, &token_with("guest", "rm_1", no_stage), "").await;
    host.connected().await;
    guest.connected().await;
    guest.open_channels().await;

    let answer = list(&node, "rm_1").await;
    let mut there: Vec<_> = answer
        .connections
        .iter()
        .map(|one| (&*one.user_id, one.is_host))
        .collect();
    there.sort_unstable();
    assert_eq!(there, [("guest", false), ("host", true)]);
    for one in &answer.connections {
        assert_eq!(one.display_name, format!("{}'s name", one.user_id));
        assert_eq!(one.path.expect("a path").family(), AddressFamily::Ipv4);
        assert!(one.leave_time.is_none() && one.sample.is_some());
        assert_eq!(one.verdict(), ConnectionVerdict::Fine);
    }
    let health = answer.node.expect("the node");
    assert_eq!(health.node_id, "sfu-1");
    assert!((0..=100).contains(&health.headroom_percent));
    assert!(list(&node, "rm_2").await.connections.is_empty());

    // The page's word is for the node: nobody else gets it.
    let report = PlaybackReport {
        candidate: CandidateKind::Host.into(),
        ..PlaybackReport::default()
    };
    guest.send_data(
        "_reliable",
        &user_data(&report.encode_to_vec(), "plenary.playback", &[]),
    );
    guest.send_data("_reliable", &user_data(b"after it", "else", &[]));
    drive(&mut [&mut host, &mut guest], "what was said after it", |clients| {
        !clients[0].data().is_empty()
    })
    .await;
    assert_eq!(host.data().len(), 1);

    guest.ask(Request::Leave(lk::LeaveRequest::default())).await;
    drive(&mut [&mut host, &mut guest], "the record", |_| {
        live.connections.lock().expect("unpoisoned").len() == 1
    })
    .await;
    let told = live.connections.lock().expect("unpoisoned").remove(0);
    let gone = told.connection.expect("always");
    assert_eq!((told.room_id.as_str(), gone.user_id.as_str()), ("rm_1", "guest"));
    assert_eq!(gone.participant_sid, guest.sid());
    let (came, left) = (gone.join_time.expect("came"), gone.leave_time.expect("left"));
    assert!((came.seconds, came.nanos) < (left.seconds, left.nanos));
    let path = gone.path.expect("a path");
    assert_eq!(
        (path.candidate(), path.family()),
        (CandidateKind::Host, AddressFamily::Ipv4)
    );
    assert!(gone.totals.is_some() && gone.sample.is_none());
    assert_eq!(list(&node, "rm_1").await.connections.len(), 1);
}

/// Names between backticks at the beginning of the table's lines.
fn documented() -> BTreeSet<String> {
    let text = std::fs::read_to_string("README.md").expect("the document");
    let lines = text.lines().filter(|line| line.starts_with("| `plenary_"));
    let names = lines.flat_map(|line| line.split('|').nth(1).unwrap_or_default().split('`'));
    names
        .filter(|name| name.starts_with("plenary_"))
        .map(str::to_owned)
        .collect()
}

/// Names of samples, and the causes of what was dropped.
fn exposed(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let (mut names, mut causes) = (BTreeSet::new(), BTreeSet::new());
    for sample in samples {
        let name = sample.split(['{', ' ']).next().unwrap_or_default();
        if name.starts_with("plenary_sfu_") {
            names.insert(name.to_owned());
        }
        let cause = sample.split("cause=\"").nth(1).and_then(|rest| rest.split('"').next());
        causes.extend(cause.map(str::to_owned));
    }
    (names, causes)
}

#[tokio::test]
async fn every_metric_is_documented() {
    let node = TestNode::start().await;
    let (names, causes) = exposed(&node.host.metrics.encode());
    assert_eq!(names, documented());
    let text = std::fs::read_to_string("README.md").expect("the document");
    assert_eq!(causes.len(), 6);
    for cause in causes {
        assert!(text.contains(&format!("\n| `{cause}` | ")), "{cause}");
    }
}

#[tokio::test]
async fn a_join_is_a_part_of_the_trace_that_its_token_names() {
    let spans = Spans::keep();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &traced_token("ada", "rm_1", parent), "").await;
    ada.connected().await;
    let kept = spans.of_trace(proof::trace_id(parent));
    assert_eq!(kept, ["sfu: join", "sfu: transport"]);
}
