//! Signs of life to the live service: the node every 5 s, everybody in its rooms every 15 s, joins and departures at
//! once. What it answers with has to go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_rpc::Transport;
use plenary_proto::live::v1::node_service_client::NodeServiceClient;
use plenary_proto::live::v1::{ParticipantReport, RegisterNodeRequest, ReportParticipantsRequest};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::node::{Node, Stopping};
use crate::rpc::timestamp;
use crate::worker::{Command, Place};

const REGISTER_INTERVAL: Duration = Duration::from_secs(5);
const REPORT_INTERVAL: Duration = Duration::from_secs(15);
/// A call that takes longer counts as failed; the next one says it all again.
const CALL_DURATION_MAX: Duration = Duration::from_secs(3);

/// Joins and departures in one call.
const REPORTS_MAX: usize = 1_000;

/// Somebody came or went.
#[derive(Debug)]
pub(super) enum Change {
    Joined(Place),
    Left(Place),
}

/// Who is in the node's rooms, as the live service is told.
#[derive(Debug)]
pub(super) struct Presence {
    node: Arc<Node>,
    client: NodeServiceClient<Transport>,
    address: String,
    seats: u32,
    present: BTreeSet<Place>,
    next_registration: Instant,
    next_report: Instant,
    /// The last call failed; said once in the log, not every time.
    failing: bool,
}

impl Presence {
    pub(super) fn new(node: Arc<Node>, config: &Config, live: Transport) -> Self {
        let now = node.clock().instant();
        Self {
            node,
            client: NodeServiceClient::new(live),
            address: config.address.clone(),
            seats: config.seats,
            present: BTreeSet::new(),
            next_registration: now,
            next_report: now,
            failing: false,
        }
    }

    /// Says what has to be said, until the process ends. What comes in while a call is on its way goes with the next.
    pub(super) async fn run(mut self, mut changes: mpsc::Receiver<Change>, stopping: Stopping) {
        let mut batch = Vec::new();
        loop {
            let due = self.next_registration.min(self.next_report);
            tokio::select! {
                () = stopping.cancelled() => break,
                () = tokio::time::sleep_until(due.into()) => self.report_due().await,
                count = changes.recv_many(&mut batch, REPORTS_MAX) => {
                    if count == 0 {
                        break;
                    }
                    let reports = batch.drain(..).map(|change| self.apply(change)).collect();
                    self.report(reports, false).await;
                }
            }
        }
        // The node takes nobody any more, and nobody is in it.
        self.register(0).await;
        self.report(Vec::new(), true).await;
    }

    async fn report_due(&mut self) {
        let now = self.node.clock().instant();
        if now >= self.next_registration {
            self.next_registration = now + REGISTER_INTERVAL;
            self.register(self.free_seats()).await;
        }
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL;
            let reports = self.present.iter().map(|place| report(place, true)).collect();
            self.report(reports, true).await;
        }
    }

    fn apply(&mut self, change: Change) -> ParticipantReport {
        match change {
            Change::Joined(place) => {
                let report = report(&place, true);
                self.present.insert(place);
                report
            }
            Change::Left(place) => {
                self.present.remove(&place);
                report(&place, false)
            }
        }
    }

    fn free_seats(&self) -> i32 {
        let taken = u32::try_from(self.present.len()).unwrap_or(u32::MAX);
        i32::try_from(self.seats.saturating_sub(taken)).unwrap_or(i32::MAX)
    }

    async fn register(&mut self, free_seats: i32) {
        let request = RegisterNodeRequest {
            node_id: self.node.id().to_owned(),
            address: self.address.clone(),
            free_seats,
            start_time: Some(timestamp(self.node.started())),
        };
        let outcome = tokio::time::timeout(CALL_DURATION_MAX, self.client.register_node(request)).await;
        self.note(outcome.map_or_else(
            |_| Err("no answer in time".to_owned()),
            |answer| answer.map(drop).map_err(|status| status.to_string()),
        ));
    }

    async fn report(&mut self, reports: Vec<ParticipantReport>, complete: bool) {
        let request = ReportParticipantsRequest {
            node_id: self.node.id().to_owned(),
            reports,
            complete,
        };
        let outcome = tokio::time::timeout(CALL_DURATION_MAX, self.client.report_participants(request)).await;
        match outcome {
            Ok(Ok(answer)) => {
                self.note(Ok(()));
                for evicted in answer.into_inner().evict {
                    self.evict(evicted);
                }
            }
            Ok(Err(status)) => self.note(Err(status.to_string())),
            Err(_) => self.note(Err("no answer in time".to_owned())),
        }
    }

    fn evict(&self, report: ParticipantReport) {
        let ParticipantReport {
            room_id: room,
            user_id: identity,
            participant_sid: sid,
            ..
        } = report;
        let worker = self.node.worker_of(&room);
        let sid = (!sid.is_empty()).then_some(sid);
        if worker.send(Command::Remove { room, identity, sid }).is_err() {
            tracing::warn!("a worker is too busy to put somebody out; the next report says it again");
        }
    }

    fn note(&mut self, outcome: Result<(), String>) {
        let failed = outcome.is_err();
        match outcome {
            Ok(()) if self.failing => tracing::info!("the live service hears us again"),
            Err(error) if !self.failing => tracing::warn!(error, "the live service does not hear us"),
            Ok(()) | Err(_) => {}
        }
        self.failing = failed;
    }
}

fn report(place: &Place, present: bool) -> ParticipantReport {
    ParticipantReport {
        room_id: place.room.clone(),
        user_id: place.identity.clone(),
        participant_sid: place.sid.clone(),
        present,
    }
}
