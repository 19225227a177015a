//! Real nodes on loopback, and the real `kithd`.

#[path = "node/api.rs"]
mod api;
#[path = "node/daemon.rs"]
mod daemon;
#[path = "node/people.rs"]
mod people;
#[path = "node/profile.rs"]
mod profile;
#[path = "node/story.rs"]
mod story;
