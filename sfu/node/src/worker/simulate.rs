//! What clients ask for to test themselves: LiveKit's `SimulateScenario`. Each concerns the client who asks; the others
//! notice no more than they would of the real thing.

use std::time::Duration;

use sfu_core::Input;
use sfu_core::input::LeaveReason;

use super::member::{Line, MemberKey, member_id};
use super::messages::Event;
use super::state::State;

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// They are shown as speaking for so long.
    Speaking(Duration),
    /// The node is gone: nobody says goodbye, neither over signalling nor to the transports.
    NodeFailure,
    /// The server ends the session, and does not want to see them again.
    Leave,
    /// The server ends the session, and wants them to begin anew.
    FullReconnect,
    /// Their path carries no more bits a second than this.
    Bandwidth(Option<u64>),
    /// The next connection with which they resume breaks.
    CutOnResume(Cut),
}

/// When a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the client hears anything.
    BeforeAnswer,
    /// After it has heard that it is back.
    AfterAnswer,
}

impl State {
    pub(super) fn simulate(&mut self, key: MemberKey, scenario: Scenario) {
        let member = member_id(key);
        match scenario {
            Scenario::Speaking(duration) => self.tell_room(key, Input::Pretend { member, duration }),
            Scenario::NodeFailure => self.vanish(key),
            Scenario::Leave => {
                let reason = LeaveReason::Simulated;
                self.tell_room(key, Input::Leave { member, reason });
            }
            Scenario::FullReconnect => {
                let reason = LeaveReason::SignalLost;
                self.tell_room(key, Input::Leave { member, reason });
            }
            Scenario::Bandwidth(limit) => self.limit_path(key, limit),
            Scenario::CutOnResume(cut) => {
                if let Some(member) = self.members.get_mut(key) {
                    member.signal.cut = Some(cut);
                }
            }
        }
    }

    fn vanish(&mut self, key: MemberKey) {
        let now = self.now;
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        if let Line::Open(events) = std::mem::replace(&mut member.signal.line, Line::Broken { until: now }) {
            let _ = events.try_send(Event::Cut);
        }
        for peer in [Some(member.subscriber), member.publisher].into_iter().flatten() {
            self.peers.remove(peer);
            self.addresses.retain(|_, owner| *owner != peer);
        }
        let (member, reason) = (member_id(key), LeaveReason::ConnectionLost);
        self.tell_room(key, Input::Leave { member, reason });
    }
}
