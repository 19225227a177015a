//! `kith`: the desktop app.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use kith_gui::{
    App, AppOptions,
    bridge::NodeOptions,
    i18n::{Code, Lang},
    platform::single_instance::{self, Found},
    theme::{Mode, Theme},
    views::gallery,
};
use kith_node::{forbid_core_dumps, standard, video::VideoIn};
use tracing_subscriber::EnvFilter;

/// Talk directly: a messenger between people's own machines
#[derive(Parser)]
#[command(name = "kith", version)]
struct Arguments {
    /// An invite link to open
    #[arg(value_name = "LINK")]
    link: Option<String>,
    /// The profile folder
    #[arg(long, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// Uses these bootstrap nodes: kith:b/1/… or /…/p2p/PEER
    #[arg(long, value_name = "ADDR", num_args = 1..)]
    bootstrap: Vec<String>,
    /// Listens on these addresses instead of port 4100 everywhere
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    listen: Vec<String>,
    /// Neither looks for nodes on the local network nor announces this one there
    #[arg(long)]
    no_mdns: bool,
    /// Leaves out the built-in bootstrap nodes
    #[arg(long)]
    no_default_bootstrap: bool,
    /// What others see in calls while the camera is on: a file is shown once
    #[arg(long, value_name = "none|pattern|screen|FILE.y4m", default_value = "none")]
    video_in: VideoIn,
    /// The language: en, de, fr, es, ar, ja
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The theme until the profile says otherwise: dark, light, high-contrast
    #[arg(long, value_name = "THEME")]
    theme: Option<String>,
    /// Starts without a window, where there is a tray
    #[arg(long)]
    background: bool,
    /// Shows every widget instead
    #[arg(long)]
    gallery: bool,
    /// What to log to stderr
    #[arg(long, value_name = "FILTER", default_value = "warn,kith_node=info,kith_gui=info,libp2p_kad=error")]
    log: String,
}

fn main() -> ExitCode {
    match start(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kith: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> Result<()> {
    let filter = EnvFilter::try_new(&arguments.log).with_context(|| format!("--log {}", arguments.log))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    if let Err(error) = forbid_core_dumps() {
        tracing::warn!(%error, "a crash may write this process's memory to a file");
    }
    let language = arguments.language.as_deref().map(language).transpose()?;
    let theme = arguments.theme.as_deref().map(theme).transpose()?;
    if arguments.gallery {
        return show_gallery(theme.unwrap_or(Mode::Dark), language.unwrap_or(Code::En));
    }
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        bail!("another TLS provider is installed already");
    }
    let folder = arguments.profile.map_or_else(default_profile, Ok)?;
    let listener = match single_instance::find(&folder, arguments.link.as_deref()) {
        Ok(Found::First(listener)) => Some(listener),
        Ok(Found::Told) => return Ok(()),
        Err(error) => {
            tracing::warn!(%error, "a second start will not find this one");
            None
        }
    };
    let node = NodeOptions {
        camera: arguments.video_in,
        folder,
        preset: standard(),
        bootstraps: arguments.bootstrap,
        listen: arguments.listen,
        mdns: !arguments.no_mdns,
        default_bootstraps: !arguments.no_default_bootstrap,
    };
    let background = arguments.background;
    let options = AppOptions {
        link: arguments.link,
        listener,
        language,
        theme,
        signals: true,
        background,
        ..AppOptions::new(node)
    };
    run(options)
}

fn run(options: AppOptions) -> Result<()> {
    let native = kith_gui::app::native_options(&options.node.folder, options.background);
    let made = eframe::run_native("kith", native, Box::new(|cx| Ok(Box::new(App::new(&cx.egui_ctx, options)?))));
    made.map_err(|error| anyhow::anyhow!("the window does not open: {error}"))
}

fn show_gallery(mode: Mode, code: Code) -> Result<()> {
    let (theme, lang) = (Theme::new(mode), Lang::new(code, None));
    let mut dressed = false;
    let frame = move |ui: &mut egui::Ui, _frame: &mut eframe::Frame| {
        if !std::mem::replace(&mut dressed, true) {
            Theme::install_fonts(ui.ctx());
            theme.apply(ui.ctx());
        }
        gallery::show(ui, &theme, &lang);
    };
    eframe::run_ui_native("kith gallery", eframe::NativeOptions::default(), frame)
        .map_err(|error| anyhow::anyhow!("the window does not open: {error}"))
}

/// Where the desktop keeps what programs keep.
fn default_profile() -> Result<PathBuf> {
    let folders =
        directories::ProjectDirs::from("", "", "kith").context("there is no home folder: give --profile DIR")?;
    Ok(folders.data_local_dir().join("profile"))
}

fn language(tag: &str) -> Result<Code> {
    Code::from_tag(tag).with_context(|| format!("--language {tag}: Kith speaks en, de, fr, es, ar and ja"))
}

fn theme(name: &str) -> Result<Mode> {
    Ok(match name {
        "dark" => Mode::Dark,
        "light" => Mode::Light,
        "high-contrast" => Mode::HighContrast,
        other => bail!("--theme {other}: there are dark, light and high-contrast"),
    })
}
