use egui::{Sense, Ui, vec2};
use kith_node::views::{Bootstrap, NetworkStatus, TestStep};

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    theme::{Type, icons, space},
    widgets::{
        Field, Health, Kind, button, card, ends, field, glyph, heading, icon_button, label, muted, paint_health,
        paragraph, section_title, segmented, selectable, side_by_side,
    },
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    heading(ui, cx, &cx.t("nav-network"));
    ui.add_space(space::S);
    let Some(status) = cx.model.network.clone() else {
        muted(ui, cx, &cx.t("health-offline"));
        return;
    };
    summary(ui, cx, &status);
    test(ui, cx);
    bootstraps(ui, cx);
    cost(ui, cx, status.metered);
    details(ui, cx, &status);
}

fn summary(ui: &mut Ui, cx: &mut Cx<'_>, status: &NetworkStatus) {
    let health = Health::of(Some(status));
    card(ui, cx, |ui, cx| {
        side_by_side(ui, cx, |ui, cx| {
            let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::hover());
            paint_health(ui.painter(), cx.theme, rect.center(), 9.0, health);
            label(ui, cx.theme.text(cx.t(health.key()), Type::TITLE, cx.tokens().text));
        });
        let about = format!("{}-about", if status.portal { "health-portal" } else { health.key() });
        paragraph(ui, cx, &cx.t(&about));
        let peers = cx.with("network-peers", &[("count", Arg::Count(u64::from(status.peers)))]);
        muted(ui, cx, &peers);
        if health != Health::Good && !status.bootstraps.is_empty() {
            ui.add_space(space::S);
            for step in &status.steps {
                joining_step(ui, cx, step);
            }
        }
    });
}

/// A step on the way to being reachable: what is not there yet may still come.
fn joining_step(ui: &mut Ui, cx: &mut Cx<'_>, step: &TestStep) {
    let t = cx.tokens();
    let (Some(name), _) = test_keys(&step.name) else { return };
    side_by_side(ui, cx, |ui, cx| {
        let (icon, color) = if step.ok { (icons::CHECK_CIRCLE, t.ok) } else { (icons::CIRCLE_DASHED, t.text_3) };
        glyph(ui, cx, icon, 17.0, color, step.ok);
        label(ui, cx.theme.text(cx.t(name), Type::CAPTION, if step.ok { t.text_2 } else { t.text_3 }));
    });
}

fn test(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("network-test-title"));
    card(ui, cx, |ui, cx| {
        let running = cx.model.view.network_test == Some(None);
        let text = cx.t(if running { "network-test-running" } else { "network-test" });
        let pressed =
            ui.add_enabled_ui(!running, |ui| button(ui, cx, Kind::Secondary, Some(icons::WIFI_HIGH), &text).clicked());
        if pressed.inner {
            cx.actions.push(Action::TestNetwork);
        }
        for step in cx.model.view.network_test.iter().flatten().flatten() {
            test_step(ui, cx, step);
        }
    });
}

fn test_step(ui: &mut Ui, cx: &mut Cx<'_>, step: &TestStep) {
    let t = cx.tokens();
    side_by_side(ui, cx, |ui, cx| {
        let (icon, color) = if step.ok { (icons::CHECK_CIRCLE, t.ok) } else { (icons::X_CIRCLE, t.danger) };
        glyph(ui, cx, icon, 19.0, color, true);
        let (name, _) = test_keys(&step.name);
        let name = name.map_or_else(|| step.name.clone(), |key| cx.t(key));
        label(ui, cx.theme.text(name, Type::BODY.weight(550.0), t.text));
    });
    match test_keys(&step.name) {
        (_, Some(why)) if !step.ok => muted(ui, cx, &cx.t(why)),
        _ => muted(ui, cx, &cx.lang.apart(&step.detail)),
    };
}

/// The keys of a step's name and of what it means when it fails; a newer node may have others.
fn test_keys(step: &str) -> (Option<&'static str>, Option<&'static str>) {
    let (name, why) = match step {
        "listen_udp" => ("test-listen-udp", "test-listen-bad"),
        "listen_tcp" => ("test-listen-tcp", "test-listen-bad"),
        "bootstrap" => ("bootstraps-title", "test-bootstrap-bad"),
        "relay" => ("test-relay", "test-relay-bad"),
        "records" => ("test-records", "test-records-bad"),
        "public_address" => ("test-public", "test-public-bad"),
        "port_mapping" => ("test-mapping", "test-public-bad"),
        "mdns" => ("test-mdns", "test-mdns-bad"),
        _ => return (None, None),
    };
    (Some(name), Some(why))
}

/// Whether the connection costs by volume, and what is saved then.
fn cost(ui: &mut Ui, cx: &mut Cx<'_>, metered: bool) {
    let title = cx.t("metered-title");
    section_title(ui, cx, &title);
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("metered-about"));
        ui.add_space(space::S);
        let choices = [(None, "metered-auto"), (Some(true), "metered-yes"), (Some(false), "metered-no")];
        let texts = choices.map(|(_, key)| cx.t(key));
        let set = cx.model.settings.metered;
        let chosen = choices.iter().position(|(choice, _)| *choice == set).unwrap_or_default();
        if let Some(at) = segmented(ui, cx, &title, &texts, chosen) {
            cx.actions.push(Action::Metered(choices[at].0));
        }
        if set.is_none() {
            muted(ui, cx, &cx.t(if metered { "metered-now" } else { "metered-not-now" }));
        }
    });
}

