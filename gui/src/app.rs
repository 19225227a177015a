//! One window: takes what has come, paints, does what was asked for.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use egui::{Context, Ui, ViewportCommand};
use zeroize::Zeroizing;

#[cfg(unix)]
use crate::platform::signals;
#[cfg(target_os = "linux")]
use crate::platform::{
    lock, metered,
    tray::{Shown as TrayShown, Tray},
};
use crate::{
    action::Action,
    bridge::{Bridge, NodeOptions, ToNode, Waker},
    cx::Cx,
    i18n::{Arg, Code, Lang},
    model::{Appearance, Clock, Model, Seen, Stage, Talk},
    platform::{
        Desktop, appearance, autostart, clipboard, files,
        notify::{Notifier, Tell},
        scan, single_instance, themes,
        window_state::{self, WindowState},
    },
    shortcuts,
    theme::{Mode, Theme, Tokens, mark},
    update::{self, Effect, Target, link_preview::PAUSE_MS},
    views::{self, Screens},
};

/// How long a frame takes news; the rest waits for the next.
const NEWS_TIME: Duration = Duration::from_millis(3);
/// What should get the keyboard may come with one of the next frames.
const FOCUS_FRAMES: u8 = 4;
/// Somebody who does not touch the window for this long counts as away: of the rest of the desktop it knows nothing.
const IDLE: Duration = Duration::from_secs(600);
/// A cursor that blinks draws frames: it rests after this long without a key.
const BLINK: Duration = Duration::from_secs(10);

/// How a window is started.
pub struct AppOptions {
    /// How its node is started.
    pub node: NodeOptions,
    /// A link to open.
    pub link: Option<String>,
    /// Says when another start wants something.
    pub listener: Option<single_instance::Listener>,
    /// The language, whatever the desktop's is.
    pub language: Option<Code>,
    /// The theme until the profile says otherwise.
    pub theme: Option<Mode>,
    /// What the system sends to end a process closes the window in order.
    pub signals: bool,
    /// No window until it is asked for.
    pub background: bool,
    /// Pictures must not depend on the day and the zone: the time is this, Unix milliseconds, in UTC.
    pub fixed_time: Option<u64>,
}

impl AppOptions {
    /// As the desktop has it, with nothing special.
    #[must_use]
    pub fn new(node: NodeOptions) -> Self {
        Self {
            node,
            link: None,
            listener: None,
            language: None,
            theme: None,
            signals: false,
            background: false,
            fixed_time: None,
        }
    }
}

/// The window.
pub struct App {
    model: Model,
    bridge: Bridge,
    desktop: Desktop,
    notifier: Notifier,
    screens: Screens,
    theme: Theme,
    /// What was applied to egui last.
    applied: Option<Theme>,
    lang: Lang,
    options: Shown,
    /// Where the keyboard goes, and for how many frames what should get it is waited for.
    focus: Option<(Target, u8)>,
    window: WindowState,
    window_file: Option<PathBuf>,
    last_input: f64,
    /// The node was told that nobody is here.
    idle: bool,
    #[cfg(target_os = "linux")]
    tray: Option<Tray>,
    /// The unread messages and the language that the desktop was told of last.
    told: Option<(u64, Code)>,
    /// The window may close now.
    quitting: bool,
}

/// What of the options matters while the window is shown.
struct Shown {
    language: Option<Code>,
    theme: Option<Mode>,
    fixed_time: Option<u64>,
    link: Option<String>,
}

