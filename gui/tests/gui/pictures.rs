//! Every screen, drawn: nothing panics, no character is missing, nothing is blank. With `KITH_PICTURES=FOLDER` the
//! pictures are kept, for looking at.

use std::{path::PathBuf, sync::Arc};

use egui_kittest::{Harness, kittest::Queryable as _};
use kith_gui::{
    i18n::{Code, Lang},
    model::{
        AddContact, AddTab, Aim, EmojiFor, Failed, Filter, Later, Model, NewBackup, NewPassword, NewPoll, NewSticker,
        Onboarding, Palette, PhraseCheck, PictureFrom, Preview as Link, ProfileEdit, Restoring, Route, Section, Sheet,
        Span, Stage, Step, Unlock, Wiping, Words,
    },
    preview::Preview,
    theme::{Mode, Theme},
};
use kith_node::{
    ProfileState,
    params::{EditedText, ServeReply},
    views::{
        BackupMade, Backups, NotifyContent, NotifyRule, Presence, PublicAddress, QuietHours, Recovery, RecoveryState,
        Via,
    },
};

use crate::{sample, stickers};

pub(crate) const WIDE: [f32; 2] = [1180.0, 760.0];
pub(crate) const NARROW: [f32; 2] = [420.0, 760.0];

fn folder() -> Option<PathBuf> {
    std::env::var_os("KITH_PICTURES").map(PathBuf::from)
}

/// Draws a screen and keeps it under a name.
pub(crate) fn draw(name: &str, model: Model, mode: Mode, code: Code, size: [f32; 2]) {
    draw_after(name, model, mode, code, size, |_| {});
}

/// The same after somebody did something.
pub(crate) fn draw_after(
    name: &str,
    model: Model,
    mode: Mode,
    code: Code,
    size: [f32; 2],
    act: impl FnOnce(&mut Harness<'_>),
) {
    let lang = Lang::new(code, Some(true)).in_utc();
    let mut preview = Preview::new(model, Theme::new(mode), lang);
    let mut window = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 4.0)
        .allow_missing_glyphs()
        .wgpu()
        .build_ui(move |ui| preview.show(ui));
    // Other scripts come from the system, as in the real window.
    window.ctx.add_font_provider(Arc::new(egui_system_font_provider::SystemFontProvider::new()));
    window.run_steps(6);
    act(&mut window);
    window.run_steps(3);
    let picture = window.render().expect("a picture");
    let first = *picture.get_pixel(0, 0);
    let other = picture.pixels().filter(|pixel| **pixel != first).count();
    assert!(other > 2_000, "{name} is blank");
    if let Some(folder) = folder() {
        std::fs::create_dir_all(&folder).unwrap();
        picture.save(folder.join(format!("{name}.png"))).unwrap();
    }
}

/// Puts the pointer on what has this in its name.
fn hover(window: &mut Harness<'_>, part: &str) {
    let at = window.get_all_by_label_contains(part).last().expect("it").rect().center();
    window.hover_at(at);
}

