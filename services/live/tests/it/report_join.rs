//! Where the time of a join goes.

use kit_telemetry::proof::{Spans, trace_id};
use plenary_proto::live::v1::join_step::Kind;
use plenary_proto::live::v1::{self as pb, JoinStep};
use tonic::{Code, Status};

use crate::world::{World, reason};

fn steps() -> Vec<JoinStep> {
    let kinds = [Kind::Seat, Kind::Open, Kind::Signalling, Kind::Transport, Kind::Picture];
    let step = |(start_ms, kind): (u32, Kind)| JoinStep {
        kind: kind.into(),
        start_ms,
        end_ms: start_ms + 50,
    };
    (0..).step_by(50).zip(kinds).map(step).collect()
}

async fn tell(world: &World, by: &kit_rpc::UserCaller, media_token: &str, steps: Vec<JoinStep>) -> Result<(), Status> {
    let request = pb::ReportJoinRequest {
        media_token: media_token.to_owned(),
        elapsed_ms: 300,
        steps,
    };
    world.live(by).report_join(request).await.map(drop)
}

#[tokio::test]
async fn from_the_click_to_the_first_picture_is_one_trace() {
    let spans = Spans::keep();
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 2).await;
    let bob = world.holder(&room);
    let seat = world.join(&bob, &room).await.expect("a seat");
    let located = world.locate(&seat.media_token).await.expect("a node");
    tell(&world, &bob, &seat.media_token, steps())
        .await
        .expect("his own join");

    let of_join = spans.of_trace(trace_id(&located.trace_parent));
    let expected = [
        "/plenary.live.v1.LiveService/JoinRoom",
        "join: seat",
        "join: open",
        "join: signalling",
        "join: transport",
        "join: picture",
        "join",
    ];
    for name in expected {
        assert!(of_join.iter().any(|kept| kept == name), "{name} in {of_join:?}");
    }
    let text = world.app.host.metrics.encode();
    assert!(
        text.contains("plenary_live_join_seconds_count{step=\"Whole\"} 1"),
        "{text}"
    );
}

#[tokio::test]
async fn only_ones_own_join_is_told_and_nothing_that_cannot_be() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 2).await;
    let (bob, eve) = (world.holder(&room), world.holder(&room));
    let seat = world.join(&bob, &room).await.expect("a seat");
    let stolen = tell(&world, &eve, &seat.media_token, steps()).await;
    assert_eq!(reason(stolen), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
    let forged = tell(&world, &bob, "a.b.c", steps()).await;
    assert_eq!(reason(forged), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
    let with = |change: fn(&mut Vec<JoinStep>)| {
        let mut steps = steps();
        change(&mut steps);
        steps
    };
    let wrong = [
        with(|steps| steps[1].end_ms = 10),
        with(|steps| steps[4].end_ms = 301),
        with(|steps| steps[1].kind = 1),
        with(|steps| steps[0].kind = 99),
        with(|steps| steps.extend(steps.clone())),
    ];
    for steps in wrong {
        let refused = tell(&world, &bob, &seat.media_token, steps).await.expect_err("wrong");
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
}
