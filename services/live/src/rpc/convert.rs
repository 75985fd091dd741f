//! Requests → checked values.

use std::time::Duration;

use kit_core::ids::{RoomId, SessionId, UserId};
use kit_core::{PageRequest, PageSizes, RequestId, Violations};
use kit_pg::idempotency::RequestKey;
use plenary_proto::live::v1::join_step::Kind;
use plenary_proto::live::v1::{
    JoinStep, ListConnectionsRequest, ParticipantReport, RegisterNodeRequest, ReportConnectionsRequest,
    ReportJoinRequest, ReportParticipantsRequest, RoomConnection, SetRoomCapacityRequest,
};
use prost::Message;
use time::OffsetDateTime;

use crate::commands::account_join::{Account as JoinAccount, Step, StepKind};
use crate::commands::keep::Account;
use crate::commands::report::{Report, Sighting};
use crate::domain::node::Node;
use crate::domain::room::CAPACITY_MAX;
use crate::queries::connections::Asked;
use crate::store::connections::Kept;

/// Reports of one call: more than the participants of a node never are.
const REPORTS_MAX: usize = 20_000;
const NODE_ID_CHARACTERS_MAX: usize = 100;
const ADDRESS_CHARACTERS_MAX: usize = 500;
const SID_CHARACTERS_MAX: usize = 100;
/// Connections of one call.
const CONNECTIONS_MAX: usize = 1_000;
const NAME_CHARACTERS_MAX: usize = 200;
/// More than there are kinds.
const EVIDENCE_MAX: usize = 16;
/// Milliseconds of a join: as long as its token is good.
const JOIN_MS_MAX: u32 = 120_000;
const JOIN_STEPS_MAX: usize = 5;
const QUERY_CHARACTERS_MAX: usize = 100;
/// A connection is a line of a table.
const PAGE_SIZES: PageSizes = PageSizes { default: 50, max: 200 };

/// A mutation of a room: which, and the key that makes a repeat one.
pub(super) fn mutation(
    room_id: &str,
    request_id: &str,
    caller: UserId,
    method: &'static str,
    request: &impl Message,
) -> Result<(RoomId, RequestKey), Violations> {
    let mut violations = Violations::new();
    let request_id = violations.parse::<RequestId>("request_id", request_id);
    let room = violations.parse("room_id", room_id);
    let (request_id, room) = violations.finish((request_id, room))?;
    Ok((
        room,
        RequestKey::new(caller.to_string(), method, request_id.uuid(), request),
    ))
}

pub(super) fn capacity(
    request: &SetRoomCapacityRequest,
    caller: UserId,
) -> Result<(RoomId, i32, RequestKey), Violations> {
    let mut violations = Violations::new();
    let capacity = request.capacity;
    violations.check(
        "capacity",
        (1..=CAPACITY_MAX).contains(&capacity),
        "OUT_OF_RANGE",
        "must be 1 to 100,000",
    );
    let request_id = violations.parse::<RequestId>("request_id", &request.request_id);
    let room = violations.parse("room_id", &request.room_id);
    let (request_id, room) = violations.finish((request_id, room))?;
    Ok((
        room,
        capacity,
        RequestKey::new(caller.to_string(), "SetRoomCapacity", request_id.uuid(), request),
    ))
}

pub(super) fn session(session_id: &str) -> Result<SessionId, Violations> {
    let mut violations = Violations::new();
    let session = violations.parse("session_id", session_id);
    violations.finish((session,)).map(|(session,)| session)
}

pub(super) fn room(room_id: &str) -> Result<RoomId, Violations> {
    let mut violations = Violations::new();
    let room = violations.parse("room_id", room_id);
    violations.finish((room,)).map(|(room,)| room)
}

pub(super) fn node(request: RegisterNodeRequest, now: OffsetDateTime) -> Result<Node, Violations> {
    let mut violations = Violations::new();
    bounded(&mut violations, "node_id", &request.node_id, NODE_ID_CHARACTERS_MAX);
    bounded(&mut violations, "address", &request.address, ADDRESS_CHARACTERS_MAX);
    violations.check(
        "free_seats",
        request.free_seats >= 0,
        "OUT_OF_RANGE",
        "must not be negative",
    );
    let start = violations.required("start_time", request.start_time);
    // In whole seconds, so that it is no later than itself as the database has kept it.
    let start = start.and_then(kit_rpc::moment);
    let start = start.and_then(|start| start.replace_nanosecond(0).ok());
    violations.check("start_time", start.is_some(), "OUT_OF_RANGE", "must be a time");
    let (start_time,) = violations.finish((start,))?;
    let RegisterNodeRequest {
        node_id: id,
        address,
        free_seats,
        ..
    } = request;
    Ok(Node {
        id,
        address,
        free_seats,
        start_time,
        seen_time: now,
    })
}