pub(crate) fn modes() -> [(&'static str, Mode); 3] {
    [("dark", Mode::Dark), ("light", Mode::Light), ("contrast", Mode::HighContrast)]
}

pub(crate) fn with(change: impl FnOnce(&mut Model)) -> Model {
    let mut model = sample::model();
    change(&mut model);
    model
}

pub(crate) fn add(tab: AddTab) -> AddContact {
    AddContact {
        tab,
        link: Some(format!("kith:i/1/{}", "abcdefgh234567ijk".repeat(10))),
        single_use: true,
        input: format!("kith:i/1/{}", "xyz234567".repeat(18)),
        preview: Link::Person {
            account: sample::account(20),
            link: String::new(),
            name: "Robin Fell".into(),
            known: false,
            mine: false,
            works: false,
        },
        ..AddContact::default()
    }
}

#[test]
fn conversation() {
    for (name, mode) in modes() {
        draw(&format!("conversation-{name}"), sample::talking(), mode, Code::En, WIDE);
    }
    draw("conversation-narrow", sample::talking(), Mode::Dark, Code::En, NARROW);
    let mut info = sample::talking();
    info.view.info = true;
    let mut chosen = sample::talking();
    chosen.view.selected = [8, 9].map(sample::message_id).into();
    draw("conversation-chosen", chosen, Mode::Light, Code::En, WIDE);
    draw("conversation-info", info, Mode::Light, Code::En, WIDE);
}

#[test]
fn missing_messages() {
    draw("missing-light", sample::missing(), Mode::Light, Code::En, WIDE);
    draw("missing-narrow", sample::missing(), Mode::Dark, Code::En, NARROW);
}

#[test]
fn changed_messages() {
    for (name, mode) in modes() {
        draw(&format!("changed-{name}"), sample::changed(), mode, Code::En, WIDE);
    }
    draw("changed-narrow", sample::changed(), Mode::Dark, Code::En, NARROW);
    draw("changed-narrow-light", sample::changed(), Mode::Light, Code::En, NARROW);
    draw("changed-ar", sample::changed_arabic(), Mode::Light, Code::Ar, WIDE);
    draw("changed-ar-dark", sample::changed_arabic(), Mode::Dark, Code::Ar, NARROW);
    draw_after("message-toolbar", sample::changed(), Mode::Light, Code::En, WIDE, |window| {
        hover(window, "So six?");
    });
    draw_after("message-menu", sample::changed(), Mode::Dark, Code::En, WIDE, |window| {
        hover(window, "See you at the");
        window.step();
        window.get_all_by_label_contains("See you at the").last().expect("it").click_secondary();
    });
    for (name, typed) in [("completion-emoji", " :cat"), ("completion-people", " **and** `code` @m")] {
        draw_after(name, sample::talking(), Mode::Light, Code::En, NARROW, |window| {
            window.get_by_label("Message").click();
            window.run_steps(2);
            window.event(egui::Event::Text(typed.to_owned()));
        });
    }
    let mut editing = sample::changed();
    editing.talk_mut(sample::chat_id(1)).aim =
        Some(Aim::Edit { message: sample::message_id(11), draft: String::new() });
    draw("changed-editing", editing, Mode::Light, Code::En, WIDE);
    let sheet = |sheet, name: &str, mode, code, size| {
        let mut model = sample::changed();
        model.view.sheet = Some(sheet);
        draw(name, model, mode, code, size);
    };
    let message = sample::message_id(11);
    sheet(Sheet::DeleteMessage(message), "message-delete", Mode::Light, Code::En, WIDE);
    sheet(Sheet::DeleteMessage(message), "message-delete-de", Mode::Dark, Code::De, NARROW);
    let to = [sample::chat_id(2)].into();
    sheet(Sheet::Forward { message, to }, "message-forward", Mode::Dark, Code::En, WIDE);
    let edit = |text: &str, ago: u64| EditedText { text: text.into(), at: sample::NOW - ago * 60_000 };
    let edits = Some(vec![edit("Long one.", 62), edit("Long one: the third movement needs another pass.", 61)]);
    sheet(Sheet::Edits { message, edits }, "message-edits", Mode::Light, Code::En, WIDE);
    sheet(Sheet::Emoji(EmojiFor::Reaction(message)), "message-emoji", Mode::Dark, Code::En, WIDE);
    sheet(Sheet::Emoji(EmojiFor::Reaction(message)), "message-emoji-narrow", Mode::Light, Code::En, NARROW);
}

#[test]
fn disappearing_messages() {
    for (name, mode) in modes() {
        draw(&format!("expiring-{name}"), sample::expiring(), mode, Code::En, WIDE);
    }
    draw("expiring-narrow", sample::expiring(), Mode::Dark, Code::De, NARROW);
    draw("expiring-narrow-light", sample::expiring(), Mode::Light, Code::Ar, NARROW);
    let mut info = sample::expiring();
    info.view.info = true;
    draw("expiring-info", info, Mode::Light, Code::En, WIDE);
    let sheet = |mode, code, size, name: &str| {
        let mut model = sample::expiring();
        model.view.sheet = Some(Sheet::Expiry { chat: sample::chat_id(1), amount: "36".into(), unit: Span::Hours });
        draw(name, model, mode, code, size);
    };
    sheet(Mode::Dark, Code::En, WIDE, "expiring-sheet");
    sheet(Mode::Light, Code::Fr, NARROW, "expiring-sheet-narrow");
}

#[test]
fn messages_written_ahead() {
    draw("planned", sample::planned(), Mode::Dark, Code::En, WIDE);
    draw("planned-narrow", sample::planned(), Mode::Light, Code::De, NARROW);
    let chat = sample::chat_id(1);
    let sheet = |sheet, name: &str, mode, code, size| {
        let mut model = sample::planned();
        model.view.sheet = Some(sheet);
        draw(name, model, mode, code, size);
    };
    let rows = || Sheet::Scheduled { chat, rows: Some(sample::scheduled()) };
    sheet(rows(), "planned-list", Mode::Light, Code::En, WIDE);
    sheet(rows(), "planned-list-narrow", Mode::Dark, Code::Fr, NARROW);
    sheet(Sheet::Scheduled { chat, rows: Some(vec![]) }, "planned-list-empty", Mode::Dark, Code::En, WIDE);
    let later = Later { chat, change: None, date: None, time: None, at: None };
    sheet(Sheet::Later(later.clone()), "planned-sheet", Mode::Dark, Code::En, WIDE);
    let change = Some((sample::message_id(1), "Do not forget the long cable.".into()));
    let wrong = Later { change, date: Some("tomorrow".into()), ..later };
    sheet(Sheet::Later(wrong), "planned-sheet-narrow", Mode::Light, Code::Ar, NARROW);
}

#[test]
fn stickers() {
    for (name, mode) in modes() {
        draw(&format!("stickers-{name}"), stickers::model(), mode, Code::En, WIDE);
    }
    draw("stickers-narrow", stickers::model(), Mode::Light, Code::De, NARROW);
    draw("stickers-ar", stickers::model(), Mode::Dark, Code::Ar, NARROW);
    let sheet = |sheet, name: &str, mode, code, size| {
        let mut model = stickers::model();
        model.view.sheet = Some(sheet);
        draw(name, model, mode, code, size);
    };
    let chat = sample::chat_id(1);
    sheet(Sheet::Emoji(EmojiFor::Draft(chat)), "stickers-emoji", Mode::Dark, Code::En, WIDE);
    sheet(Sheet::Emoji(EmojiFor::Sticker(chat)), "stickers-choose", Mode::Light, Code::En, WIDE);
    sheet(Sheet::Emoji(EmojiFor::Sticker(chat)), "stickers-choose-narrow", Mode::HighContrast, Code::Fr, NARROW);
    let from = model_picture();
    let new = NewSticker { name: "orange".into(), from: Some(from), busy: false };
    sheet(Sheet::Stickers(new.clone()), "stickers-own", Mode::Dark, Code::En, WIDE);
    let wrong = NewSticker { name: "two words".into(), ..new };
    sheet(Sheet::Stickers(wrong), "stickers-own-narrow", Mode::Light, Code::Es, NARROW);
    let mut none = stickers::model();
    none.stickers.clear();
    none.view.sheet = Some(Sheet::Emoji(EmojiFor::Sticker(chat)));
    draw("stickers-none", none, Mode::Light, Code::En, NARROW);
    draw_after("stickers-menu", stickers::model(), Mode::Dark, Code::En, WIDE, |window| {
        window.get_all_by_label_contains(": Sticker :orange:").last().expect("it").click_secondary();
    });
}

/// The picture that Mara's is made of.
fn model_picture() -> PictureFrom {
    let model = stickers::model();
    let shown = model.talks.values().flat_map(|talk| &talk.messages).filter_map(|message| message.sticker.as_ref());
    let orange = shown.into_iter().find(|shown| shown.name == "orange").expect("hers");
    PictureFrom::Message(orange.picture)
}

#[test]
fn link_previews() {
    for (name, mode) in modes() {
        draw(&format!("link-preview-{name}"), sample::previews(true), mode, Code::En, [1180.0, 1100.0]);
    }
    draw("link-preview-narrow", sample::previews(false), Mode::Light, Code::De, [420.0, 1100.0]);
    draw("link-preview-ar", sample::previews(true), Mode::Dark, Code::Ar, [420.0, 1100.0]);
    let privacy = Route::Settings(Section::Privacy);
    let switch = |mode| with(|model| (model.view.route, model.settings.previews) = (privacy, mode == Mode::Light));
    draw("link-preview-switch-light", switch(Mode::Light), Mode::Light, Code::En, [1180.0, 1000.0]);
    draw("link-preview-switch-narrow", switch(Mode::Dark), Mode::Dark, Code::De, [420.0, 1300.0]);
}

#[test]
fn polls() {
    for (name, mode) in modes() {
        draw(&format!("poll-{name}"), sample::polls(), mode, Code::En, WIDE);
    }
    draw("poll-narrow", sample::polls(), Mode::Light, Code::De, NARROW);
    draw("poll-ar", sample::polls(), Mode::Dark, Code::Ar, NARROW);
    let mut model = sample::polls();
    let options = ["The first", "The second", ""].map(str::to_owned).into();
    let question = "Which takes do we send?".into();
    let chat = sample::chat_id(1);
    model.view.sheet = Some(Sheet::Poll(NewPoll { chat, question, options, multiple: true, closes_s: Some(3600) }));
    draw("poll-sheet", model, Mode::Dark, Code::En, WIDE);
    let mut model = sample::polls();
    model.view.sheet = Some(Sheet::Poll(NewPoll::new(chat)));
    draw("poll-sheet-narrow", model, Mode::Light, Code::Fr, NARROW);
}

#[test]
fn notifications() {
    let page = |model: &mut Model| {
        model.view.route = Route::Settings(Section::Notifications);
        model.settings.notify_content = NotifyContent::Name;
        model.settings.quiet =
            QuietHours { on: true, days: [true, true, true, true, false, false, true], ..Default::default() };
        if let Some(me) = &mut model.me {
            me.quiet_until = Some(sample::NOW + 60_000);
        }
    };
    for (name, mode) in modes() {
        draw(&format!("notifications-{name}"), with(page), mode, Code::En, WIDE);
    }
    draw("notifications-narrow", with(page), Mode::Light, Code::De, NARROW);
    draw("notifications-narrow-dark", with(page), Mode::Dark, Code::Fr, NARROW);
    draw("notifications-ar", with(page), Mode::Dark, Code::Ar, WIDE);
    let contact = |muted_until, notify| {
        with(move |model| {
            model.view.route = Route::Contacts { open: Some(sample::account(1)) };
            model.view.safety = None;
            let chat = model.chats.get_mut(&sample::chat_id(1)).expect("Mara's");
            (chat.muted_until, chat.notify) = (muted_until, notify);
        })
    };
    draw("contact-rule", contact(None, NotifyRule::Mentions), Mode::Dark, Code::En, WIDE);
    draw("contact-rule-light", contact(None, NotifyRule::All), Mode::Light, Code::Es, NARROW);
    let tomorrow = sample::NOW + 22 * 3_600_000;
    draw("contact-muted", contact(Some(tomorrow), NotifyRule::All), Mode::Light, Code::En, WIDE);
    draw("contact-muted-ar", contact(Some(u64::MAX), NotifyRule::Nothing), Mode::Dark, Code::Ar, NARROW);
    draw_after("list-mute", sample::model(), Mode::Light, Code::En, WIDE, |window| {
        window.get_all_by_label_contains("Chat with Jun").last().expect("it").click_secondary();
    });
    draw_after("search-kinds", sample::found(), Mode::Dark, Code::En, WIDE, |window| {
        window.get_by_label("What").click();
    });
}

#[test]
fn introductions() {
    for (name, mode) in modes() {
        draw(&format!("introduction-{name}"), sample::introductions(), mode, Code::En, WIDE);
    }
    draw("introduction-narrow", sample::introductions(), Mode::Light, Code::De, NARROW);
    draw("introduction-ar", sample::introductions(), Mode::Dark, Code::Ar, NARROW);
    let mut model = sample::introductions();
    model.view.sheet = Some(Sheet::Introduce { to: sample::account(1), about: Some(sample::account(2)) });
    draw("introduction-sheet", model, Mode::Dark, Code::En, WIDE);
}

#[test]
fn writing() {
    let writing = |model: Model| {
        let mut model = model;
        model.typing =
            [(sample::chat_id(1), [sample::account(1)].into()), (sample::chat_id(2), [sample::account(2)].into())]
                .into();
        model.view.focused = true;
        model
    };
    for (name, mode) in modes() {
        draw(&format!("writing-{name}"), writing(sample::talking()), mode, Code::En, WIDE);
    }
    draw("writing-narrow", writing(sample::talking()), Mode::Light, Code::En, NARROW);
    draw("writing-list-narrow", writing(sample::model()), Mode::Dark, Code::De, NARROW);
    draw("writing-ar", writing(sample::talking()), Mode::Light, Code::Ar, WIDE);
}

#[test]
fn lists() {
    for (name, mode) in modes() {
        draw(&format!("list-{name}"), sample::model(), mode, Code::En, WIDE);
    }
    let mut placed = sample::model();
    for (n, chat) in placed.chats.values_mut().enumerate() {
        (chat.pinned, chat.archived) = (n == 2, n == 4);
        chat.muted_until = (n == 1).then_some(u64::MAX);
    }
    draw("list-placed", placed, Mode::Dark, Code::En, WIDE);
    for (name, mode, size) in [("search-dark", Mode::Dark, WIDE), ("search-narrow", Mode::Light, NARROW)] {
        let mut found = sample::found();
        if size == NARROW {
            found.view.route = Route::Chats { open: None };
        }
        draw(name, found, mode, Code::En, size);
    }
    draw_after("search-people", sample::found(), Mode::Light, Code::De, WIDE, |window| {
        window.get_by_label("Geschrieben von").click();
    });
    draw("list-narrow", sample::model(), Mode::Light, Code::En, NARROW);
    let mut empty = sample::model();
    (empty.chats, empty.contacts) = Default::default();
    draw("list-empty", empty, Mode::Dark, Code::En, WIDE);
    let open = Route::Contacts { open: Some(sample::account(1)) };
    draw("contact-dark", with(|model| model.view.route = open), Mode::Dark, Code::En, WIDE);
    draw("contact-light", with(|model| model.view.route = open), Mode::Light, Code::En, WIDE);
    let relayed = Route::Contacts { open: Some(sample::account(2)) };
    draw("contact-relayed", with(|model| model.view.route = relayed), Mode::Dark, Code::En, [1180.0, 1300.0]);
    draw("contact-relayed-narrow", with(|model| model.view.route = relayed), Mode::Light, Code::De, [420.0, 1300.0]);
    draw("network-whole", with(|model| model.view.route = Route::Network), Mode::Light, Code::En, [1180.0, 1300.0]);
    let asks = Route::Contacts { open: Some(sample::account(8)) };
    draw("request", with(|model| model.view.route = asks), Mode::Dark, Code::En, WIDE);
}

#[test]
fn presence() {
    let sheet = |presence| {
        with(|model| {
            let me = model.me.as_mut().unwrap();
            me.presence = presence;
            model.view.sheet = Some(Sheet::Profile(ProfileEdit::of(me)));
        })
    };
    draw("presence-dark", sheet(Presence::Online), Mode::Dark, Code::En, WIDE);
    draw("presence-light", sheet(Presence::Invisible), Mode::Light, Code::En, WIDE);
    draw("presence-narrow", sheet(Presence::Invisible), Mode::Light, Code::De, NARROW);
    draw("presence-ar", sheet(Presence::Dnd), Mode::Dark, Code::Ar, WIDE);
    let open = |n| Route::Contacts { open: Some(sample::account(n)) };
    draw("sharing-light", with(|model| model.view.route = open(2)), Mode::Light, Code::En, [1180.0, 1300.0]);
    draw("sharing-narrow", with(|model| model.view.route = open(4)), Mode::Dark, Code::De, [420.0, 1500.0]);
    let privacy = Route::Settings(Section::Privacy);
    draw("privacy-light", with(|model| model.view.route = privacy), Mode::Light, Code::En, WIDE);
    draw("privacy-narrow", with(|model| model.view.route = privacy), Mode::Dark, Code::De, NARROW);
}

#[test]
fn first_steps() {
    let onboarding = |step, name: &str| {
        let mut model = Model::of("profile".into());
        model.stage = Stage::Onboarding(Onboarding { step, name: name.into(), ..Onboarding::default() });
        model
    };
    for (name, mode) in modes() {
        draw(&format!("welcome-{name}"), onboarding(Step::Welcome, ""), mode, Code::En, WIDE);
    }
    draw("you", onboarding(Step::You, "Ada"), Mode::Light, Code::En, NARROW);
    draw("ready", with(|model| model.view.welcome = Some(add(AddTab::Show))), Mode::Light, Code::En, WIDE);
    let mut locked = Model::of("profile".into());
    locked.stage = Stage::Unlock(Unlock { wrong: 2, ..Unlock::default() });
    draw("unlock", locked, Mode::Dark, Code::En, NARROW);
}

#[test]
fn words_on_paper() {
    let asked = |wrong| {
        with(|model| {
            model.view.route = Route::Settings(Section::Account);
            let words = Some(vec!["zebra".to_owned(); 24]);
            let check = Some(PhraseCheck { places: [7, 19], typed: Default::default(), wrong });
            model.view.sheet = Some(Sheet::Phrase { words, password: Default::default(), wrong: false, check });
        })
    };
    draw("phrase-check-light", asked(false), Mode::Light, Code::En, WIDE);
    draw("phrase-check-ar", asked(true), Mode::Dark, Code::Ar, NARROW);
}

#[test]
fn backups_that_make_themselves() {
    let storage = |sheet: Option<NewBackup>, error: Option<&str>| {
        let last = BackupMade { path: "x".into(), at: sample::NOW - 3_600_000, bytes: 3_400_000 };
        let folder = sheet.is_none().then(|| "/media/disk/Kith".to_owned());
        let error = error.map(str::to_owned);
        let backups = Backups { folder, every_s: 86_400, keep: 3, last: Some(last), error, next_at: None };
        with(|model| {
            model.lock = Some(ProfileState::Password);
            model.view.route = Route::Settings(Section::Storage);
            model.view.sheet = sheet.map(Sheet::Backup);
            model.backups = Some(backups);
        })
    };
    let asked = NewBackup { rolling: true, path: "/media/disk/Kith".into(), ..NewBackup::default() };
    draw("backup-auto-light", storage(Some(asked.clone()), None), Mode::Light, Code::En, WIDE);
    draw("backup-auto-ar", storage(Some(asked), None), Mode::Dark, Code::Ar, NARROW);
    draw("storage-light", storage(None, None), Mode::Light, Code::En, WIDE);
    draw("storage-dark", storage(None, Some("there is no such folder")), Mode::Dark, Code::De, NARROW);
}

#[test]
fn backups() {
    let restoring = |restoring: Restoring, busy, error: Option<&str>| {
        let mut model = Model::of("profile".into());
        let error = error.map(str::to_owned);
        model.stage =
            Stage::Onboarding(Onboarding { step: Step::Restore, restoring, busy, error, ..Onboarding::default() });
        model.backup = busy.then_some((6_200, 10_000));
        model
    };
    let file = "/media/usb/kith-ada.kithbak";
    let by_password = Restoring { file: file.into(), secret: "secret".to_owned().into(), ..Restoring::default() };
    let words = "abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve \
                 acid acoustic acquire across act action actor actress actual";
    let by_words = Restoring { by_words: true, secret: words.to_owned().into(), ..by_password.clone() };
    let alone = Restoring { words_only: true, name: "Ada".into(), ..by_words.clone() };
    for (name, mode) in modes() {
        draw(&format!("restore-{name}"), restoring(by_password.clone(), false, None), mode, Code::En, WIDE);
        draw(&format!("restore-words-{name}"), restoring(alone.clone(), false, None), mode, Code::En, NARROW);
    }
    let wrong = Some("the password does not open this backup");
    draw("restore-wrong", restoring(by_words, false, wrong), Mode::Dark, Code::En, NARROW);
    draw("restore-busy", restoring(by_password, true, None), Mode::Light, Code::De, NARROW);
    draw("restore-ar", restoring(alone, false, None), Mode::Dark, Code::Ar, WIDE);
    let sheet = |sheet: NewBackup, progress| {
        with(|model| {
            model.lock = Some(ProfileState::Password);
            model.backup = progress;
            model.view.route = Route::Settings(Section::Storage);
            model.view.sheet = Some(Sheet::Backup(sheet));
        })
    };
    let asked = NewBackup { path: file.into(), ..NewBackup::default() };
    let by_password = NewBackup { by_password: true, wrong: true, ..asked.clone() };
    let refused = NewBackup { error: Some("error-storage-full".into()), ..asked.clone() };
    let busy = NewBackup { busy: true, ..asked.clone() };
    draw("backup-light", sheet(asked, None), Mode::Light, Code::En, WIDE);
    draw("backup-dark", sheet(by_password.clone(), None), Mode::Dark, Code::En, WIDE);
    draw("backup-narrow", sheet(by_password, None), Mode::Light, Code::De, NARROW);
    draw("backup-refused", sheet(refused, None), Mode::Dark, Code::En, NARROW);
    draw("backup-busy", sheet(busy.clone(), Some((6_200, 10_000))), Mode::Dark, Code::En, WIDE);
    draw("backup-busy-ar", sheet(busy, Some((6_200, 10_000))), Mode::Light, Code::Ar, NARROW);
    let returning = |state, confirmed| {
        let recovery = Some(Recovery { state, untold: 3, confirmed });
        with(|model| model.me.as_mut().unwrap().recovery = recovery)
    };
    draw("returning", returning(RecoveryState::Telling, false), Mode::Dark, Code::En, WIDE);
    draw("returning-narrow", returning(RecoveryState::Asking, true), Mode::Light, Code::En, NARROW);
    let wipe = |typed: &str| {
        with(|model| {
            model.view.route = Route::Settings(Section::Storage);
            model.view.sheet = Some(Sheet::Wipe(Wiping { typed: typed.into(), ..Wiping::default() }));
        })
    };
    draw("wipe-dark", wipe("delete"), Mode::Dark, Code::En, WIDE);
    draw("wipe-narrow", wipe(""), Mode::Light, Code::Ar, NARROW);
    let mut locked = Model::of("profile".into());
    locked.stage = Stage::Unlock(Unlock::default());
    locked.view.sheet = Some(Sheet::Wipe(Wiping { typed: "del".into(), ..Wiping::default() }));
    draw("wipe-locked", locked, Mode::Light, Code::En, NARROW);
    draw(
        "wipe-busy",
        with(|model| {
            model.view.sheet = Some(Sheet::Wipe(Wiping { typed: "delete".into(), busy: true, error: None }));
        }),
        Mode::Dark,
        Code::En,
        NARROW,
    );
    draw("returning-alone", returning(RecoveryState::Alone, true), Mode::Light, Code::En, WIDE);
}

#[test]
fn profiles_that_do_not_open() {
    let failed = |reason: &str, lasting, wiping: Option<Wiping>| {
        let mut model = Model::of("profile".into());
        model.stage = Stage::Failed(Failed { reason: reason.into(), lasting, busy: false });
        model.view.sheet = wiping.map(Sheet::Wipe);
        model
    };
    let keyring = "the key of this profile is in the keyring of the desktop session, which does not give it: no such \
                   entry. Start it in that session, with the keyring unlocked";
    draw("failed-dark", failed(keyring, true, None), Mode::Dark, Code::En, WIDE);
    draw("failed-narrow", failed("the database is damaged", true, None), Mode::Light, Code::De, NARROW);
    draw("failed-ar", failed("the database is damaged", true, None), Mode::Dark, Code::Ar, NARROW);
    draw("failed-ended", failed("error-ended", false, None), Mode::Light, Code::En, WIDE);
    let error = Some("kith: the profile is already open in another process (4711)".to_owned());
    let wiping = Wiping { typed: "delete".into(), busy: false, error };
    draw("failed-wipe", failed("the database is damaged", true, Some(wiping)), Mode::Light, Code::En, WIDE);
    let mut instead = Model::of("profile".into());
    let restoring = Restoring { replaces: true, ..Restoring::default() };
    let instead_of = Some(Failed { lasting: true, ..Failed::default() });
    instead.stage =
        Stage::Onboarding(Onboarding { step: Step::Restore, restoring, instead_of, ..Onboarding::default() });
    draw("restore-instead", instead, Mode::Dark, Code::En, NARROW);
}

#[test]
fn sheets_and_pages() {
    let sheet = |sheet| with(|model| model.view.sheet = Some(sheet));
    draw("add-show", sheet(Sheet::AddContact(add(AddTab::Show))), Mode::Light, Code::En, WIDE);
    let spoken = || {
        let words = ["zebra", "orbit", "candy", "velvet", "mountain", "index"].map(str::to_owned).to_vec();
        let words = Some(Words { words, until: sample::NOW + 600_000 });
        sheet(Sheet::AddContact(AddContact { speaking: true, words, ..add(AddTab::Show) }))
    };
    draw("add-spoken", spoken(), Mode::Light, Code::En, WIDE);
    draw("add-spoken-narrow", spoken(), Mode::Dark, Code::Ar, NARROW);
    let typed = AddContact {
        input: "zebra orbit candi velvet mountain index".into(),
        preview: Link::WrongWord(3),
        ..add(AddTab::Enter)
    };
    draw("add-wrong-word", sheet(Sheet::AddContact(typed)), Mode::Dark, Code::En, WIDE);
    draw("add-enter", sheet(Sheet::AddContact(add(AddTab::Enter))), Mode::Dark, Code::En, WIDE);
    draw("add-narrow", sheet(Sheet::AddContact(add(AddTab::Enter))), Mode::Dark, Code::En, NARROW);
    draw("remove", sheet(Sheet::Remove(sample::account(1))), Mode::Light, Code::En, WIDE);
    let words = "abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve \
                 acid acoustic acquire across act action actor actress actual";
    let words = words.split(' ').map(str::to_owned).collect();
    draw(
        "phrase",
        sheet(Sheet::Phrase { words: Some(words), password: Default::default(), wrong: false, check: None }),
        Mode::Dark,
        Code::En,
        WIDE,
    );
    draw("closing", sheet(Sheet::Closing), Mode::Light, Code::En, WIDE);
    let changing = with(|model| {
        model.lock = Some(ProfileState::Password);
        model.view.route = Route::Settings(Section::Account);
        model.view.sheet = Some(Sheet::Password(NewPassword { wrong: true, ..NewPassword::default() }));
    });
    draw("password", changing, Mode::Dark, Code::En, WIDE);
    draw("palette", with(|model| model.view.palette = Some(Palette::default())), Mode::Dark, Code::En, WIDE);
    draw("network-dark", with(|model| model.view.route = Route::Network), Mode::Dark, Code::En, WIDE);
    draw("network-narrow", with(|model| model.view.route = Route::Network), Mode::Light, Code::En, NARROW);
    let joining = |model: &mut Model| (model.view.route, model.network) = (Route::Network, Some(sample::joining()));
    draw("network-joining-dark", with(joining), Mode::Dark, Code::En, [1180.0, 1300.0]);
    draw("network-joining-narrow", with(joining), Mode::Light, Code::De, [420.0, 1300.0]);
    for section in Section::ALL {
        let name = format!("settings-{section:?}").to_lowercase();
        let mode = if section == Section::Appearance { Mode::Light } else { Mode::Dark };
        draw(&name, with(|model| model.view.route = Route::Settings(section)), mode, Code::En, WIDE);
    }
    draw(
        "settings-narrow",
        with(|model| model.view.route = Route::Settings(Section::Appearance)),
        Mode::Dark,
        Code::En,
        NARROW,
    );
}

#[test]
fn languages() {
    for code in [Code::De, Code::Fr, Code::Es, Code::Ar, Code::Ja, Code::Pseudo] {
        draw(&format!("talk-{}", code.tag()), sample::talking(), Mode::Light, code, WIDE);
        draw(
            &format!("network-{}", code.tag()),
            with(|model| model.view.route = Route::Network),
            Mode::Dark,
            code,
            WIDE,
        );
    }
    let appearance = Route::Settings(Section::Appearance);
    draw("settings-ar", with(|model| model.view.route = appearance), Mode::Dark, Code::Ar, WIDE);
    draw("settings-xa", with(|model| model.view.route = appearance), Mode::Dark, Code::Pseudo, NARROW);
    draw("written-ar", sample::talking_arabic(), Mode::Light, Code::Ar, WIDE);
    draw("written-ar-en", sample::talking_arabic(), Mode::Dark, Code::En, NARROW);
    let contact = Route::Contacts { open: Some(sample::account(1)) };
    draw("contact-ar", with(|model| model.view.route = contact), Mode::Dark, Code::Ar, WIDE);
}

#[test]
fn mail_for_others() {
    let privacy = Route::Settings(Section::Privacy);
    let contact = Route::Contacts { open: Some(sample::account(1)) };
    let served = |route, served| {
        with(|model| {
            model.view.route = route;
            model.view.served = Some(served);
        })
    };
    for (name, mode) in modes() {
        draw(&format!("mail-{name}"), served(privacy, sample::served()), mode, Code::En, WIDE);
        draw(&format!("mail-contact-{name}"), served(contact, sample::served()), mode, Code::En, [1180.0, 1300.0]);
    }
    draw("mail-narrow", served(privacy, sample::served()), Mode::Light, Code::De, NARROW);
    draw("mail-contact-narrow", served(contact, sample::served()), Mode::Dark, Code::De, [420.0, 1500.0]);
    draw("mail-ar", served(privacy, sample::served()), Mode::Light, Code::Ar, WIDE);
    draw("mail-ja", served(privacy, sample::served()), Mode::Dark, Code::Ja, NARROW);
    let unreachable = ServeReply { reachable: false, offered: Vec::new(), ..sample::served() };
    draw("mail-unreachable", served(privacy, unreachable), Mode::Dark, Code::En, WIDE);
    let off = ServeReply { on: false, ..sample::served() };
    draw("mail-off", served(privacy, off.clone()), Mode::Light, Code::En, WIDE);
    let other = Route::Contacts { open: Some(sample::account(2)) };
    draw("mail-contact-off", served(other, off), Mode::Light, Code::En, [1180.0, 1300.0]);
}

#[test]
fn public_address() {
    let privacy = |on, stored| {
        with(|model| {
            model.view.route = Route::Settings(Section::Privacy);
            if let Some(me) = &mut model.me {
                me.public_address = PublicAddress { on, bits: 20, stored };
            }
        })
    };
    for (name, mode) in modes() {
        draw(&format!("address-{name}"), privacy(true, true), mode, Code::En, [1180.0, 1300.0]);
    }
    draw("address-off", privacy(false, false), Mode::Light, Code::En, [1180.0, 1300.0]);
    draw("address-narrow", privacy(true, false), Mode::Dark, Code::De, [420.0, 1700.0]);
    draw("address-ar", privacy(true, true), Mode::Light, Code::Ar, [1180.0, 1300.0]);
    let asks = |busy| {
        let account = sample::account(20);
        let preview = Link::Person {
            account,
            link: String::new(),
            name: "Robin Fell".into(),
            known: false,
            mine: false,
            works: true,
        };
        let add = AddContact { input: account.to_string(), preview, busy, ..add(AddTab::Enter) };
        with(|model| model.view.sheet = Some(Sheet::AddContact(add)))
    };
    draw("address-ask", asks(false), Mode::Light, Code::En, WIDE);
    draw("address-working", asks(true), Mode::Dark, Code::En, WIDE);
    draw("address-working-narrow", asks(true), Mode::Light, Code::De, NARROW);
    let request = |route| {
        with(|model| {
            model.view.route = route;
            if let Some(contact) = model.contacts.get_mut(&sample::account(8)) {
                contact.via = Some(Via::PublicAddress);
            }
        })
    };
    let contact = Route::Contacts { open: Some(sample::account(8)) };
    draw("address-request", request(contact), Mode::Light, Code::En, WIDE);
    let mut listed = request(Route::Chats { open: None });
    listed.view.filter = Filter::Requests;
    draw("address-request-narrow", listed, Mode::Dark, Code::Ja, NARROW);
}
