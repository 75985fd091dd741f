//! The whole state machine as one table: what is not in it must be refused.

use super::*;

type Move = (&'static str, fn(State) -> Transition);

const EARLIER: OffsetDateTime = time::macros::datetime!(2026-01-01 12:00 UTC);
const NOW: OffsetDateTime = time::macros::datetime!(2026-01-02 12:00 UTC);

fn reason() -> RejectionReason {
    "Say who speaks.".parse().expect("fits")
}

fn states() -> Vec<State> {
    let (submit_time, publish_time) = (EARLIER, EARLIER);
    vec![
        State::Draft,
        State::Submitted { submit_time },
        State::Approved { submit_time },
        State::Rejected {
            submit_time,
            reason: reason(),
        },
        State::Published {
            submit_time,
            publish_time,
        },
        State::Live {
            submit_time,
            publish_time,
        },
        State::Ended {
            submit_time,
            publish_time,
        },
        State::Cancelled {
            submit_time,
            publish_time: Some(publish_time),
        },
    ]
}

const MOVES: &[Move] = &[
    ("submit", |state| state.submit(NOW)),
    ("withdraw", State::withdraw),
    ("approve", State::approve),
    ("reject", |state| state.reject(reason())),
    ("publish", |state| state.publish(NOW)),
    ("start", State::start),
    ("end", State::end),
    ("cancel", State::cancel),
    ("edit", |state| state.edit(false)),
    ("edit materially", |state| state.edit(true)),
];

const ALLOWED: &[(&str, Step, Step)] = &[
    ("submit", Step::Draft, Step::Submitted),
    ("withdraw", Step::Submitted, Step::Draft),
    ("withdraw", Step::Approved, Step::Draft),
    ("approve", Step::Submitted, Step::Approved),
    ("reject", Step::Submitted, Step::Rejected),
    ("publish", Step::Approved, Step::Published),
    ("start", Step::Published, Step::Live),
    ("end", Step::Published, Step::Ended),
    ("end", Step::Live, Step::Ended),
    ("cancel", Step::Approved, Step::Cancelled),
    ("cancel", Step::Published, Step::Cancelled),
    ("cancel", Step::Live, Step::Cancelled),
    ("edit", Step::Draft, Step::Draft),
    ("edit", Step::Rejected, Step::Draft),
    ("edit", Step::Approved, Step::Approved),
    ("edit", Step::Published, Step::Published),
    ("edit", Step::Live, Step::Live),
    ("edit materially", Step::Draft, Step::Draft),
    ("edit materially", Step::Rejected, Step::Draft),
    ("edit materially", Step::Approved, Step::Draft),
    ("edit materially", Step::Published, Step::Published),
    ("edit materially", Step::Live, Step::Live),
];

#[test]
fn every_transition_from_every_state_is_as_the_table_says() {
    assert_eq!(states().iter().map(State::step).collect::<Vec<_>>(), Step::ALL);
    for (name, transition) in MOVES {
        for state in states() {
            let from = state.step();
            let row = ALLOWED
                .iter()
                .find(|(move_name, step, _)| move_name == name && *step == from);
            let to = transition(state).map(|state| state.step());
            match row {
                Some((_, _, expected)) => assert_eq!(to, Ok(*expected), "{name} from {from:?}"),
                None => assert_eq!(to.map_err(|wrong| wrong.from), Err(from), "{name} from {from:?}"),
            }
        }
    }
}

#[test]
fn a_state_keeps_what_is_known_from_before() {
    let submitted = State::Draft.submit(EARLIER).expect("a draft");
    let live = submitted
        .approve()
        .and_then(|state| state.publish(NOW))
        .and_then(State::start)
        .expect("in order");
    assert_eq!((live.submit_time(), live.publish_time()), (Some(EARLIER), Some(NOW)));
    let ended = live.end().expect("was live");
    assert_eq!((ended.submit_time(), ended.publish_time()), (Some(EARLIER), Some(NOW)));
}

#[test]
fn only_publishing_opens() {
    let approved = State::Approved { submit_time: EARLIER };
    assert!(!approved.is_open());
    assert!(!approved.clone().cancel().expect("may be called off").is_open());
    let published = approved.publish(NOW).expect("is approved");
    assert!(published.is_open());
    assert!(published.cancel().expect("may be called off").is_open());
}

#[test]
fn a_wrong_state_says_where_it_is_and_what_was_asked() {
    let wrong = State::Draft.publish(NOW).expect_err("not approved");
    assert_eq!(wrong.to_string(), "an event that is draft cannot be published");
}
