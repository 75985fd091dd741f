//! What a publisher says of a track, and what everybody is told of it.

use crate::codec::Codec;
use crate::ids::TrackSid;

/// Sound or pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// Where a track comes from; permissions can be given for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Source {
    /// Not said.
    #[default]
    Unknown,
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A shared screen or window.
    ScreenShare,
    /// The sound of a shared screen or window.
    ScreenShareAudio,
}

/// A simulcast layer by rank: low, medium, high. A track without simulcast has its one layer at `High`'s settings but
/// rank 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VideoQuality {
    /// The smallest layer, RID `q`.
    Low,
    /// The middle layer, RID `h`.
    Medium,
    /// The largest layer, RID `f`.
    High,
}

impl VideoQuality {
    /// Rank of the layer, from 0.
    pub const fn rank(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::High => 2,
        }
    }

    /// The quality of a layer's rank.
    pub const fn of_rank(rank: u8) -> Self {
        match rank {
            0 => Self::Low,
            1 => Self::Medium,
            _ => Self::High,
        }
    }

    /// Rank of the layer that LiveKit's clients name by this RID; a stream without one is the only layer.
    pub fn of_rid(rid: Option<&str>) -> Option<Self> {
        match rid {
            None | Some("q" | "0") => Some(Self::Low),
            Some("h" | "1") => Some(Self::Medium),
            Some("f" | "2") => Some(Self::High),
            Some(_) => None,
        }
    }
}

/// What a publisher says of how it makes sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AudioFeature {
    /// Two channels.
    Stereo,
    /// It keeps sending in silence.
    NoDtx,
    /// Evened loudness.
    AutoGainControl,
    /// Without echo.
    EchoCancellation,
    /// Without noise.
    NoiseSuppression,
    /// Without noise, by more than the browser's means.
    EnhancedNoiseCancellation,
    /// What was said while connecting follows as a data stream.
    PreconnectBuffer,
}

/// One layer as the publisher announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoLayer {
    /// Which layer.
    pub quality: VideoQuality,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bits a second the publisher means to use.
    pub bitrate: u32,
}

/// Another codec that a publisher can send a track in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// Which.
    pub codec: Codec,
    /// What becomes of the track's own codec when it is sent.
    pub policy: BackupPolicy,
}

/// What becomes of a track's own codec when its backup is sent (LiveKit's `BackupCodecPolicy`): two encoders may be more than
/// a publisher's computer and network carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackupPolicy {
    /// The backup takes its place for everybody in a small room where nobody is known not to decode it; in any other
    /// both are sent.
    #[default]
    PreferRegression,
    /// Both are sent, each to those who need it.
    Simulcast,
    /// The backup takes its place for everybody.
    Regression,
}

/// A track as everybody is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackInfo {
    /// The name the node gave it.
    pub sid: TrackSid,
    /// Sound or pictures.
    pub kind: TrackKind,
    /// Where it comes from.
    pub source: Source,
    /// The publisher's name for it.
    pub name: String,
    /// The publisher's name for the group it plays in (lip sync).
    pub stream: String,
    /// `video/VP8` and so on; empty until the first packet says it.
    pub mime_type: &'static str,
    /// Silent by the publisher's or the organizer's will.
    pub muted: bool,
    /// Pixels across, 0 for sound.
    pub width: u32,
    /// Pixels down, 0 for sound.
    pub height: u32,
    /// Layers, lowest first; empty for sound.
    pub layers: Vec<VideoLayer>,
    /// Announced as simulcast.
    pub simulcast: bool,
    /// Sound in two channels.
    pub stereo: bool,
    /// The publisher keeps sending in silence.
    pub disable_dtx: bool,
    /// How sound is made; empty for pictures.
    pub features: Vec<AudioFeature>,
    /// The publisher sends redundant audio.
    pub disable_red: bool,
    /// What the publisher can send beside, for those who cannot decode it.
    pub backup: Option<Backup>,
}

impl TrackInfo {
    /// The picture has another size now, and so have its layers.
    pub fn resize(&mut self, width: u32, height: u32) {
        let scale = |of: u32, from: u32, to: u32| match (u64::from(of) * u64::from(to)).checked_div(u64::from(from)) {
            Some(scaled) => u32::try_from(scaled).unwrap_or(u32::MAX),
            None => to,
        };
        for layer in &mut self.layers {
            layer.width = scale(layer.width, self.width, width);
            layer.height = scale(layer.height, self.height, height);
        }
        (self.width, self.height) = (width, height);
    }

    /// The least layer whose picture is at least `width` × `height`, or the highest.
    pub fn quality_for(&self, width: u32, height: u32) -> VideoQuality {
        let fits = |layer: &&VideoLayer| layer.width >= width && layer.height >= height;
        self.layers
            .iter()
            .find(fits)
            .map_or(VideoQuality::High, |layer| layer.quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> TrackInfo {
        let layer = |quality, width, height| VideoLayer {
            quality,
            width,
            height,
            bitrate: 0,
        };
        TrackInfo {
            sid: "TR_1".into(),
            kind: TrackKind::Video,
            source: Source::Camera,
            name: String::new(),
            stream: String::new(),
            mime_type: "",
            muted: false,
            width: 1280,
            height: 720,
            layers: vec![
                layer(VideoQuality::Low, 320, 180),
                layer(VideoQuality::Medium, 640, 360),
                layer(VideoQuality::High, 1280, 720),
            ],
            simulcast: true,
            stereo: false,
            disable_dtx: false,
            features: Vec::new(),
            disable_red: false,
            backup: None,
        }
    }

    #[test]
    fn a_picture_that_changes_its_size_keeps_its_ladder() {
        let mut info = info();
        info.resize(640, 640);
        let sizes: Vec<_> = info.layers.iter().map(|layer| (layer.width, layer.height)).collect();
        assert_eq!(sizes, [(160, 160), (320, 320), (640, 640)]);
        info.resize(0, 0);
        info.resize(100, 100);
        assert_eq!(info.quality_for(100, 100), VideoQuality::Low);
    }

    #[test]
    fn the_least_sufficient_layer_is_chosen() {
        assert_eq!(info().quality_for(200, 100), VideoQuality::Low);
        assert_eq!(info().quality_for(320, 180), VideoQuality::Low);
        assert_eq!(info().quality_for(321, 180), VideoQuality::Medium);
        assert_eq!(info().quality_for(4000, 3000), VideoQuality::High);
    }

    #[test]
    fn rids_rank_as_livekit_names_them() {
        assert_eq!(VideoQuality::of_rid(None), Some(VideoQuality::Low));
        assert_eq!(VideoQuality::of_rid(Some("f")), Some(VideoQuality::High));
        assert_eq!(VideoQuality::of_rid(Some("x")), None);
    }
}
