//! A person lets another node keep their mail and stops that again, with clicks and keys only.

use std::time::Duration;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use kith_node::{Node, params::ServeParams};

use crate::{device::Device, meeting::WIDE};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A second computer that keeps mail, without a window.
struct Keeper {
    node: Node,
    runtime: tokio::runtime::Runtime,
}

impl Keeper {
    /// Gives what opens it as well: its link and its token.
    fn start(folder: std::path::PathBuf) -> (Self, String, String) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let spawn = Node::builder(folder).name("Keeper").preset(kith_node::local()).spawn();
        let node = runtime.block_on(spawn).unwrap();
        runtime.block_on(node.listening(PATIENCE));
        let on = ServeParams { on: Some(true), quota_mb: None, erase: None };
        let served = runtime.block_on(node.mailboxes().serve(on)).unwrap();
        (Self { node, runtime }, served.link.unwrap(), served.token.unwrap())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.runtime.block_on(self.node.shutdown());
    }
}

/// Types into a field in place of what it holds, wherever on the page it is.
fn retype(device: &mut Device, label: &str, text: &str) {
    device.window.get_by_role_and_label(Role::TextInput, label).focus();
    device.window.step();
    device.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    device.window.step();
    device.window.event(egui::Event::Text(text.to_owned()));
    device.window.step();
    device.window.step();
}

#[test]
fn a_mailbox_is_added_by_link_and_token_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), WIDE);
    let (keeper, link, token) = Keeper::start(folder.path().join("keeper"));
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Settings");
    ada.press("Privacy");
    ada.until(&mut [], "that there is none", |ada| ada.sees_part("No mailbox is known yet"));

    retype(&mut ada, "Link of a mailbox", &link[..link.len() - 4]);
    ada.press("Add mailbox");
    ada.until(&mut [], "what is wrong", |ada| ada.sees_part("This is not the whole link"));
    retype(&mut ada, "Link of a mailbox", &link);
    assert!(!ada.sees_part("This is not the whole link"), "it is another one");
    retype(&mut ada, "Token, if you were given one", "open sesame");
    ada.press("Add mailbox");
    ada.until(&mut [], "what is wrong", |ada| ada.sees_part("A token has 64 characters"));

    // Without a token this one keeps nothing.
    ada.window.get_by_role_and_label(Role::TextInput, "Token, if you were given one").focus();
    ada.window.step();
    ada.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    ada.window.step();
    ada.key(Key::Delete);
    ada.key(Key::Enter);
    ada.until(&mut [], "refusal", |ada| ada.sees_part("You added it. Not in use. It refused to keep your mail"));
    assert!(!ada.sees_part("No mailbox is known yet"));

    retype(&mut ada, "Link of a mailbox", &link);
    retype(&mut ada, "Token, if you were given one", &token);
    ada.press("Add mailbox");
    let used = "You added it. In use: contacts leave mail there. Answered: just now.";
    ada.until(&mut [], "mailbox in use", |ada| ada.sees(used));
    let kept = ServeParams { on: None, quota_mb: None, erase: None };
    let kept = keeper.runtime.block_on(keeper.node.mailboxes().serve(kept)).unwrap();
    assert!(kept.queues > 0, "nothing was opened there");

    let remove = ada.window.get_by_label_contains("Remove kith:b/1/");
    remove.click_accesskit();
    ada.window.step();
    ada.until(&mut [], "that there is none", |ada| ada.sees_part("No mailbox is known yet"));
    ada.wait("Mailbox removed");
    assert!(!ada.sees_part("Remove kith:b/1/") && !ada.sees(used));
}
