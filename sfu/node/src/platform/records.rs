//! How connections went, to the live service, which keeps it: in batches, by a task of its own. What cannot be told is
//! tried again with what comes next, up to a bound; those who are still there are told of again within a minute.

use std::sync::Arc;
use std::time::Duration;

use kit_rpc::Transport;
use plenary_proto::live::v1::node_service_client::NodeServiceClient;
use plenary_proto::live::v1::{ReportConnectionsRequest, RoomConnection};
use tokio::sync::mpsc;

use crate::limits::{KEPT_BACK_MAX, SEEN_MAX};
use crate::node::{Node, Stopping};
use crate::seen;
use crate::worker::Seen;

/// A call that takes longer counts as failed.
const CALL_DURATION_MAX: Duration = Duration::from_secs(5);
/// Between two attempts to tell what was kept back.
const RETRY_INTERVAL: Duration = Duration::from_secs(15);

/// Tells what comes, until the process ends.
pub(super) async fn run(node: Arc<Node>, live: Transport, mut received: mpsc::Receiver<Seen>, stopping: Stopping) {
    let mut client = NodeServiceClient::new(live);
    let mut waiting: Vec<RoomConnection> = Vec::new();
    let mut batch = Vec::new();
    loop {
        let stops = tokio::select! {
            biased;
            count = received.recv_many(&mut batch, SEEN_MAX) => count == 0,
            () = tokio::time::sleep(RETRY_INTERVAL), if !waiting.is_empty() => false,
            () = stopping.cancelled() => true,
        };
        waiting.extend(batch.drain(..).map(room_connection));
        waiting.truncate(KEPT_BACK_MAX);
        while !waiting.is_empty() {
            let connections: Vec<_> = waiting.iter().take(SEEN_MAX).cloned().collect();
            let told = connections.len();
            let request = ReportConnectionsRequest {
                node_id: node.id().to_owned(),
                connections,
            };
            match tokio::time::timeout(CALL_DURATION_MAX, client.report_connections(request)).await {
                Ok(Ok(_)) => drop(waiting.drain(..told)),
                // What is wrong with it will not get better.
                Ok(Err(status)) if status.code() == tonic::Code::InvalidArgument => {
                    tracing::error!(%status, told, "how connections went was refused");
                    drop(waiting.drain(..told));
                }
                Ok(Err(status)) => {
                    tracing::warn!(%status, waiting = waiting.len(), "how connections went is not kept yet");
                    break;
                }
                Err(_) => break,
            }
        }
        if stops {
            return;
        }
    }
}

fn room_connection(seen: Seen) -> RoomConnection {
    RoomConnection {
        room_id: seen.place.room.clone(),
        connection: Some(seen::connection(&seen)),
    }
}