impl App {
    /// Starts the node's runtime; the profile is opened at once if nobody has to be asked.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(ctx: &Context, options: AppOptions) -> std::io::Result<Self> {
        Theme::install_fonts(ctx);
        let waker = {
            let ctx = ctx.clone();
            Waker::new(move || ctx.request_repaint())
        };
        let folder = options.node.folder.clone();
        let bridge = Bridge::new(options.node, waker)?;
        let desktop = Desktop::new(ctx.clone());
        if let Some(listener) = options.listener {
            let tell = desktop.teller();
            desktop.run("instance", move || {
                listener.listen(&tell);
                None
            });
        }
        #[cfg(target_os = "linux")]
        if options.fixed_time.is_none() {
            watch_desktop(&desktop);
        }
        #[cfg(target_os = "linux")]
        let tray = options.fixed_time.is_none().then(|| {
            let (tray, work) = Tray::new(desktop.teller());
            desktop.run("tray", move || {
                work();
                None
            });
            tray
        });
        #[cfg(unix)]
        if options.signals {
            desktop.run("signals", signals::end);
        }
        desktop.run("autostart", || Some(Action::AutostartIs(autostart::is_on())));
        let window_file = window_state::file(&folder);
        let notifier = Notifier::new(desktop.teller());
        let mut app = Self {
            model: Model {
                home: std::env::home_dir().map(|home| home.display().to_string()).unwrap_or_default(),
                ..Model::of(folder.display().to_string())
            },
            bridge,
            desktop,
            notifier,
            screens: Screens::default(),
            theme: Theme::new(options.theme.unwrap_or(Mode::Dark)),
            applied: None,
            lang: Lang::new(options.language.unwrap_or_else(Code::of_system), None),
            options: Shown {
                language: options.language,
                theme: options.theme,
                fixed_time: options.fixed_time,
                link: options.link,
            },
            focus: None,
            window: WindowState::default(),
            window_file,
            last_input: 0.0,
            idle: false,
            #[cfg(target_os = "linux")]
            tray,
            told: None,
            quitting: false,
        };
        if let Some(folder) = themes::folder() {
            let (found, problems) = themes::load(&folder);
            app.model.themes = found;
            app.model.themes_folder = folder.display().to_string();
            for problem in problems {
                tracing::warn!(problem, "a theme file is not used");
                app.act(ctx, Action::Problem(problem));
            }
        }
        app.act(ctx, Action::Hidden(options.background && can_hide()));
        app.ask(ToNode::Open);
        Ok(app)
    }

    /// Everything the window knows.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Does something as if a person had done it.
    pub fn act(&mut self, ctx: &Context, action: Action) {
        self.model.now = self.options.fixed_time.unwrap_or_else(now);
        for effect in update::update(&mut self.model, action) {
            self.run(ctx, effect);
        }
    }

    fn ask(&mut self, message: ToNode) {
        if !self.bridge.send(message) {
            tracing::warn!("the node has too much to do");
        }
    }

    fn run(&mut self, ctx: &Context, effect: Effect) {
        match effect {
            Effect::Call(command, then) => self.ask(ToNode::Call(Box::new(command), then)),
            Effect::Start { name, password } => self.ask(ToNode::Start { name, password }),
            Effect::Open => self.ask(ToNode::Open),
            Effect::Echo => self.ask(ToNode::Echo),
            Effect::Copy { text, secret } => {
                if secret {
                    let secret = Zeroizing::new(text.clone());
                    self.desktop.run("clipboard", move || clipboard::forget_later(&secret));
                }
                ctx.copy_text(text);
            }
            Effect::Browse(link) => ctx.open_url(egui::OpenUrl::new_tab(link)),
            Effect::Restore(what) => self.ask(ToNode::Restore(what)),
            Effect::Wipe => self.ask(ToNode::Wipe),
            Effect::ChooseSave(offered) => self.desktop.run("files", move || files::save(&offered)),
            Effect::ChooseFolder => self.desktop.run("files", files::folder),
            Effect::ChoosePicture => self.desktop.run("files", files::picture),
            Effect::PastePicture => self.desktop.run("clipboard", clipboard::picture),
            Effect::ChooseBackup => self.desktop.run("files", files::backup),
            Effect::ScanClipboard => self.desktop.run("scan", scan::clipboard),
            Effect::ScanFile => self.desktop.run("scan", scan::file),
            Effect::ScanScreen => self.desktop.run("scan", scan::screen),
            Effect::Notify { about, notice, sound } => {
                let (title, body) = self.lang.notice(&notice);
                let open = self.lang.t("open");
                self.notifier.tell(Tell::Show { about, title, body, open, sound });
            }
            Effect::Unnotify(about) => self.notifier.tell(Tell::Close(about)),
            Effect::Focus(target) => {
                self.focus = Some((target, FOCUS_FRAMES));
                ctx.request_repaint();
            }
            Effect::Show => {
                self.act(ctx, Action::Hidden(false));
                ctx.send_viewport_cmd(ViewportCommand::Visible(true));
                ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
                ctx.send_viewport_cmd(ViewportCommand::Focus);
            }
            Effect::Hide if can_hide() => {
                self.act(ctx, Action::Hidden(true));
                ctx.send_viewport_cmd(ViewportCommand::Visible(false));
            }
            Effect::Hide | Effect::Minimize => {
                self.act(ctx, Action::Hidden(false));
                ctx.send_viewport_cmd(ViewportCommand::Visible(true));
                ctx.send_viewport_cmd(ViewportCommand::Minimized(true));
            }
            Effect::Autostart(on) => self.desktop.run("autostart", move || {
                Some(match autostart::set(on) {
                    Ok(()) => Action::AutostartIs(on),
                    Err(error) => Action::Problem(error.to_string()),
                })
            }),
            Effect::Quit => {
                self.quitting = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Takes what the node and the desktop have said.
    fn receive(&mut self, ctx: &Context) {
        self.bridge.looked();
        let start = Instant::now();
        while let Some(news) = self.bridge.receive() {
            self.act(ctx, Action::Node(news));
            if start.elapsed() > NEWS_TIME {
                ctx.request_repaint();
                break;
            }
        }
        for (side, pixels) in self.bridge.seen() {
            self.act(ctx, Action::Seen(side, pixels));
        }
        while let Some(action) = self.desktop.receive() {
            self.act(ctx, action);
        }
        if matches!(self.model.stage, Stage::Ready)
            && let Some(link) = self.options.link.take()
        {
            self.act(ctx, Action::OpenLink(link));
        }
    }

    /// Makes language and theme what the settings and the desktop say.
    fn dress(&mut self, ctx: &Context) {
        let settings = &self.model.settings;
        let code = settings.language.as_deref().and_then(Code::from_tag).or(self.options.language);
        let code = code.unwrap_or_else(|| if self.model.me.is_some() { Code::of_system() } else { self.lang.code() });
        let hours24 = match settings.clock {
            Clock::Language => None,
            Clock::Hours24 => Some(true),
            Clock::Hours12 => Some(false),
        };
        let wanted = Lang::new(code, hours24);
        let wanted = if self.options.fixed_time.is_some() { wanted.in_utc() } else { wanted };
        if wanted != self.lang {
            self.lang = wanted;
        }
        let theme = self.wanted_theme();
        if self.applied.as_ref() != Some(&theme) {
            theme.apply(ctx);
            self.applied = Some(theme.clone());
            self.theme = theme;
        }
        if (ctx.zoom_factor() - self.model.settings.zoom).abs() > 0.001 {
            ctx.set_zoom_factor(self.model.settings.zoom);
        }
    }

    fn wanted_theme(&self) -> Theme {
        let (settings, preferred) = (&self.model.settings, self.model.preferred);
        let of_system = match (self.options.theme, preferred.contrast, preferred.light) {
            (Some(mode), ..) => mode,
            (None, true, _) => Mode::HighContrast,
            (None, false, true) => Mode::Light,
            (None, false, false) => Mode::Dark,
        };
        let mut theme = match &settings.appearance {
            Appearance::System => Theme::new(of_system),
            Appearance::BuiltIn(mode) => Theme::new(*mode),
            Appearance::File(name) => self.file_theme(name).unwrap_or_else(|| Theme::new(of_system)),
        };
        theme.text_scale = settings.text_scale;
        theme.still = settings.still.unwrap_or(preferred.still);
        theme
    }

    /// A person's own theme, if it has been read.
    fn file_theme(&self, name: &str) -> Option<Theme> {
        let tokens: &Tokens = self.model.themes.get(name)?;
        Some(Theme { tokens: tokens.clone(), edges: false, text_scale: 1.0, still: false })
    }

    fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut cx = Cx::new(&self.model, &self.theme, &self.lang);
        let awaited = self.focus.take();
        cx.focus = awaited.map(|(target, _)| target);
        if ctx.input(|input| input.key_pressed(egui::Key::Escape))
            && self.model.view.palette.is_none()
            && self.model.view.sheet.is_none()
            && !egui::Popup::is_any_open(&ctx)
            && !views::offers(ui, &self.model)
        {
            cx.act(Action::Escape);
        }
        if matches!(self.model.stage, Stage::Ready) {
            for action in shortcuts::pressed(&ctx) {
                cx.act(action);
            }
        }
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0.0, self.theme.tokens.bg_app);
        views::window(ui, &mut cx, &mut self.screens);
        let Cx { actions, focus, .. } = cx;
        if let (Some(target), Some((_, frames @ 1..))) = (focus, awaited) {
            self.focus = Some((target, frames - 1));
            ctx.request_repaint();
        }
        for action in actions {
            self.act(&ctx, action);
            ctx.request_repaint();
        }
    }

    /// Asks for the next frame only where something will change by itself.
    fn rest(&mut self, ctx: &Context) {
        let (time, any) = ctx.input(|input| (input.time, !input.events.is_empty()));
        if any {
            self.last_input = time;
        }
        self.watch_idle(ctx, time - self.last_input);
        let awake = time - self.last_input < BLINK.as_secs_f64();
        let blink = awake && !self.theme.still;
        if ctx.global_style().visuals.text_cursor.blink != blink {
            ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = blink);
        }
        let waits = self.model.view.welcome.as_ref().is_some_and(|page| page.waits_until.is_some());
        if waits
            || !self.model.view.toasts.is_empty()
            || self.model.talks.values().any(|talk| talk.draft != talk.draft_saved)
        {
            ctx.request_repaint_after(Duration::from_millis(1_000));
        }
        let waits = |talk: &Talk| talk.link.as_ref().is_some_and(|link| link.seen == Seen::Waiting);
        if self.model.talks.values().any(waits) {
            ctx.request_repaint_after(Duration::from_millis(PAUSE_MS / 4));
        }
    }

    /// Tells the node once when nobody has used this window for long, and when somebody does again.
    fn watch_idle(&mut self, ctx: &Context, unused: f64) {
        let idle = unused >= IDLE.as_secs_f64();
        if !matches!(self.model.stage, Stage::Ready) || self.options.fixed_time.is_some() {
            return;
        }
        if idle != self.idle {
            self.idle = idle;
            self.act(ctx, Action::Idle(idle));
        }
        if !idle {
            ctx.request_repaint_after(Duration::from_secs_f64(IDLE.as_secs_f64() - unused));
        }
    }

    /// What stands on the window's edge, and in the tray.
    fn tell_desktop(&mut self, ctx: &Context) {
        let unread = self.model.unread();
        if self.told == Some((unread, self.lang.code())) {
            return;
        }
        self.told = Some((unread, self.lang.code()));
        let title = if unread == 0 { "Kith".to_owned() } else { format!("({unread}) Kith") };
        ctx.send_viewport_cmd(ViewportCommand::Title(title));
        #[cfg(target_os = "linux")]
        if let Some(tray) = &self.tray {
            let lang = &self.lang;
            tray.show(TrayShown {
                title: lang.with("tray-unread", &[("count", Arg::Count(unread))]),
                open: lang.t("tray-open"),
                quit: lang.t("quit"),
                unread: unread > 0,
                rtl: lang.rtl(),
            });
        }
    }

    fn watch_window(&mut self, ctx: &Context) {
        if !self.quitting && ctx.input(|input| input.viewport().close_requested()) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.act(ctx, Action::CloseWindow);
            ctx.request_repaint();
        }
        let (focused, rect, maximized) = ctx.input(|input| {
            let viewport = input.viewport();
            (input.focused, viewport.inner_rect, viewport.maximized)
        });
        if focused != self.model.view.focused {
            self.act(ctx, Action::Focus(focused));
        }
        if let Some(rect) = rect.filter(|_| maximized != Some(true)) {
            (self.window.width, self.window.height) = (rect.width(), rect.height());
        }
        self.window.maximized = maximized == Some(true);
    }
}

