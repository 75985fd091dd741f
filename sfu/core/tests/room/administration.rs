//! What members change of themselves, and what the organizer changes of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use sfu_core::input::{By, DataKind, Permissions, ProfileUpdate, PublishRight};
use sfu_core::limits::{DISPLAY_NAME_BYTES_MAX, METADATA_BYTES_MAX};
use sfu_core::output::Refusal;
use sfu_core::publish::{Source, TrackKind};
use sfu_core::{Input, MemberId, Output};

use crate::world::{ADA, BOB, World, announce, attached, everything, has_detach, join, told};

fn update(name: &str, attributes: &[(&str, &str)]) -> ProfileUpdate {
    ProfileUpdate {
        name: (!name.is_empty()).then(|| name.to_owned()),
        metadata: None,
        attributes: attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn ask(member: MemberId, update: ProfileUpdate, by: By) -> Input {
    Input::UpdateProfile {
        member,
        update: Box::new(update),
        by,
        request: 7,
    }
}

fn outcome(said: &[Output]) -> Option<Result<(), Refusal>> {
    said.iter().find_map(|output| match output {
        Output::Outcome {
            request: 7, outcome, ..
        } => Some(*outcome),
        _ => None,
    })
}

fn permit(member: MemberId, permissions: Permissions) -> Input {
    Input::Permissions { member, permissions }
}

fn may_update() -> Permissions {
    Permissions {
        update_metadata: true,
        ..everything()
    }
}

#[test]
fn members_change_themselves_if_they_may() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let said = world.tell(ask(ADA, update("Ada", &[]), By::Themselves));
    assert_eq!(outcome(&said), Some(Err(Refusal::NotAllowed)));
    assert!(told(&said).is_none());

    world.tell(permit(ADA, may_update()));
    let said = world.tell(ask(
        ADA,
        update("Ada", &[("hand", "up"), ("mood", "good")]),
        By::Themselves,
    ));
    assert_eq!(outcome(&said), Some(Ok(())));
    let first = told(&said).expect("everybody is told").clone();
    assert_eq!(first.name, "Ada");

    let said = world.tell(ask(ADA, update("", &[("hand", "")]), By::Themselves));
    let second = told(&said).expect("everybody is told");
    let left = BTreeMap::from([("mood".to_owned(), "good".to_owned())]);
    assert_eq!((second.name.as_str(), &second.attributes), ("Ada", &left));
    assert!(second.version > first.version, "clients drop what is not newer");

    let said = world.tell(ask(ADA, update("Ada", &[]), By::Themselves));
    assert_eq!(outcome(&said), Some(Ok(())));
    assert!(told(&said).is_none(), "nothing has changed");
}

#[test]
fn profiles_have_their_limits_and_a_refused_change_changes_nothing() {
    let mut world = World::with(&[(ADA, "ada")]);
    world.tell(permit(ADA, may_update()));
    let long = "x".repeat(DISPLAY_NAME_BYTES_MAX + 1);
    let half = "x".repeat(METADATA_BYTES_MAX / 2);
    let said = world.tell(ask(ADA, update(&long, &[]), By::Themselves));
    assert_eq!(outcome(&said), Some(Err(Refusal::LimitExceeded)));
    let said = world.tell(ask(ADA, update("", &[("a", &half)]), By::Themselves));
    assert_eq!(outcome(&said), Some(Ok(())));
    let said = world.tell(ask(ADA, update("Ada", &[("b", &half)]), By::Themselves));
    assert_eq!(
        outcome(&said),
        Some(Err(Refusal::LimitExceeded)),
        "what is there already counts"
    );
    let ada = world.room.who(ADA).expect("in the room");
    assert_eq!((ada.name.as_str(), ada.attributes.len()), ("", 1));
}

#[test]
fn the_organizer_needs_no_permission_and_gets_no_answer_over_the_members_head() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let said = world.tell(ask(BOB, update("Robert", &[]), By::Organizer));
    assert_eq!(outcome(&said), None);
    assert_eq!(told(&said).map(|bob| bob.name.as_str()), Some("Robert"));
    let unknown = world.room.check_profile(MemberId(9), &update("x", &[]), By::Organizer);
    assert_eq!(unknown, Err(Refusal::NotFound));
    assert_eq!(world.room.find(&"bob".into()), Some(BOB));
    assert_eq!(world.room.participants().count(), 2);
}

