//! The whole app with a real node, drawn into memory: folding, laying out and tessellating, all but the graphics card.

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use eframe::App as _;
use kith_gui::{
    App, AppOptions,
    action::Action,
    bridge::NodeOptions,
    i18n::Code,
    model::{Model, Stage, Step},
    theme::Mode,
};
use kith_node::ChatId;

use crate::samples::ms;

/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
const HEIGHT: f32 = 760.0;
/// Between two frames of a screen that shows 60 in a second.
const FRAME: Duration = Duration::from_millis(16);

pub(super) struct Screen {
    ctx: egui::Context,
    app: App,
    frame: eframe::Frame,
    time: f64,
    /// The window's, in points.
    pub(super) width: f32,
}

impl Screen {
    /// Opens a profile, or the pages that make one.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let ctx = egui::Context::default();
        let node = NodeOptions::local(folder.to_owned());
        let options = AppOptions { language: Some(Code::En), theme: Some(Mode::Dark), ..AppOptions::new(node) };
        let app = App::new(&ctx, options)?;
        let mut screen = Self { ctx, app, frame: eframe::Frame::_new_kittest(), time: 0.0, width: 1180.0 };
        screen.until("the first page", |model| matches!(model.stage, Stage::Ready | Stage::Onboarding(_)))?;
        for _ in 0..4 {
            screen.frame(vec![]);
        }
        Ok(screen)
    }

    pub(super) fn model(&self) -> &Model {
        self.app.model()
    }

    pub(super) fn act(&mut self, action: Action) {
        self.app.act(&self.ctx, action);
    }

    /// Draws; gives the milliseconds that took.
    pub(super) fn frame(&mut self, events: Vec<egui::Event>) -> f64 {
        self.time += FRAME.as_secs_f64();
        let size = egui::vec2(self.width, HEIGHT);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(self.time),
            focused: true,
            events,
            ..egui::RawInput::default()
        };
        let start = Instant::now();
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut output = self.ctx.run_ui(input, |ui| {
            let ctx = ui.ctx().clone();
            app.logic(&ctx, frame);
            app.ui(ui, frame);
        });
        let shapes = std::mem::take(&mut output.shapes);
        black_box(self.ctx.tessellate(shapes, output.pixels_per_point));
        let took = ms(start.elapsed());
        output.textures_delta.clear();
        took
    }

    /// Draws with the wheel turned over the messages.
    pub(super) fn scroll(&mut self, by: f32) -> f64 {
        let wheel = egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, by),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        };
        self.frame(vec![egui::Event::PointerMoved(egui::pos2(self.width * 0.7, HEIGHT * 0.5)), wheel])
    }

    /// Draws until the model is so; gives the milliseconds of the last frame.
    pub(super) fn until(&mut self, what: &str, done: impl Fn(&Model) -> bool) -> Result<f64> {
        let start = Instant::now();
        loop {
            let took = self.frame(vec![]);
            if done(self.model()) {
                return Ok(took);
            }
            ensure!(start.elapsed() < LIMIT, "{what} does not come");
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Draws as a screen does until the newest message of a chat is this one; gives every frame's milliseconds.
    pub(super) fn frames_until(&mut self, last: Option<&str>, chat: ChatId) -> Result<Vec<f64>> {
        let start = Instant::now();
        let mut frames = Vec::new();
        let mut longest = 0.0;
        loop {
            let (frame, (ran, waited), taken) = (Instant::now(), ran_and_waited_ms(), taken_ms());
            let took = self.frame(vec![]);
            if took > longest {
                longest = took;
                let (ran_now, waited_now) = ran_and_waited_ms();
                let (ran, waited) = (ran_now - ran, waited_now - waited);
                let taken = taken_ms() - taken;
                eprintln!(
                    "a frame took {took:.1} ms: {ran:.1} ms on a processor, {waited:.1} ms waiting for one, while the \
                     machine's host took {taken:.0} ms"
                );
            }
            frames.push(took);
            let newest = self.model().chats.get(&chat).and_then(|chat| chat.last.as_ref());
            if newest.and_then(|message| message.text.as_deref()) == last {
                return Ok(frames);
            }
            ensure!(start.elapsed() < LIMIT, "the last message does not come");
            std::thread::park_timeout(FRAME.saturating_sub(frame.elapsed()));
        }
    }

    /// Makes a profile; gives an invite.
    pub(super) fn onboard(&mut self) -> Result<String> {
        self.act(Action::Step(Step::You));
        self.act(Action::OnboardingName("Ada".to_owned()));
        self.act(Action::Create);
        let link = |model: &Model| model.view.welcome.as_ref().and_then(|page| page.link.clone());
        self.until("an invite", |model| link(model).is_some())?;
        let link = link(self.model()).unwrap_or_default();
        self.act(Action::StartChatting);
        Ok(link)
    }
}

/// How long this thread has run so far, and how long it could have run and did not: the first two numbers of `schedstat`
/// (proc(5)), in milliseconds.
fn ran_and_waited_ms() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().unwrap_or(0.0) / 1e6);
    (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0))
}

/// How long the host of a virtual machine has kept its processors to itself so far, in milliseconds, counted in tens: the
/// eighth number of `/proc/stat` (proc(5)).
fn taken_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = text.split_whitespace().nth(8).and_then(|number| number.parse::<f64>().ok());
    ticks.unwrap_or(0.0) * 10.0
}
