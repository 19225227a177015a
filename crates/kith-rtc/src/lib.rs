//! WebRTC sessions behind plain commands and events.
