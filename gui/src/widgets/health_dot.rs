//! The state of the network in one mark: colour and shape, so that it can be told without colours.

use egui::{Painter, Pos2, Response, Role, Sense, Stroke, Ui, pos2, vec2};
use kith_node::views::{NetworkState, NetworkStatus};

use crate::{cx::Cx, theme::Theme};

/// How well this node can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// Connected to bootstrap nodes: a disc.
    Good,
    /// Through relays only: a ring.
    Relayed,
    /// Peers nearby, no bootstrap node: a triangle.
    Nearby,
    /// Nobody: a crossed circle.
    Offline,
}

impl Health {
    pub(crate) fn of(status: Option<&NetworkStatus>) -> Self {
        // Reachable from nearby, but nobody is there.
        let alone = status.is_some_and(|status| status.peers == 0);
        match status.map(|status| status.state) {
            Some(NetworkState::Local) if alone => Self::Offline,
            Some(NetworkState::Online) => Self::Good,
            Some(NetworkState::Degraded) => Self::Relayed,
            Some(NetworkState::Local) => Self::Nearby,
            Some(NetworkState::Offline) | None => Self::Offline,
        }
    }

    /// The key of its name.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Good => "health-good",
            Self::Relayed => "health-relayed",
            Self::Nearby => "health-nearby",
            Self::Offline => "health-offline",
        }
    }
}

pub(crate) fn paint_health(painter: &Painter, theme: &Theme, at: Pos2, radius: f32, health: Health) {
    let t = &theme.tokens;
    match health {
        Health::Good => {
            painter.circle_filled(at, radius, t.ok);
        }
        Health::Relayed => {
            painter.circle_stroke(at, radius - 1.25, Stroke::new(2.5, t.accent));
        }
        Health::Nearby => {
            let corner = |x: f32, y: f32| pos2(at.x + x * radius, at.y + y * radius);
            let points = vec![corner(0.0, -1.1), corner(1.1, 0.85), corner(-1.1, 0.85)];
            painter.add(egui::Shape::convex_polygon(points, t.warn, Stroke::NONE));
        }
        Health::Offline => {
            let stroke = Stroke::new(2.0, t.text_3);
            painter.circle_stroke(at, radius - 1.0, stroke);
            let reach = radius * 0.7;
            painter.line_segment([at + vec2(-reach, reach), at + vec2(reach, -reach)], stroke);
        }
    }
}

/// The mark as a button that leads to the network page.
pub(crate) fn health_dot(ui: &mut Ui, cx: &Cx<'_>, health: Health, active: bool) -> Response {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(44.0, 44.0), Sense::click());
    let label = format!("{}: {}", cx.t("nav-network"), cx.t(health.key()));
    super::tell_choice(ui, &response, Role::Tab, active, &label);
    if active || response.hovered() {
        let fill = if active { t.bg_selected } else { t.bg_hover };
        ui.painter().rect_filled(rect, egui::CornerRadius::same(12), fill);
    }
    paint_health(ui.painter(), cx.theme, rect.center(), 7.0, health);
    super::focus_ring(ui, cx.theme, &response, rect, 12);
    response.on_hover_text(label)
}