pub(super) fn report(request: ReportParticipantsRequest) -> Result<Report, Violations> {
    let mut violations = Violations::new();
    bounded(&mut violations, "node_id", &request.node_id, NODE_ID_CHARACTERS_MAX);
    violations.check(
        "reports",
        request.reports.len() <= REPORTS_MAX,
        "TOO_MANY",
        "must be at most 20,000",
    );
    let sightings: Option<Vec<_>> = request
        .reports
        .iter()
        .take(REPORTS_MAX)
        .enumerate()
        .map(|(index, report)| {
            violations.within(&format!("reports[{index}]"), |violations| sighting(violations, report))
        })
        .collect();
    let (sightings,) = violations.finish((sightings,))?;
    Ok(Report {
        node: request.node_id,
        sightings,
        complete: request.complete,
    })
}

/// What is told of connections. One that names no room or person of ours is none: other tokens of the same key may let in
/// others, and a node must not be held up by them.
pub(super) fn account(request: ReportConnectionsRequest) -> Result<Account, Violations> {
    let mut violations = Violations::new();
    bounded(&mut violations, "node_id", &request.node_id, NODE_ID_CHARACTERS_MAX);
    violations.check(
        "connections",
        request.connections.len() <= CONNECTIONS_MAX,
        "TOO_MANY",
        "must be at most 1,000",
    );
    let (node,) = violations.finish((Some(request.node_id),))?;
    let connections = request.connections.into_iter().filter_map(kept).collect();
    Ok(Account { node, connections })
}

fn kept(told: RoomConnection) -> Option<Kept> {
    let mut connection = told.connection?;
    let name = connection.display_name.chars().take(NAME_CHARACTERS_MAX);
    connection.display_name = name.collect();
    connection.evidence.truncate(EVIDENCE_MAX);
    let is_named = (1..=SID_CHARACTERS_MAX).contains(&connection.participant_sid.len());
    is_named.then_some(())?;
    Some(Kept {
        room: told.room_id.parse().ok()?,
        user: connection.user_id.parse().ok()?,
        joined: kit_rpc::moment(connection.join_time?)?,
        left: connection.leave_time.and_then(kit_rpc::moment),
        sid: connection.participant_sid.clone(),
        report: connection.encode_to_vec(),
    })
}

/// What a page says of a join. Bounded, so that nobody makes spans of years.
pub(super) fn join(request: &ReportJoinRequest) -> Result<JoinAccount, Violations> {
    let mut violations = Violations::new();
    let elapsed = request.elapsed_ms;
    violations.check(
        "elapsed_ms",
        elapsed <= JOIN_MS_MAX,
        "OUT_OF_RANGE",
        "must be at most 120,000",
    );
    let steps: Option<Vec<_>> = request
        .steps
        .iter()
        .take(JOIN_STEPS_MAX)
        .map(|step| join_step(step, elapsed))
        .collect();
    let mut kinds: Vec<_> = request.steps.iter().map(|step| step.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let is_good = steps.is_some() && kinds.len() == request.steps.len();
    violations.check(
        "steps",
        is_good,
        "MALFORMED",
        "each must be named once, and lie between the click and the report",
    );
    let (steps,) = violations.finish((steps,))?;
    Ok(JoinAccount {
        media_token: request.media_token.clone(),
        elapsed: Duration::from_millis(elapsed.into()),
        steps,
    })
}

fn join_step(step: &JoinStep, elapsed_ms: u32) -> Option<Step> {
    let kind = match step.kind() {
        Kind::Seat => StepKind::Seat,
        Kind::Open => StepKind::Open,
        Kind::Signalling => StepKind::Signalling,
        Kind::Transport => StepKind::Transport,
        Kind::Picture => StepKind::Picture,
        Kind::Unspecified => return None,
    };
    let is_ordered = step.start_ms <= step.end_ms && step.end_ms <= elapsed_ms;
    is_ordered.then(|| Step {
        kind,
        start: Duration::from_millis(step.start_ms.into()),
        end: Duration::from_millis(step.end_ms.into()),
    })
}

pub(super) fn connections(request: &ListConnectionsRequest) -> Result<Asked, Violations> {
    let mut violations = Violations::new();
    let room = violations.parse("room_id", &request.room_id);
    let query = request.query.trim().to_lowercase();
    violations.check(
        "query",
        query.chars().count() <= QUERY_CHARACTERS_MAX,
        "LENGTH",
        "must have at most 100 characters",
    );
    let present = if request.present_only { "present" } else { "" };
    let filters = [&*request.room_id, &*query, present];
    let page = PageRequest::read(
        &mut violations,
        request.page_size,
        &request.page_token,
        &filters,
        PAGE_SIZES,
    );
    let (room, page) = violations.finish((room, page))?;
    Ok(Asked {
        room,
        query,
        present_only: request.present_only,
        page,
    })
}

fn sighting(violations: &mut Violations, report: &ParticipantReport) -> Option<Sighting> {
    let room = violations.parse("room_id", &report.room_id);
    let user = violations.parse("user_id", &report.user_id);
    bounded(
        violations,
        "participant_sid",
        &report.participant_sid,
        SID_CHARACTERS_MAX,
    );
    Some(Sighting {
        room: room?,
        user: user?,
        sid: report.participant_sid.clone(),
        present: report.present,
    })
}

fn bounded(violations: &mut Violations, field: &str, text: &str, max: usize) {
    violations.check(
        field,
        (1..=max).contains(&text.len()),
        "LENGTH",
        &format!("must have 1 to {max} characters"),
    );
}
