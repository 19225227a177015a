//! What the other side of a call says, and what the session says.

use kith_api::Event;
use kith_store::{ContactRow, DeviceRow};
use kith_wire::{Body, CallEnd, CallSignal, CallStep, Description, Hlc, MsgId, Overlay};

use super::{Happened, Live, Media, Outcome, Phase, Role, SIGNAL_MS};
use crate::{CallCommand, CallNews, Output, Timestamp, core::Core, error::CoreError};

/// A call that came straight rings if it is not older: clocks differ, and who gave it up says so when it rings here.
const FRESH_MS: u64 = 5 * 60_000;
/// The same by mail: nobody may be there to say that it is over.
const FRESH_MAIL_MS: u64 = 45_000;

impl Core {
    /// A call came, and is in the history.
    pub(crate) fn call_came(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        (call, video): (MsgId, bool),
        said: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(row) = self.store.message_of(&self.direct(contact), &contact.account, &call)? else { return Ok(()) };
        // It comes again when its receipt was lost. Under its id may be something else, and it may have been taken back.
        let again = row.marks.call.is_some() || self.calls.live.get(&call).is_some_and(|live| live.row == row.row);
        if again || row.kind != Body::CALL || row.marks.deleted {
            return Ok(());
        }
        let limit = if self.by_mail { FRESH_MAIL_MS } else { FRESH_MS };
        let mut live = Live::new(&row, contact.account, Role::Callee, now);
        live.device = Some(device.device);
        live.theirs.camera = video;
        let late = said.millis().saturating_add(limit) < now;
        // Who is invisible does not say that it rings, and could not talk.
        if late || self.is_invisible()? || !self.calls.listens(contact.account, now) {
            return self.not_rung(call, &live, Outcome::NoAnswer, None, now, out);
        }
        let Some(other) = self.calls.live.keys().next().copied() else {
            live.silent = self.must_be_silent(&live.chat, now)?;
            return self.rings(call, live, now, out);
        };
        let theirs = self.calls.live.get(&other).filter(|other| {
            let waits = matches!(other.phase, Phase::Calling | Phase::Ringing);
            waits && other.role == Role::Caller && other.account == contact.account
        });
        // Two calls of one id cannot be told apart.
        let Some(mine) = theirs.filter(|_| other != call).map(|theirs| theirs.mine) else {
            return self.not_rung(call, &live, Outcome::Busy, Some(CallEnd::Busy), now, out);
        };
        live.mine = mine;
        // Both call each other. Both see both calls, and both go on with the one of the smaller id.
        self.store.set_read(row.row)?;
        if other < call {
            return self.not_rung(call, &live, Outcome::Replaced, None, now, out);
        }
        self.call_happened(other, Happened::TheyEnd(CallEnd::Replaced), now, out)?;
        let chat = live.chat;
        self.rings(call, live, now, out)?;
        self.call_happened(call, Happened::Accept, now, out)?;
        self.tell_chat(&chat, out)
    }

    fn rings(&mut self, call: MsgId, live: Live, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let (_, effects) = Phase::begin(Role::Callee);
        for effect in effects {
            self.call_effect(call, &live, *effect, now, out)?;
        }
        out.push(Output::Event(Event::CallIncoming { call: live.view(call) }));
        self.calls.live.insert(call, live);
        Ok(())
    }

    /// A call that does not ring here is one that was missed.
    fn not_rung(
        &mut self,
        call: MsgId,
        live: &Live,
        outcome: Outcome,
        end: Option<CallEnd>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if let Some(end) = end {
            self.say(call, live, CallStep::End(end), now)?;
        }
        self.keep_end(live, outcome, 0, now, out)
    }

    /// A contact says something about a call.
    pub(crate) fn call_signalled(
        &mut self,
        contact: &ContactRow,
        device: &DeviceRow,
        (signal, said): (&CallSignal, Hlc),
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let call = signal.call;
        let Some(live) = self.calls.live.get(&call).filter(|live| live.account == contact.account) else {
            // It rings there, or they think it goes on, and here it does not.
            return match &signal.step {
                CallStep::Ringing | CallStep::Accept | CallStep::Offer(_) => {
                    if !self.calls.listens(contact.account, now) {
                        return Ok(());
                    }
                    let over = CallSignal { call, step: CallStep::End(CallEnd::HungUp) };
                    self.say_to(std::slice::from_ref(device), over, now)
                }
                CallStep::End(_)
                | CallStep::Answer(_)
                | CallStep::Candidates(_)
                | CallStep::Overlay(_)
                | CallStep::Media { .. }
                | CallStep::Unknown => Ok(()),
            };
        };
        if live.device.is_some_and(|known| known != device.device) {
            return Ok(());
        }
        match &signal.step {
            CallStep::Ringing => self.call_happened(call, Happened::TheyRing, now, out),
            CallStep::Accept => self.they_accept(call, device, now, out),
            CallStep::End(end) => self.they_end(call, device, *end, now, out),
            CallStep::Offer(description) => self.they_describe(call, device, description, true, now, out),
            CallStep::Answer(description) => self.they_describe(call, device, description, false, now, out),
            CallStep::Candidates(candidates) => {
                if live.phase.has_session() {
                    out.push(Output::Call(CallCommand::Candidates { call, candidates: candidates.clone() }));
                }
                Ok(())
            }
            CallStep::Overlay(overlay) => {
                self.they_meet(call, device, overlay, now, out);
                Ok(())
            }
            CallStep::Media { microphone, camera, screen } => {
                if said <= live.their_media {
                    return Ok(());
                }
                let theirs = Media { microphone: *microphone, camera: *camera, screen: *screen };
                let live = Live { theirs, their_media: said, ..live.clone() };
                out.push(Output::Event(Event::CallChanged { call: live.view(call) }));
                self.calls.live.insert(call, live);
                Ok(())
            }
            CallStep::Unknown => Ok(()),
        }
    }

