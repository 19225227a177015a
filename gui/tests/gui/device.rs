//! A person at a machine: the whole app, without a screen, with a real node on loopback.

use std::{
    cell::Cell,
    path::PathBuf,
    time::{Duration, Instant},
};

use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use kith_gui::{
    App, AppOptions,
    bridge::NodeOptions,
    i18n::Code,
    theme::{Mode, Theme},
};
use kith_node::video::VideoIn;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Device {
    pub(crate) window: Harness<'static, App>,
}

impl Device {
    /// A machine with a screen of a size in points.
    pub(crate) fn new(folder: PathBuf, size: (f32, f32)) -> Self {
        Self::with(NodeOptions::local(folder), size)
    }

    /// The same with something in the place of a camera.
    pub(crate) fn with_camera(folder: PathBuf, size: (f32, f32), camera: VideoIn) -> Self {
        Self::with(NodeOptions { camera, ..NodeOptions::local(folder) }, size)
    }

    /// A machine whose node is started so.
    pub(crate) fn with(node: NodeOptions, (width, height): (f32, f32)) -> Self {
        // Every process does it first thing; here they share one.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let window = Harness::builder().with_size([width, height]).with_max_steps(64).build_eframe(move |cx| {
            let options = AppOptions { language: Some(Code::En), theme: Some(Mode::Dark), ..AppOptions::new(node) };
            App::new(&cx.egui_ctx, options).unwrap()
        });
        Self { window }
    }

    /// Lets the window take what has come and draw, until it sees `done`. Others go on meanwhile.
    pub(crate) fn until(&mut self, others: &mut [&mut Self], what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.window.step();
            for other in others.iter_mut() {
                other.window.step();
            }
            if done(self) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "no {what} in\n{:#?}", self.window.root());
            std::thread::park_timeout(Duration::from_millis(4));
        }
    }

    pub(crate) fn sees(&self, label: &str) -> bool {
        self.window.query_all_by_label(label).next().is_some()
    }

    pub(crate) fn sees_part(&self, label: &str) -> bool {
        self.window.query_all_by_label_contains(label).next().is_some()
    }

    pub(crate) fn wait(&mut self, label: &str) {
        self.until(&mut [], label, |device| device.sees(label));
    }

    pub(crate) fn wait_with(&mut self, other: &mut Self, label: &str) {
        self.until(&mut [other], label, |device| device.sees(label));
    }

    /// Presses what has this name, as soon as it is there and stays where it is: a page that gets its content later moves.
    pub(crate) fn press(&mut self, label: &str) {
        let place = |device: &Self| device.window.query_all_by_label(label).last().map(|found| found.rect());
        let before = Cell::new(None);
        self.until(&mut [], label, |device| {
            let now = place(device);
            now.is_some() && before.replace(now) == now
        });
        let found = self.window.get_all_by_label(label).last().unwrap();
        // What is scrolled away has no place to point at: a screen reader presses it there.
        if self.window.ctx.content_rect().contains(found.rect().center()) {
            found.click();
        } else {
            found.click_accesskit();
        }
        self.window.step();
        self.window.step();
    }

    /// Presses one of those that have this role and name, from the first, 0, on.
    pub(crate) fn press_nth(&mut self, role: Role, label: &str, nth: usize) {
        let before = Cell::new(None);
        self.until(&mut [], label, |device| {
            let mut found = device.window.query_all_by_role_and_label(role, label);
            let now = found.nth(nth).map(|found| found.rect());
            now.is_some() && before.replace(now) == now
        });
        let found = self.window.get_all_by_role_and_label(role, label).nth(nth).unwrap();
        if self.window.ctx.content_rect().contains(found.rect().center()) {
            found.click();
        } else {
            found.click_accesskit();
        }
        self.window.step();
        self.window.step();
    }

    /// Whether the message with this in its name is wholly on the screen and marked as one that was jumped to: its
    /// bubble has neither of the colours that bubbles have.
    pub(crate) fn is_marked(&self, part: &str) -> bool {
        let mut messages = self.window.query_all_by_label_contains(part);
        let Some(place) = messages.rfind(|node| node.accesskit_node().role() == Role::Article) else {
            return false;
        };
        let place = place.rect();
        let plain = Theme::new(Mode::Dark).tokens;
        self.window.output().shapes.iter().any(|clipped| {
            let egui::Shape::Rect(shape) = &clipped.shape else { return false };
            let is_it = (shape.rect.min - place.min).length() < 1.0 && (shape.rect.max - place.max).length() < 1.0;
            let seen = clipped.clip_rect.expand(1.0).contains_rect(place);
            is_it && seen && shape.fill.a() == 255 && ![plain.bubble_in, plain.bubble_out].contains(&shape.fill)
        })
    }

    /// Puts the keyboard into a field and types.
    pub(crate) fn type_into(&mut self, label: &str, text: &str) {
        let fields = [Role::TextInput, Role::MultilineTextInput, Role::PasswordInput];
        let found = |device: &Self| {
            let found = fields.iter().find(|role| device.window.query_by_role_and_label(**role, label).is_some());
            found.copied()
        };
        self.until(&mut [], label, |device| found(device).is_some());
        let role = found(self).unwrap();
        // In the first frame of a page it may not be where it stays.
        self.window.step();
        self.window.get_by_role_and_label(role, label).click();
        self.window.step();
        self.window.step();
        self.window.event(egui::Event::Text(text.to_owned()));
        self.window.step();
        self.window.step();
    }

    /// Presses Tab until what has this name has the keyboard.
    pub(crate) fn tab_to(&mut self, label: &str) {
        for _ in 0..80 {
            if self.window.query_all_by_label(label).any(|node| node.is_focused()) {
                return;
            }
            self.key(egui::Key::Tab);
        }
        panic!("the Tab key does not lead to {label}");
    }

    pub(crate) fn key(&mut self, key: egui::Key) {
        self.window.key_press(key);
        self.window.step();
        self.window.step();
    }

    /// From nothing to a profile.
    pub(crate) fn onboard(&mut self, name: &str) {
        self.press("Get started");
        self.type_into("Your name", name);
        self.press("Create my profile");
        self.wait(&format!("You are ready, {name}"));
    }

    /// The invite on the screen.
    pub(crate) fn invite(&mut self) -> String {
        let link = |device: &Self| device.window.state().model().view.welcome.as_ref().and_then(|add| add.link.clone());
        self.until(&mut [], "invite", |device| link(device).is_some());
        link(self).unwrap()
    }
}
