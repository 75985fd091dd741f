//! Visibility × state × viewer, all of it, compared with a table that is written out by hand.

use kit_core::{Clock, Rng};

use super::*;

#[derive(Clone, Copy, Debug)]
enum Who {
    Anonymous,
    Unverified,
    Verified,
    OtherTeam,
    Administrator,
    Service,
    Team,
}

const EVERYBODY: [Who; 7] = [
    Who::Anonymous,
    Who::Unverified,
    Who::Verified,
    Who::OtherTeam,
    Who::Administrator,
    Who::Service,
    Who::Team,
];

/// One letter for each of [`EVERYBODY`]: `-` hidden, `v` views, `g` views as a guest, `m` manages.
fn expected(open: bool, visibility: Visibility, step: Step) -> &'static str {
    match (open, visibility, step) {
        (false, _, Step::Draft) => "------m",
        (false, _, _) => "----v-m",
        (true, Visibility::Public | Visibility::Unlisted, _) => "vvvvvvm",
        (true, Visibility::Private, _) => "--ggvvm",
    }
}

/// Whether an event in a step has been opened; one that was called off may or may not have been.
fn openness(step: Step) -> &'static [bool] {
    match step {
        Step::Draft | Step::Submitted | Step::Approved | Step::Rejected => &[false],
        Step::Published | Step::Live | Step::Ended => &[true],
        Step::Cancelled => &[false, true],
    }
}

fn letter(sight: &Sight) -> char {
    match sight {
        Sight::Hidden => '-',
        Sight::Granted(Access::View) => 'v',
        Sight::Granted(Access::Manage) => 'm',
        Sight::IfGuest(_) => 'g',
    }
}

#[test]
fn everybody_sees_what_the_table_says() {
    let (clock, rng) = (Clock::system(), Rng::seeded(1));
    let organization = OrganizationId::new(&clock, &rng);
    let other = OrganizationId::new(&clock, &rng);
    let user = |organizations: &[OrganizationId], administrator, verified: bool| {
        Viewer::User(User {
            id: UserId::new(&clock, &rng),
            organizations: organizations.iter().copied().collect(),
            administrator,
            verified_email: verified.then(|| "ada@example.org".parse().expect("an address")),
        })
    };
    let viewer = |who| match who {
        Who::Anonymous => Viewer::Anonymous,
        Who::Unverified => user(&[], false, false),
        Who::Verified => user(&[], false, true),
        Who::OtherTeam => user(&[other], false, true),
        Who::Administrator => user(&[], true, true),
        Who::Service => Viewer::Service,
        Who::Team => user(&[other, organization], false, false),
    };
    for visibility in Visibility::ALL {
        for step in Step::ALL {
            for &open in openness(step) {
                let facet = Facet {
                    organization,
                    visibility,
                    step,
                    open,
                };
                let seen: String = EVERYBODY
                    .iter()
                    .map(|who| letter(&viewer(*who).sight(&facet)))
                    .collect();
                assert_eq!(
                    seen,
                    expected(open, visibility, step),
                    "{visibility:?} {step:?} open: {open}"
                );
            }
        }
    }
}