#[test]
fn the_rooms_metadata_is_told_once_to_all_and_to_who_comes_later() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let said = world.tell(Input::RoomMetadata("green".to_owned()));
    assert!(
        matches!(&said[..], [Output::Room { to, state }] if to[..] == [ADA, BOB] && state.metadata == "green"),
        "{said:?}"
    );
    assert!(world.tell(Input::RoomMetadata("green".to_owned())).is_empty());
    assert!(
        world
            .tell(Input::RoomMetadata("x".repeat(METADATA_BYTES_MAX + 1)))
            .is_empty()
    );
    let state = world.room.state();
    assert_eq!(
        (state.metadata.as_str(), state.participants, state.publishers),
        ("green", 2, 0)
    );
}

#[test]
fn who_may_no_longer_publish_is_cut_off_at_once_and_everybody_told() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "cam", Source::Camera);
    let request = Box::new(announce("screen", Source::ScreenShare, TrackKind::Video));
    world.tell(Input::AddTrack { member: ADA, request });
    let nothing = Permissions {
        publish: PublishRight::Nothing,
        ..everything()
    };
    let said = world.tell(permit(ADA, nothing.clone()));
    assert!(has_detach(&said, BOB));
    for track in ["TR_cam", "TR_screen"] {
        let unpublished = Output::TrackUnpublished {
            to: ADA,
            track: track.into(),
        };
        assert!(said.contains(&unpublished), "{track}: {said:?}");
    }
    let ada = told(&said).expect("everybody is told");
    assert_eq!((&ada.permissions, ada.tracks.len()), (&nothing, 0));
    assert!(world.tell(permit(ADA, nothing)).is_empty(), "the same again is no news");
    // A client that does not obey announces its track once more, or just goes on sending.
    let request = Box::new(announce("cam", Source::Camera, TrackKind::Video));
    let said = world.tell(Input::AddTrack { member: ADA, request });
    assert!(matches!(
        &said[..],
        [Output::TrackRefused {
            refusal: Refusal::NotAllowed,
            ..
        }]
    ));
    assert!(world.publish(ADA, "cam", Source::Camera).is_empty());

    world.tell(permit(ADA, everything()));
    let said = world.publish(ADA, "cam", Source::Camera);
    assert_eq!(attached(&said), [2]);
}

#[test]
fn data_and_subscriptions_follow_the_permissions_of_now() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "cam", Source::Camera);
    let send = || Input::Data {
        member: ADA,
        kind: DataKind::Reliable,
        to: Vec::new(),
        sequence: 0,
        payload: Bytes::from_static(b"hello"),
    };
    assert_eq!(world.tell(send()).len(), 1);
    let silent = Permissions {
        publish_data: false,
        ..everything()
    };
    world.tell(permit(ADA, silent));
    assert!(world.tell(send()).is_empty());

    let blind = Permissions {
        subscribe: false,
        ..everything()
    };
    let said = world.tell(permit(BOB, blind));
    assert!(has_detach(&said, BOB));
    let said = world.tell(permit(BOB, everything()));
    assert_eq!(attached(&said), [2], "what was wanted before is wanted again");
}

#[test]
fn the_organizer_chooses_for_a_subscriber_who_chose_nothing() {
    let mut world = World::with(&[(ADA, "ada")]);
    let Input::Join(mut request) = join(BOB, "bob", everything()) else {
        unreachable!("it is a join")
    };
    request.auto_subscribe = false;
    world.tell(Input::Join(request));
    world.publish(ADA, "cam", Source::Camera);
    let choose = |wanted| Input::Subscribe {
        member: BOB,
        tracks: vec!["TR_cam".into()],
        wanted,
    };
    assert_eq!(attached(&world.tell(choose(true))), [2]);
    assert!(has_detach(&world.tell(choose(false)), BOB));
}
