//! The window as people use it: whole apps with real nodes, each a person with a machine of their own.

#[path = "gui/backup.rs"]
mod backup;
#[path = "gui/calls.rs"]
mod calls;
#[path = "gui/changes.rs"]
mod changes;
#[path = "gui/choices.rs"]
mod choices;
#[path = "gui/copy.rs"]
mod copy;
#[path = "gui/device.rs"]
mod device;
#[path = "gui/expiry.rs"]
mod expiry;
#[path = "gui/given_up.rs"]
mod given_up;
#[path = "gui/introduce.rs"]
mod introduce;
#[path = "gui/invites.rs"]
mod invites;
#[path = "gui/keeper.rs"]
mod keeper;
#[path = "gui/link_preview.rs"]
mod link_preview;
#[path = "gui/mailboxes.rs"]
mod mailboxes;
#[path = "gui/meeting.rs"]
mod meeting;
#[path = "gui/packages.rs"]
mod packages;
#[path = "gui/pictures.rs"]
mod pictures;
#[path = "gui/pictures_of_mail.rs"]
mod pictures_of_mail;
#[path = "gui/poll.rs"]
mod poll;
#[path = "gui/presence.rs"]
mod presence;
#[path = "gui/public_address.rs"]
mod public_address;
#[path = "gui/sample.rs"]
mod sample;
#[path = "gui/schedule.rs"]
mod schedule;
#[path = "gui/snapshots.rs"]
mod snapshots;
#[path = "gui/sound.rs"]
mod sound;
#[path = "gui/spoken.rs"]
mod spoken;
#[path = "gui/stickers.rs"]
mod stickers;
#[path = "gui/video.rs"]
mod video;
#[path = "gui/window.rs"]
mod window;
