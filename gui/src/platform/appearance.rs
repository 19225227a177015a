//! What the desktop prefers: dark or light, contrast, little motion. On Linux winit cannot tell, the settings portal can.

use crate::action::Action;

/// What a desktop says about looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preferred {
    /// Light ground; dark unless the desktop says so.
    pub light: bool,
    /// High contrast.
    pub contrast: bool,
    /// Nothing moves by itself.
    pub still: bool,
}

/// Asks the desktop; again and again, for it may change. Blocks, so on a thread of its own.
#[cfg(target_os = "linux")]
pub(crate) fn watch(tell: &(impl Fn(Action) + Send)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        if let Err(error) = portal(tell).await {
            tracing::debug!(%error, "the desktop does not say what it prefers");
        }
    });
}

#[cfg(target_os = "linux")]
async fn portal(tell: &(impl Fn(Action) + Send)) -> ashpd::Result<()> {
    use ashpd::desktop::settings::{ColorScheme, Contrast, ReducedMotion, Settings};
    use futures::StreamExt as _;

    let settings = Settings::new().await?;
    let ask = async || {
        let scheme = settings.color_scheme().await.unwrap_or(ColorScheme::NoPreference);
        let contrast = settings.contrast().await.unwrap_or(Contrast::NoPreference);
        let motion = settings.reduced_motion().await.unwrap_or(ReducedMotion::NoPreference);
        Preferred {
            light: scheme == ColorScheme::PreferLight,
            contrast: contrast == Contrast::High,
            still: motion == ReducedMotion::ReducedMotion,
        }
    };
    tell(Action::Preferred(ask().await));
    let mut changes = settings.receive_setting_changed().await?;
    while changes.next().await.is_some() {
        tell(Action::Preferred(ask().await));
    }
    Ok(())
}
