//! Pictures that are on the screen: asking the node for them, once.

use kith_node::{Command, params};

use super::{Effect, Then};
use crate::{
    action::Action,
    model::{Drawn, Model, PictureOf},
};

/// Gives back what is not its own.
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    let Action::WantPicture(of) = action else { return Some(action) };
    if model.pictures.get(of).is_some() {
        return None;
    }
    let command = match of {
        PictureOf::Message(message) => Command::ChatsPreviewPicture(params::MessageParams { message }),
        PictureOf::Small(picture) => Command::StickersImage(params::SmallPictureParams { picture }),
        // It comes with the page behind the link.
        PictureOf::Draft(_) => return None,
    };
    model.pictures.put(of, Drawn::Asked);
    out.push(Effect::Call(command, Then::Picture(of)));
    None
}
