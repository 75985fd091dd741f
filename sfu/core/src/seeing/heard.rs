//! What a browser says comes more rarely than samples are taken: each report stands until the next one, or it would be
//! forgotten every other time, and no verdict that rests on it would ever last.

use super::Playback;

/// Samples that a report stands for: those until the next, and one more for a report that comes late.
const STANDS: u8 = 3;

/// What one browser has said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard {
    /// Since the last look.
    news: Option<Playback>,
    standing: Option<Standing>,
}

/// A report, and how often it was looked at.
#[derive(Debug, Clone, Copy)]
struct Standing {
    playback: Playback,
    looks: u8,
}

/// What a browser has said last, as one sample takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// What it said.
    pub playback: Playback,
    /// An earlier sample has had it already.
    pub is_repeated: bool,
}

impl Heard {
    /// Takes a report; what was said before and nobody has looked at yet is added to it.
    pub fn hear(&mut self, said: Playback) {
        let before = self.news.unwrap_or_default();
        self.news = Some(Playback {
            frames: before.frames.saturating_add(said.frames),
            dropped: before.dropped.saturating_add(said.dropped),
            freezes: before.freezes.saturating_add(said.freezes),
            ..said
        });
    }

    /// What a sample that is taken now goes by; `None` when nothing was said, or not for long.
    pub fn look(&mut self) -> Option<Said> {
        if let Some(playback) = self.news.take() {
            self.standing = Some(Standing { playback, looks: 0 });
        }
        let standing = self.standing.as_mut()?;
        standing.looks += 1;
        if standing.looks > STANDS {
            self.standing = None;
            return None;
        }
        Some(Said {
            playback: standing.playback,
            is_repeated: standing.looks > 1,
        })
    }
}

/// Whether pictures stood still for at least half of those in a room who say so, and for more than one.
pub fn freezes_are_common(said: impl Iterator<Item = Said>) -> bool {
    let (all, froze) = said.fold((0, 0), |(all, froze), said| {
        (all + 1, froze + u32::from(said.playback.freezes > 0))
    });
    froze > 1 && froze * 2 >= all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeing::SendingLimit;

    fn freezes(freezes: u16) -> Playback {
        Playback {
            frames: 300,
            dropped: 3,
            freezes,
            ..Playback::default()
        }
    }

    #[test]
    fn what_is_said_adds_up_until_somebody_looks() {
        let mut heard = Heard::default();
        heard.hear(freezes(1));
        heard.hear(Playback {
            sending_limit: Some(SendingLimit::Computer),
            ..freezes(u16::MAX)
        });
        let Said { playback, is_repeated } = heard.look().expect("heard");
        assert_eq!(
            (playback.frames, playback.dropped, playback.freezes),
            (600, 6, u16::MAX)
        );
        assert_eq!(playback.sending_limit, Some(SendingLimit::Computer));
        assert!(!is_repeated);
    }

    #[test]
    fn a_report_stands_until_the_next_and_not_for_ever() {
        let mut heard = Heard::default();
        assert_eq!(heard.look(), None);
        heard.hear(freezes(1));
        let repeated: Vec<_> = (0..5).map(|_| heard.look().map(|said| said.is_repeated)).collect();
        assert_eq!(repeated, [Some(false), Some(true), Some(true), None, None]);
        heard.hear(freezes(2));
        heard.look();
        heard.hear(freezes(3));
        let said = heard.look().expect("heard");
        assert_eq!(
            (said.playback.freezes, said.is_repeated),
            (3, false),
            "it does not add up with what was seen"
        );
    }

    #[test]
    fn what_stands_still_for_one_is_not_common() {
        let common = |all: &[u16]| {
            let said = |freezes_seen: &u16| Said {
                playback: freezes(*freezes_seen),
                is_repeated: false,
            };
            freezes_are_common(all.iter().map(said))
        };
        assert!(!common(&[]) && !common(&[1]) && !common(&[1, 0, 0]) && !common(&[1, 1, 0, 0, 0]));
        assert!(common(&[1, 2]) && common(&[1, 1, 0, 0]));
    }
}
