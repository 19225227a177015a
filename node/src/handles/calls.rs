//! Calls.

use kith_api::{
    ApiError, ChatId, MessageId, method,
    params::{CallRef, CallSetParams, CallStartParams, Nothing},
    views::{Call, CallStats, SoundCheck, SoundDevices},
};

use crate::{Node, calls::video::CallPictures};

/// Methods about calls: [`Node::calls`]. Where sound comes from and goes to, [`NodeBuilder::audio`](crate::NodeBuilder::audio)
/// says.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a>(&'a Node);

impl Node {
    /// Calls.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls(self)
    }
}

impl Calls<'_> {
    /// Calls the other person of a chat.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `blocked`, `not_allowed` while there is another call or nobody can be called, `storage`,
    /// `shutting_down`.
    pub async fn start(&self, chat: ChatId) -> Result<Call, ApiError> {
        self.0.call::<method::CallsStart>(CallStartParams { chat, video: false }).await
    }

    /// Calls the other person of a chat, with the camera on from the moment they answer.
    ///
    /// # Errors
    /// As [`Calls::start`].
    pub async fn start_with_video(&self, chat: ChatId) -> Result<Call, ApiError> {
        self.0.call::<method::CallsStart>(CallStartParams { chat, video: true }).await
    }

    /// Answers a call.
    ///
    /// # Errors
    /// `not_found` if it is over, `not_allowed` if it does not ring here, `storage`, `shutting_down`.
    pub async fn accept(&self, call: MessageId) -> Result<(), ApiError> {
        self.0.call::<method::CallsAccept>(CallRef { call }).await.map(drop)
    }

    /// Does not answer a call, and says so.
    ///
    /// # Errors
    /// As [`Calls::accept`].
    pub async fn decline(&self, call: MessageId) -> Result<(), ApiError> {
        self.0.call::<method::CallsDecline>(CallRef { call }).await.map(drop)
    }

    /// Ends a call, or gives it up.
    ///
    /// # Errors
    /// `not_found` if it is over, `storage`, `shutting_down`.
    pub async fn hang_up(&self, call: MessageId) -> Result<(), ApiError> {
        self.0.call::<method::CallsHangUp>(CallRef { call }).await.map(drop)
    }

    /// Switches the microphone.
    ///
    /// # Errors
    /// `not_found` if it is over, `storage`, `shutting_down`.
    pub async fn set_microphone(&self, call: MessageId, on: bool) -> Result<(), ApiError> {
        self.set(CallSetParams { mic: Some(on), ..CallSetParams::nothing(call) }).await
    }

    /// Switches the camera. Where there is none, or it fails, it is off again a moment later.
    ///
    /// # Errors
    /// `not_found` if it is over, `storage`, `shutting_down`.
    pub async fn set_camera(&self, call: MessageId, on: bool) -> Result<(), ApiError> {
        self.set(CallSetParams { camera: Some(on), ..CallSetParams::nothing(call) }).await
    }

    /// Shows the screen, in the place of the camera's picture, or not any more. As [`Calls::set_camera`].
    ///
    /// # Errors
    /// `not_found` if it is over, `storage`, `shutting_down`.
    pub async fn set_screen(&self, call: MessageId, on: bool) -> Result<(), ApiError> {
        self.set(CallSetParams { screen: Some(on), ..CallSetParams::nothing(call) }).await
    }

    /// What the two sides show, of a call that was answered and is not over.
    #[must_use]
    pub fn pictures(&self, call: MessageId) -> Option<CallPictures> {
        self.0.pictures().of(call)
    }

    /// Whether this node was given a camera, or what takes the place of one.
    #[must_use]
    pub fn has_camera(&self) -> bool {
        self.0.has_camera()
    }

    /// The calls that ring or go on.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn list(&self) -> Result<Vec<Call>, ApiError> {
        Ok(self.0.call::<method::CallsList>(Nothing {}).await?.calls)
    }

    /// How a call goes that was answered.
    ///
    /// # Errors
    /// `not_found`, `shutting_down`.
    pub async fn stats(&self, call: MessageId) -> Result<CallStats, ApiError> {
        self.0.call::<method::CallsStats>(CallRef { call }).await
    }

    /// Holds the key of push to talk, or lets it go.
    ///
    /// # Errors
    /// `not_found` if the call is over, `storage`, `shutting_down`.
    pub async fn talk(&self, call: MessageId, held: bool) -> Result<(), ApiError> {
        self.set(CallSetParams { talk: Some(held), ..CallSetParams::nothing(call) }).await
    }

    /// Says how loud the other person is here, in percent from 0 to 200; kept for their next calls, too.
    ///
    /// # Errors
    /// `not_found` if the call is over, `invalid_argument`, `too_large`, `storage`, `shutting_down`.
    pub async fn set_volume(&self, call: MessageId, percent: u16) -> Result<(), ApiError> {
        self.set(CallSetParams { volume: Some(percent), ..CallSetParams::nothing(call) }).await
    }

    async fn set(&self, params: CallSetParams) -> Result<(), ApiError> {
        self.0.call::<method::CallsSet>(params).await.map(drop)
    }

    /// The microphones and speakers of this computer. Waits for the sound system, for six seconds at most.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn devices(&self) -> Result<SoundDevices, ApiError> {
        self.0.call::<method::CallsDevices>(Nothing {}).await
    }

    /// Begins a check of microphone and speaker; see [`Event::CallsCheck`](kith_api::Event::CallsCheck).
    ///
    /// # Errors
    /// `not_allowed` while a call goes on, `internal` where no thread is to be had, `shutting_down`.
    pub async fn check_start(&self) -> Result<SoundCheck, ApiError> {
        self.0.call::<method::CallsCheckStart>(Nothing {}).await
    }

    /// Records three seconds in the check, and plays them.
    ///
    /// # Errors
    /// `not_allowed` without a check, `shutting_down`.
    pub async fn check_record(&self) -> Result<SoundCheck, ApiError> {
        self.0.call::<method::CallsCheckRecord>(Nothing {}).await
    }

    /// Plays a tone in the check.
    ///
    /// # Errors
    /// `not_allowed` without a check, `shutting_down`.
    pub async fn check_tone(&self) -> Result<SoundCheck, ApiError> {
        self.0.call::<method::CallsCheckTone>(Nothing {}).await
    }

    /// Ends the check.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn check_stop(&self) -> Result<(), ApiError> {
        self.0.call::<method::CallsCheckStop>(Nothing {}).await.map(drop)
    }
}