/// The list of bootstrap nodes, with a place for another.
pub(crate) fn bootstraps(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("bootstraps-title"));
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("bootstraps-about"));
        let nodes = cx.model.network.as_ref().map_or(&[][..], |status| &status.bootstraps);
        for node in nodes {
            bootstrap(ui, cx, node);
        }
        ui.add_space(space::S);
        let (name, hint) = (cx.t("bootstrap-add-label"), cx.t("bootstrap-add-hint"));
        let shown = Field { label: &name, hint: &hint, limit: 4096, code: true, ..Field::default() };
        let (changed, entered) = field(ui, cx, "bootstrap", &cx.model.view.bootstrap_input, shown);
        if let Some(text) = changed {
            cx.actions.push(Action::BootstrapInput(text));
        }
        let can = !cx.model.view.bootstrap_input.trim().is_empty();
        let text = cx.t("bootstrap-add");
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Secondary, Some(icons::PLUS), &text).clicked());
        if pressed.inner || (entered && can) {
            cx.actions.push(Action::AddBootstrap);
        }
    });
}

fn bootstrap(ui: &mut Ui, cx: &mut Cx<'_>, node: &Bootstrap) {
    let (start, end) = ends(cx);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 36.0), end, |ui| {
        if !node.borrowed {
            let name = cx.with("bootstrap-remove", &[("address", Arg::Text(&short(&node.address)))]);
            if icon_button(ui, cx, icons::TRASH, &name, false).clicked() {
                cx.act(Action::RemoveBootstrap(node.address.clone()));
            }
        }
        ui.with_layout(start, |ui| {
            let health = if node.ok { Health::Good } else { Health::Offline };
            let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
            paint_health(ui.painter(), cx.theme, rect.center(), 6.0, health);
            let rtt = node.rtt_ms.map_or_else(String::new, |rtt| format!(" · {rtt} ms"));
            let text = format!("{}{rtt}", short(&node.address));
            let shown = cx.theme.code(text, 12.5, cx.tokens().text_2);
            ui.add(egui::Label::new(shown).truncate()).on_hover_text(&node.address);
        });
    });
    if node.refused {
        muted(ui, cx, &cx.t("bootstrap-refused"));
    }
    if node.borrowed {
        muted(ui, cx, &cx.t("bootstrap-borrowed"));
    }
    if !node.notice.is_empty() {
        let said = cx.with("bootstrap-notice", &[("notice", Arg::Text(&node.notice))]);
        muted(ui, cx, &said);
    }
}

/// The beginning and end of an address or link.
pub(crate) fn short(address: &str) -> String {
    let chars: Vec<char> = address.chars().collect();
    match chars.len() {
        0..=44 => address.to_owned(),
        len => format!("{}…{}", chars[..28].iter().collect::<String>(), chars[len - 12..].iter().collect::<String>()),
    }
}

fn details(ui: &mut Ui, cx: &mut Cx<'_>, status: &NetworkStatus) {
    section_title(ui, cx, &cx.t("network-details"));
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("network-addresses"));
        if status.addresses.is_empty() {
            label(ui, cx.theme.code("–", 12.5, cx.tokens().text_2));
        }
        for address in &status.addresses {
            selectable(ui, cx.theme.code(address, 12.5, cx.tokens().text));
        }
        if !status.mapped.is_empty() {
            muted(ui, cx, &cx.t("network-mapped"));
            for address in &status.mapped {
                selectable(ui, cx.theme.code(address, 12.5, cx.tokens().text));
            }
        }
        if !status.relays.is_empty() {
            muted(ui, cx, &cx.t("network-relays"));
            for relay in &status.relays {
                selectable(ui, cx.theme.code(short(relay), 12.5, cx.tokens().text));
            }
        }
        let (received, sent) = (bytes(status.traffic.bytes_in), bytes(status.traffic.bytes_out));
        muted(ui, cx, &cx.with("network-traffic", &[("in", Arg::Text(&received)), ("out", Arg::Text(&sent))]));
        let nat = match status.nat.as_str() {
            "public" => cx.t("nat-public"),
            "mapped" => cx.t("nat-mapped"),
            "symmetric" => cx.t("nat-symmetric"),
            "unknown" => cx.t("nat-unknown"),
            other => other.to_owned(),
        };
        muted(ui, cx, &cx.with("network-nat", &[("nat", Arg::Text(&nat))]));
        if button(ui, cx, Kind::Quiet, Some(icons::CLIPBOARD_TEXT), &cx.t("network-copy")).clicked() {
            cx.actions.push(Action::Copy(diagnostics(status), Copied::Text));
        }
    });
}

/// What helps others to help, without an address in it.
fn diagnostics(status: &NetworkStatus) -> String {
    let good = status.bootstraps.iter().filter(|node| node.ok).count();
    let steps: Vec<_> = status.steps.iter().map(|step| format!("{}: {}", step.name, step.ok)).collect();
    format!(
        "Kith {}\nstate: {:?}\nlogin page: {}\nnat: {}\naddresses: {}\nmapped: {}\npeers: {}\nbootstraps: {good} of {}\nrelays: {}\nbytes in: {}\nbytes out: {}\nsteps: {}\n",
        env!("CARGO_PKG_VERSION"),
        status.state,
        status.portal,
        status.nat,
        status.addresses.len(),
        status.mapped.len(),
        status.peers,
        status.bootstraps.len(),
        status.relays.len(),
        status.traffic.bytes_in,
        status.traffic.bytes_out,
        steps.join(", "),
    )
}

/// In the unit people read best.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::network;

    #[test]
    fn diagnostics_name_no_address() {
        let text = diagnostics(&network());
        assert!(text.contains("addresses: 1") && !text.contains("192.0.2"), "{text}");
    }

    #[test]
    fn bytes_have_units() {
        let cases = [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_540_000, "1.5 MB")];
        for (count, expected) in cases {
            assert_eq!(bytes(count), expected);
        }
    }
}
