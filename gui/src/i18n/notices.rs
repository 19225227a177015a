//! Notifications in words.

use super::{Arg, Lang};
use crate::model::Notice;

impl Lang {
    /// The title and the text of a notification.
    #[must_use]
    pub fn notice(&self, notice: &Notice) -> (String, String) {
        let title = |name: &str| if name.is_empty() { "Kith".to_owned() } else { name.to_owned() };
        match notice {
            Notice::Message { name, text } if text.is_empty() => (title(name), self.t("notice-message")),
            Notice::Message { name, text } => (title(name), text.clone()),
            Notice::Messages { name, count } => {
                (title(name), self.with("notice-messages", &[("count", Arg::Count(*count))]))
            }
            Notice::Chats { messages, chats } => {
                let counts = [("messages", Arg::Count(*messages)), ("chats", Arg::Count(*chats))];
                (title(""), self.with("notice-chats", &counts))
            }
            Notice::Call { name } => (title(name), self.t("call-incoming")),
            Notice::Missed { name } => (title(name), self.t("call-missed")),
            Notice::Requests { name, count: 1 } if !name.is_empty() => {
                (title(""), self.with("notice-request", &[("name", Arg::Text(name))]))
            }
            Notice::Requests { count, .. } => {
                (title(""), self.with("notice-requests", &[("count", Arg::Count(*count))]))
            }
        }
    }
}
