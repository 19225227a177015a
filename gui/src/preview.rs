//! Any screen by itself, from a model made by hand: for pictures and for tests that need no node.

use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Lang,
    model::Model,
    theme::Theme,
    update::{Effect, update},
    views::{self, Screens},
};

/// A window without a node. What a person does changes the model; what would be asked of the node is kept.
pub struct Preview {
    /// What is shown.
    pub model: Model,
    /// How.
    pub theme: Theme,
    /// In which language.
    pub lang: Lang,
    /// What the node and the desktop would have been asked.
    pub asked: Vec<Effect>,
    screens: Screens,
    dressed: bool,
}

impl Preview {
    /// Shows `model`.
    #[must_use]
    pub fn new(model: Model, theme: Theme, lang: Lang) -> Self {
        Self { model, theme, lang, asked: Vec::new(), screens: Screens::default(), dressed: false }
    }

    /// Does something as if a person or the node had done it.
    pub fn act(&mut self, action: Action) {
        let effects = update(&mut self.model, action);
        self.asked.extend(effects);
    }

    /// Draws a frame.
    pub fn show(&mut self, ui: &mut Ui) {
        if !std::mem::replace(&mut self.dressed, true) {
            Theme::install_fonts(ui.ctx());
            self.theme.apply(ui.ctx());
            // Fonts are there from the next frame on.
            ui.ctx().request_discard("fonts");
            return;
        }
        let mut cx = Cx::new(&self.model, &self.theme, &self.lang);
        let ground = ui.max_rect();
        ui.painter().rect_filled(ground, 0.0, self.theme.tokens.bg_app);
        views::window(ui, &mut cx, &mut self.screens);
        let actions = std::mem::take(&mut cx.actions);
        for action in actions {
            self.act(action);
            ui.ctx().request_repaint();
        }
    }
}