    /// The device that answers first is the one that is talked to; it rings at the others no more.
    fn they_accept(
        &mut self,
        call: MsgId,
        device: &DeviceRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(live) = self.calls.live.get_mut(&call) else { return Ok(()) };
        if !matches!(live.phase, Phase::Calling | Phase::Ringing) {
            return Ok(());
        }
        live.device = Some(device.device);
        let account = live.account;
        self.end_elsewhere(call, account, device, CallEnd::Replaced, now)?;
        self.call_happened(call, Happened::TheyAccept, now, out)
    }

    fn they_end(
        &mut self,
        call: MsgId,
        device: &DeviceRow,
        end: CallEnd,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let rang = self.calls.live.get(&call).filter(|live| live.device.is_none()).map(|live| live.account);
        if let Some(account) = rang {
            self.end_elsewhere(call, account, device, CallEnd::HungUp, now)?;
        }
        self.call_happened(call, Happened::TheyEnd(end), now, out)
    }

    fn end_elsewhere(
        &mut self,
        call: MsgId,
        account: kith_wire::AccountId,
        but: &DeviceRow,
        end: CallEnd,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let mut others = self.live_devices(account)?;
        others.retain(|other| other.device != but.device);
        self.say_to(&others, CallSignal { call, step: CallStep::End(end) }, now)
    }

    fn they_describe(
        &mut self,
        call: MsgId,
        device: &DeviceRow,
        description: &Description,
        offer: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let talks = self.calls.live.get(&call).filter(|live| live.phase.has_session()).map(|live| live.account);
        if !talks.is_some_and(|account| self.calls.listens(account, now)) {
            return Ok(());
        }
        let Some((sdp, fingerprint, ufrag)) = description.verify(offer, &self.ends(call, device.device, false)) else {
            tracing::warn!("a session was described that its device does not answer for");
            return Ok(());
        };
        let (sdp, fingerprint, ufrag) = (sdp.to_owned(), *fingerprint, ufrag.to_owned());
        out.push(Output::Call(CallCommand::Describe { call, offer, sdp, fingerprint, ufrag }));
        self.call_happened(call, if offer { Happened::Offer } else { Happened::Answer }, now, out)
    }

    fn they_meet(&mut self, call: MsgId, device: &DeviceRow, overlay: &Overlay, now: Timestamp, out: &mut Vec<Output>) {
        let talks = self.calls.live.get(&call).filter(|live| live.phase.has_session()).map(|live| live.account);
        if !talks.is_some_and(|account| self.calls.listens(account, now)) {
            return;
        }
        let Some((endpoint, relays)) = overlay.verify(&self.ends(call, device.device, false)) else {
            tracing::warn!("a meeting over iroh was named that its device does not answer for");
            return;
        };
        out.push(Output::Call(CallCommand::Overlay { call, endpoint, relays: relays.to_vec() }));
    }

    /// The session of a call says something.
    pub(crate) fn call_news(
        &mut self,
        call: MsgId,
        news: CallNews,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(live) = self.calls.live.get(&call).filter(|live| live.phase.has_session()).cloned() else {
            return Ok(());
        };
        let Some(device) = live.device else { return Ok(()) };
        match news {
            CallNews::Described { offer, sdp, fingerprint, ufrag } => {
                let ends = self.ends(call, device, true);
                let description = Description::create(sdp, (fingerprint, ufrag), offer, &ends, &self.device.sign)?;
                let step = if offer { CallStep::Offer(description) } else { CallStep::Answer(description) };
                self.say(call, &live, step, now)?;
                if live.mine != live.believed {
                    self.say(call, &live, live.mine.step(), now)?;
                }
                Ok(())
            }
            CallNews::Candidates(candidates) => self.say(call, &live, CallStep::Candidates(candidates), now),
            CallNews::Overlay { endpoint, relays } => {
                let overlay = Overlay::create(endpoint, relays, &self.ends(call, device, true), &self.device.sign)?;
                self.say(call, &live, CallStep::Overlay(overlay), now)
            }
            CallNews::Up => self.call_happened(call, Happened::Up, now, out),
            CallNews::Down => self.call_happened(call, Happened::Down, now, out),
            CallNews::Blind => {
                let Media { microphone, camera, screen } = live.mine;
                let mine = Media { microphone, camera: camera && screen, screen: false };
                self.sends(call, live, mine, now, out)
            }
            CallNews::Broken => self.call_happened(call, Happened::Broken, now, out),
        }
    }

    pub(super) fn say_to(
        &mut self,
        devices: &[DeviceRow],
        signal: CallSignal,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        let (msg, hlc) = (self.random_msg(), self.clock.tick(now));
        self.enqueue_for(devices, msg, hlc, &Body::CallSignal(signal), now.saturating_add(SIGNAL_MS), now)
    }

    fn direct(&self, contact: &ContactRow) -> kith_wire::ChatId {
        kith_wire::ChatId::direct(&self.me, &contact.account)
    }
}