/// Listens to what the desktop prefers, whether its screen is locked, and what it knows of the connection in use.
#[cfg(target_os = "linux")]
fn watch_desktop(desktop: &Desktop) {
    let tell = desktop.teller();
    desktop.run("appearance", move || {
        appearance::watch(&tell);
        None
    });
    let tell = desktop.teller();
    desktop.run("metered", move || {
        metered::watch(&tell);
        None
    });
    let tell = desktop.teller();
    desktop.run("lock", move || {
        lock::watch(&tell);
        None
    });
}

/// Only where there may be a tray to bring it back. Wayland knows no hidden windows; there the window is put aside as
/// others are.
fn can_hide() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_none_or(|display| display.is_empty())
}

/// A window of the size it had last time; in the background it is not shown.
#[must_use]
pub fn native_options(profile: &Path, background: bool) -> eframe::NativeOptions {
    let window = WindowState::load(window_state::file(profile).as_deref());
    let viewport = egui::ViewportBuilder::default()
        .with_title("Kith")
        .with_app_id("org.kith.Kith")
        .with_visible(!background || !can_hide())
        .with_icon(egui::IconData { rgba: mark::pixels(64, false), width: 64, height: 64 })
        .with_inner_size([window.width, window.height])
        .with_min_inner_size([360.0, 480.0])
        .with_maximized(window.maximized);
    eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.receive(ctx);
        self.watch_window(ctx);
        self.act(ctx, Action::Tick);
        self.dress(ctx);
        self.tell_desktop(ctx);
        if let Some(due) = self.model.told.due() {
            ctx.request_repaint_after(Duration::from_millis(due.saturating_sub(self.model.now)));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        // Measurements count these.
        tracing::trace!(target: "kith_gui::frames", ready = matches!(self.model.stage, Stage::Ready), "frame");
        // Screen readers name the window by this, not by its title.
        ui.ctx().accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label("Kith"));
        self.frame(ui);
        self.rest(&ui.ctx().clone());
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.window.save(self.window_file.as_deref());
        self.bridge.shut_down();
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
