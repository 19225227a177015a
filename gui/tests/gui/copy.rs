//! What is selected is copied as it is read.

use std::sync::Arc;

use egui::{Event, Modifiers, OutputCommand, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::{
    device::Device,
    meeting::{NARROW, write},
};

#[test]
fn a_part_of_a_right_to_left_message_is_copied_as_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Device::new(folder.path().join("ada"), NARROW);
    // Other scripts come from the system, as in the real window.
    ada.window.ctx.add_font_provider(Arc::new(egui_system_font_provider::SystemFontProvider::new()));
    ada.onboard("Ada");
    ada.press("Start chatting");
    ada.press("Notes to myself");
    let text = "שלום, (עולם) abc!";
    write(&mut ada, text);
    ada.until(&mut [], "note", |ada| ada.sees_part(&format!(": {text} (note)")));
    let words = |node: &egui_kittest::Node<'_>| node.accesskit_node().raw_bounds().is_some();
    let bubble = ada.window.get_all_by_label_contains(text).rfind(words).unwrap().rect();
    // The words begin a little inside the bubble, in its upper half.
    let (left, right) = (bubble.left_top() + egui::vec2(12.5, 15.0), bubble.right_top() + egui::vec2(-12.5, 15.0));
    let press = |ada: &mut Device, pos, pressed| {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        ada.window.event(Event::PointerButton { pos, button, pressed, modifiers });
        ada.window.step();
    };
    ada.window.hover_at(left);
    ada.window.step();
    press(&mut ada, left, true);
    ada.window.hover_at(right);
    ada.window.step();
    press(&mut ada, right, false);
    ada.window.event(Event::Copy);
    ada.window.step();
    let commands = &ada.window.output().platform_output.commands;
    let copied =
        commands.iter().find_map(|one| if let OutputCommand::CopyText(text) = one { Some(text) } else { None });
    assert_eq!(copied.map(String::as_str), Some(text));
}
