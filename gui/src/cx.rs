//! What a view may see and do while it paints.

use crate::{
    action::Action,
    i18n::{Arg, Lang},
    model::Model,
    theme::{Theme, Tokens},
};

/// Handed to every view: the model to read, the theme to paint with, and a list of what the person did.
pub(crate) struct Cx<'a> {
    pub(crate) model: &'a Model,
    pub(crate) theme: &'a Theme,
    pub(crate) lang: &'a Lang,
    /// Where the keyboard goes in this frame.
    pub(crate) focus: Option<crate::update::Target>,
    pub(crate) actions: Vec<Action>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(model: &'a Model, theme: &'a Theme, lang: &'a Lang) -> Self {
        Self { model, theme, lang, focus: None, actions: Vec::new() }
    }

    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    pub(crate) fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    pub(crate) fn with(&self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        self.lang.with(key, args)
    }

    pub(crate) fn tokens(&self) -> &'a Tokens {
        &self.theme.tokens
    }

    /// Whether the keyboard was sent here; true once.
    pub(crate) fn take_focus(&mut self, target: crate::update::Target) -> bool {
        let here = self.focus == Some(target);
        if here {
            self.focus = None;
        }
        here
    }
}
