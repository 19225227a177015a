//! A contact brings two others together. A card to each has the other's name and nothing more. Who wants to answers with a
//! single-use invite of their own; the later of the two goes on to the one who answered first, who asks with it, and the
//! other has agreed already. Nothing of who they are or where goes from one to the other before both agreed.

use kith_api::{
    AccountId, ErrorCode,
    params::{AnswerIntroductionParams, Done, IntroduceParams, IntroduceReply, InviteParams},
};
use kith_store::{ContactRow, ContactState, IntroductionRow, IntroductionState, MessageRow};
use kith_wire::{Body, Introduction, IntroductionAnswer, InviteLink, MsgId};

use crate::{
    Output, Timestamp,
    chats::New,
    contacts::link::{open_bundle, parse_link},
    convert,
    core::{Core, Ready},
    error::{CoreError, deny},
};

/// How long an answer waits for that of the other: as long as a message waits for its device.
const OPEN_S: u64 = 30 * 24 * 3600;

impl Core {
    /// `contacts.introduce`: suggests to two contacts that they get to know each other.
    pub(crate) fn introduce(
        &mut self,
        params: &IntroduceParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<IntroduceReply, CoreError> {
        if params.to == params.about {
            return deny(ErrorCode::InvalidArgument, "an introduction is between two different people");
        }
        let (to, about) = (self.friend(params.to)?, self.friend(params.about)?);
        let cards = [self.suggest(&to, &about, now, out)?, self.suggest(&about, &to, now, out)?];
        for (card, other) in [(cards[0], cards[1]), (cards[1], cards[0])] {
            let Some(row) = self.store.message(&card)? else { continue };
            let state = IntroductionState::Open;
            let introduction = IntroductionRow { row: row.row, state, other: Some(other), invite_tag: None, met: None };
            self.store.put_introduction(&introduction)?;
        }
        Ok(IntroduceReply { messages: cards.map(convert::message_id).to_vec() })
    }

    /// Somebody who agreed to be a contact and may be written to.
    fn friend(&self, account: AccountId) -> Result<ContactRow, CoreError> {
        let contact = self.known(account)?;
        if contact.blocked {
            return deny(ErrorCode::Blocked, "you blocked this person; unblock them first");
        }
        if contact.alarm {
            return deny(ErrorCode::NotAllowed, "messages are paused: the keys of this person are in wrong hands");
        }
        match contact.state {
            ContactState::Introduced | ContactState::Verified => Ok(contact),
            ContactState::Waiting | ContactState::Requested => {
                deny(ErrorCode::NotAContact, "only contacts can be introduced to each other")
            }
        }
    }

    /// Writes a card to `to`. It has the name that `about` goes by everywhere, not the one given to them here.
    fn suggest(
        &mut self,
        to: &ContactRow,
        about: &ContactRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<MsgId, CoreError> {
        if about.name.is_empty() {
            return deny(ErrorCode::NotAllowed, "somebody who has no name cannot be introduced");
        }
        let chat = self.ensure_chat(to, now, out)?;
        let expires_s = self.store.chat(&chat)?.and_then(|row| row.expires_s);
        let body = Body::Introduction(Introduction { name: about.name.clone(), expires_s });
        let new = New { text: Some(about.name.clone()), expires_s, ..New::default() };
        self.post(chat, Some(to.account), &body, new, now, out)
    }

    /// `contacts.answer_introduction`: wants to get to know who was suggested, or not.
    pub(crate) fn answer_introduction(
        &mut self,
        params: &AnswerIntroductionParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let card = self.named(params.message)?;
        if !is_card(&card) || card.outgoing {
            return deny(ErrorCode::NotAllowed, "nobody was suggested to you with this message");
        }
        let before = self.store.introduction(card.row)?.map_or(IntroductionState::Open, |row| row.state);
        let state = if params.agree { IntroductionState::Agreed } else { IntroductionState::Dismissed };
        match before {
            IntroductionState::Agreed | IntroductionState::Met if params.agree => return Ok(Done {}),
            IntroductionState::Agreed | IntroductionState::Met => {
                return deny(ErrorCode::NotAllowed, "you agreed to this already");
            }
            IntroductionState::Open | IntroductionState::Dismissed => {}
        }
        let mut introduction = IntroductionRow { row: card.row, state, other: None, invite_tag: None, met: None };
        if params.agree {
            let Some(account) = self.recipient_of(&card.chat)? else {
                return deny(ErrorCode::NotAllowed, "nobody was suggested to you with this message");
            };
            let note = card.text.clone();
            let invite = InviteParams { single_use: true, expires_s: Some(OPEN_S), note, spoken: false };
            let invite = self.make_invite(invite, now, out)?;
            let tag = invite.invite.to_bytes();
            let Some(made) = self.store.invite(&tag)? else { return deny(ErrorCode::Internal, "an invite is gone") };
            let answer = IntroductionAnswer { target: card.msg, link: invite.link, bundle: made.sealed };
            self.enqueue_control(account, &Body::IntroductionAnswer(answer), now)?;
            introduction.invite_tag = Some(tag);
        }
        self.store.put_introduction(&introduction)?;
        self.tell_message(&card, out)?;
        Ok(Done {})
    }

    /// Somebody to whom I made a suggestion agreed, or somebody who made one to me passes the other's invite on. What does
    /// not fit changes nothing, and who sent it is not asked for it again.
    pub(crate) fn introduction_answered(
        &mut self,
        contact: &ContactRow,
        answer: &IntroductionAnswer,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let chat = kith_wire::ChatId::direct(&self.me, &contact.account);
        let card = self.store.message(&answer.target)?.filter(|card| card.chat == chat && is_card(card));
        let Some(card) = card else { return Ok(()) };
        if card.outgoing {
            return self.agreed(contact, &card, answer, now, out);
        }
        let introduction = self.store.introduction(card.row)?;
        if introduction.is_some_and(|row| row.state == IntroductionState::Agreed) {
            // By itself: keys that cannot be used are no reason to refuse the message that brought them.
            self.ready.push_back(Ready::Meet { card: card.row, answer: answer.clone() });
        }
        Ok(())
    }

    fn agreed(
        &mut self,
        contact: &ContactRow,
        card: &MessageRow,
        answer: &IntroductionAnswer,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(mine) = self.store.introduction(card.row)?.filter(|row| row.state == IntroductionState::Open) else {
            return Ok(());
        };
        if !leads_to(contact.account, answer, now) {
            tracing::debug!("an answer to an introduction that does not lead to who sent it");
            return Ok(());
        }
        let Some(other_card) = mine.other.map(|other| self.store.message(&other)).transpose()?.flatten() else {
            return Ok(());
        };
        let other = self.store.introduction(other_card.row)?.filter(|_| is_card(&other_card));
        let waits = other.filter(|row| row.state == IntroductionState::Agreed);
        let Some(other) = waits else {
            // The first of both: this invite is not needed, the other will get one to ask with.
            self.store.put_introduction(&IntroductionRow { state: IntroductionState::Agreed, ..mine })?;
            return self.tell_message(card, out);
        };
        let Some(account) = self.store.chat(&other_card.chat)?.and_then(|chat| chat.account) else { return Ok(()) };
        if !self.store.contact(&account)?.is_some_and(|contact| convert::is_open(&contact)) {
            return Ok(());
        }
        let passed_on = IntroductionAnswer { target: other_card.msg, ..answer.clone() };
        self.enqueue_control(account, &Body::IntroductionAnswer(passed_on), now)?;
        for row in [mine, other] {
            self.store.put_introduction(&IntroductionRow { state: IntroductionState::Met, ..row })?;
        }
        self.tell_message(card, out)?;
        self.tell_message(&other_card, out)
    }

    /// Both agreed, and I was the first: asks the other with the invite of theirs.
    pub(crate) fn meet(
        &mut self,
        card: i64,
        answer: IntroductionAnswer,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(introduction) = self.store.introduction(card)? else { return Ok(()) };
        let link = parse_link(&answer.link)?;
        let (bundle, _) = open_bundle(&link, &answer.bundle, now)?;
        let account = bundle.log.account();
        let known = self.store.contact(&account)?;
        if account == self.me || known.is_some_and(|contact| contact.blocked || contact.alarm) {
            return Ok(());
        }
        // Nobody has the invite I answered with, and nobody is to use it now.
        if let Some(tag) = introduction.invite_tag
            && let Some(mut own) = self.store.invite(&tag)?
        {
            own.expires_at_ms = Some(now);
            self.store.put_invite(&own)?;
            self.close_slot(&own, now, out)?;
        }
        if let Err(error) = self.ask(&link, &answer.bundle, String::new(), now, out)? {
            tracing::debug!(%error, "somebody who was introduced cannot be asked");
            return Ok(());
        }
        self.contact_changed(account, out)?;
        self.met(introduction, account, out)
    }

    /// Whether a request through this invite is from somebody I agreed to get to know.
    pub(super) fn was_introduced(&self, tag: &[u8; 16]) -> Result<Option<IntroductionRow>, CoreError> {
        let introduction = self.store.introduction_of_invite(tag)?;
        Ok(introduction.filter(|row| row.state == IntroductionState::Agreed))
    }

    /// Notes who somebody turned out to be.
    pub(super) fn met(
        &mut self,
        introduction: IntroductionRow,
        account: kith_wire::AccountId,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let row = introduction.row;
        let (state, met) = (IntroductionState::Met, Some(account));
        self.store.put_introduction(&IntroductionRow { state, met, ..introduction })?;
        match self.store.message_in(row)? {
            Some(card) => self.tell_message(&card, out),
            None => Ok(()),
        }
    }
}

fn is_card(row: &MessageRow) -> bool {
    row.kind == Body::INTRODUCTION && !row.marks.deleted
}

/// Whether an invite is one of this account, for one person.
fn leads_to(account: kith_wire::AccountId, answer: &IntroductionAnswer, now: Timestamp) -> bool {
    let Ok(link) = InviteLink::parse(&answer.link) else { return false };
    let opened = open_bundle(&link, &answer.bundle, now);
    opened.is_ok_and(|(bundle, _)| bundle.log.account() == account && bundle.single_use)
}
