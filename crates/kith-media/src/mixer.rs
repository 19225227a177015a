//! Sums what is to be heard into two channels.

mod limiter;
mod spatial;

use self::{limiter::Limiter, spatial::Spatial};
use crate::frame::{FRAME, Frame, SILENCE};

/// 10 ms of two channels, interleaved, left first; full scale is -1 to 1.
pub type Stereo = [f32; 2 * FRAME];

/// Sources at a time: the eight voices of a call, sounds and sources of bots fit in.
pub const MAX_SOURCES: usize = 24;

/// The greatest volume: twice the amplitude, +6 dB.
pub const MAX_VOLUME: f32 = 2.0;

/// A sample beyond is clipped before it is added: codecs overshoot full scale by a little, only broken ones by more.
const CLIP: f32 = 2.0;

/// Which source; whoever adds it chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u64);

/// Where a source is, in metres from the listener. Not finite counts as no place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// To the right.
    pub x: f32,
    /// Ahead.
    pub y: f32,
}

/// Why a source was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixerError {
    /// There are [`MAX_SOURCES`].
    #[error("already {max} sources")]
    Full {
        /// How many are possible.
        max: usize,
    },
    /// There is one with this id.
    #[error("source {} is there already", id.0)]
    Taken {
        /// Which.
        id: SourceId,
    },
}

/// Adds mono sources to stereo, each at its volume and place, and limits the sum. Nothing is allocated after
/// [`Mixer::new`]. The output is 1 ms late.
pub struct Mixer {
    sources: Vec<Source>,
    limiter: Limiter,
    frame: Frame,
    mono: Frame,
}

struct Source {
    id: SourceId,
    /// At the end of the last frame.
    gain: f32,
    volume: f32,
    place: Option<Place>,
    spatial: Spatial,
    leaving: bool,
}

impl Default for Mixer {
    fn default() -> Self {
        Self::new()
    }
}

impl Mixer {
    /// Without sources.
    #[must_use]
    pub fn new() -> Self {
        Self { sources: Vec::with_capacity(MAX_SOURCES), limiter: Limiter::new(), frame: SILENCE, mono: SILENCE }
    }

    /// Lets a source in, over 10 ms, at volume 1 and without a place. One that is being removed comes back.
    ///
    /// # Errors
    /// [`MixerError::Full`], [`MixerError::Taken`].
    pub fn add(&mut self, id: SourceId) -> Result<(), MixerError> {
        if let Some(source) = self.find(id) {
            if !source.leaving {
                return Err(MixerError::Taken { id });
            }
            source.leaving = false;
            source.volume = 1.0;
            source.place = None;
            return Ok(());
        }
        if self.sources.len() >= MAX_SOURCES {
            return Err(MixerError::Full { max: MAX_SOURCES });
        }
        let spatial = Spatial::new(None);
        self.sources.push(Source { id, gain: 0.0, volume: 1.0, place: None, spatial, leaving: false });
        Ok(())
    }

    /// Fades a source out over the next 10 ms, for which it is asked once more, and forgets it.
    pub fn remove(&mut self, id: SourceId) {
        if let Some(source) = self.find(id) {
            source.leaving = true;
        }
    }

    /// Sets the volume of a source, 0 to [`MAX_VOLUME`] (what is beyond is brought within; not a number is 0), reached
    /// within 10 ms. Unknown sources have none.
    pub fn set_volume(&mut self, id: SourceId, volume: f32) {
        if let Some(source) = self.find(id) {
            source.volume = if volume.is_nan() { 0.0 } else { volume.clamp(0.0, MAX_VOLUME) };
        }
    }

    /// Puts a source somewhere, or nowhere in particular; it gets there within 10 ms. Unknown sources have no place.
    pub fn set_place(&mut self, id: SourceId, place: Option<Place>) {
        if let Some(source) = self.find(id) {
            source.place = place;
        }
    }

    /// Makes 10 ms in `out`, asking `pull` once for the next frame of every source (the frame it gets is silent; what is
    /// not finite in it is taken as silence). Gives the same in one channel, as the echo canceller wants it.
    pub fn mix(&mut self, mut pull: impl FnMut(SourceId, &mut Frame), out: &mut Stereo) -> &Frame {
        out.fill(0.0);
        for source in &mut self.sources {
            self.frame = SILENCE;
            pull(source.id, &mut self.frame);
            let volume = if source.leaving { 0.0 } else { source.volume };
            ramp(&mut self.frame, source.gain, volume);
            source.gain = volume;
            source.spatial.add(&self.frame, source.place, out);
        }
        self.sources.retain(|source| !source.leaving);
        self.limiter.process(out);
        for (mono, pair) in self.mono.iter_mut().zip(out.chunks_exact(2)) {
            *mono = (pair[0] + pair[1]) / 2.0;
        }
        &self.mono
    }

    fn find(&mut self, id: SourceId) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.id == id)
    }
}

/// Brings the gain from `from` to `to` on a straight line, and what is not finite to nothing: one such sample would stay in
/// a filter for ever.
fn ramp(frame: &mut Frame, from: f32, to: f32) {
    let step = (to - from) / FRAME as f32;
    for (index, sample) in frame.iter_mut().enumerate() {
        let gain = if index + 1 == FRAME { to } else { from + step * (index + 1) as f32 };
        *sample = if sample.is_finite() { sample.clamp(-CLIP, CLIP) * gain } else { 0.0 };
    }
}

#[cfg(test)]
mod tests;
