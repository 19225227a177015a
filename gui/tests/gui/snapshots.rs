//! A few pictures that must not change by accident. `UPDATE_SNAPSHOTS=1` makes them again; look at them then.
//!
//! Only bundled fonts: what the machine has must not show. Drawn by lavapipe; the limits are those rerun uses.

use egui_kittest::{Harness, SnapshotOptions};
use kith_gui::{
    i18n::{Code, Lang},
    model::{Model, Onboarding, Stage},
    preview::Preview,
    theme::{Mode, Theme},
};

use crate::sample;

fn same(name: &str, model: Model, mode: Mode) {
    let lang = Lang::new(Code::En, Some(true)).in_utc();
    let mut preview = Preview::new(model, Theme::new(mode), lang);
    let mut window = Harness::builder()
        .with_size([420.0, 520.0])
        .with_step_dt(1.0 / 4.0)
        .allow_missing_glyphs()
        .wgpu()
        .build_ui(move |ui| preview.show(ui));
    window.run_steps(6);
    let options = SnapshotOptions::new().threshold(1.0).max_failed_pixels(10);
    window.snapshot_options(name, &options);
}

#[test]
fn snapshot_of_a_conversation() {
    same("conversation", sample::talking(), Mode::Light);
}

#[test]
fn snapshot_of_the_list() {
    same("list", sample::model(), Mode::Dark);
}

#[test]
fn snapshot_of_the_first_page() {
    let mut model = Model::of("profile".into());
    model.stage = Stage::Onboarding(Onboarding::default());
    same("welcome", model, Mode::HighContrast);
}
