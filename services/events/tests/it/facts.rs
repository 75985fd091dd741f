//! What other services are told, all the way through the outbox and its relay to somebody who follows the stream.

use kit_bus::{Consumer, Fact, Failure, Handler};
use kit_rpc::UserCaller;
use plenary_proto::events::v1 as pb;
use prost::Message as _;
use time::Duration;
use tokio::sync::mpsc::UnboundedSender;

use crate::world::{Plan, World};

/// Hands every fact to the test.
struct Follower(UnboundedSender<Fact>);

impl Handler for Follower {
    async fn handle(&self, fact: &Fact) -> Result<(), Failure> {
        self.0
            .send(fact.clone())
            .map_err(|closed| Failure::Rejected(closed.into()))
    }
}

fn read<M: prost::Message + prost::Name + Default>(fact: &Fact) -> M {
    fact.decode()
        .expect("well-formed")
        .unwrap_or_else(|| panic!("{} instead of {}", fact.kind, M::full_name()))
}

/// An event's life with everything in it that others are told of. Returns it as it was when it was moved.
async fn eventful_life(world: &World, ada: &UserCaller) -> pb::Event {
    let event = world.moved_on(ada, Plan::default(), &["submit", "reject"]).await;
    let wanted = pb::Event {
        summary: "More".to_owned(),
        ..event
    };
    let event = world
        .update(ada, wanted, &["summary"], "")
        .await
        .expect("may be edited");
    for step in ["submit", "approve", "publish"] {
        let by = if step == "approve" {
            world.administrator()
        } else {
            ada.clone()
        };
        world.step(&by, &event.id, step).await.expect("in order");
    }
    let later = pb::Event {
        end_time: world.at(Plan::default().start + Duration::hours(8)),
        ..event
    };
    world
        .update(ada, later.clone(), &["end_time"], "")
        .await
        .expect("may be moved");
    world.step(ada, &later.id, "cancel").await.expect("published");
    later
}

#[tokio::test]
async fn whoever_follows_is_told_everything_in_order() {
    let world = World::new().await;
    let (told, mut facts) = tokio::sync::mpsc::unbounded_channel();
    let bus = world.redis.bus(world.app.clock());
    let follower = Consumer::new(bus.facts("events"), "follower", Follower(told));
    world
        .app
        .host
        .tasks
        .spawn("follower", follower.run(world.app.host.stopping()));
    world.app.host.start();
    let event = eventful_life(&world, &world.organizer()).await;

    let mut next = async || facts.recv().await.expect("another fact");
    let (event_id, organization_id, title) = (event.id, event.organization_id, event.title);
    let submitted = pb::EventSubmitted {
        event_id,
        organization_id,
        title,
    };
    assert_eq!(read::<pb::EventSubmitted>(&next().await), submitted);
    let rejected: pb::EventRejected = read(&next().await);
    assert_eq!(
        (&rejected.event_id, rejected.reason.as_str()),
        (&submitted.event_id, "Say more.")
    );
    assert_eq!(read::<pb::EventSubmitted>(&next().await), submitted);
    for kind in ["plenary.events.v1.EventApproved", "plenary.events.v1.EventPublished"] {
        // They say the same of the event, in the same fields.
        let fact = next().await;
        assert_eq!(
            (fact.kind.as_str(), fact.payload.to_vec()),
            (kind, submitted.encode_to_vec())
        );
    }
    let rescheduled: pb::EventRescheduled = read(&next().await);
    assert_eq!(
        (rescheduled.start_time, rescheduled.end_time),
        (event.start_time, event.end_time)
    );
    assert_eq!(
        (&rescheduled.title, rescheduled.time_zone.as_str()),
        (&submitted.title, "Europe/Berlin")
    );
    assert_eq!(
        read::<pb::EventCancelled>(&next().await).organization_id,
        submitted.organization_id
    );
    assert!(
        world.app.host.drain(std::time::Duration::from_secs(10)).await,
        "the jobs end when they are told to"
    );
}

#[tokio::test]
async fn a_refused_command_tells_nobody() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    world.step(&ada, &event.id, "publish").await.expect_err("a draft");
    assert_eq!(world.facts().await, Vec::<String>::new());
}
