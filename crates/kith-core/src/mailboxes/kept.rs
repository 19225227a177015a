//! Contacts who keep our mail: what they offer is used without asking, because it costs nothing and shows them nothing.
//!
//! An offer names a device of the contact and addresses that anybody may dial, or it changes nothing: otherwise it could
//! send us, and our contacts, anywhere. The newest counts, so that old ones that come again do not matter.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kith_crypto::domain::HashLabel;
use kith_store::{ContactRow, MailboxRow};
use kith_wire::{AccountId, BootstrapLink, Hlc, MailboxOffer, services};

use super::KNOWN_MAX;
use crate::{
    Output, Timestamp,
    core::Core,
    error::{CoreError, refuse},
};

/// Mailboxes kept by contacts.
const KEPT_MAX: usize = 8;
/// Changes of one contact that are taken in this time: all contacts are told of each.
const CHANGES_MAX: u32 = 8;
const CHANGES_MS: u64 = 3_600_000;

/// How often a contact changed their mind lately.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Changes {
    since: Timestamp,
    count: u32,
}

/// What is remembered of a contact's offers.
struct Remembered {
    newest: u64,
    /// The token of an offer whose mailbox the person removed, hashed.
    declined: [u8; 32],
}

impl Core {
    /// A contact keeps mail for us.
    pub(crate) fn mailbox_offered(
        &mut self,
        contact: &ContactRow,
        offer: &MailboxOffer,
        hlc: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let account = contact.account;
        let remembered = self.remembered(account)?;
        if hlc.to_u64() <= remembered.newest {
            return Ok(());
        }
        let link = offer.link()?;
        if !self.live_devices(account)?.iter().any(|device| device.transport == link.transport) {
            return refuse("a mailbox that is no device of the contact");
        }
        let lab = !self.addresses.is_empty()
            && self.addresses.iter().all(|address| ip_of(address).is_some_and(|ip| ip.is_loopback()));
        let usable = |address: &String| ip_of(address).is_some_and(|ip| is_global(ip) || (lab && ip.is_loopback()));
        let addresses: Vec<String> = link.addresses.into_iter().filter(usable).collect();
        if addresses.is_empty() {
            return refuse("a mailbox nobody can reach");
        }
        self.remember_offer(account, Remembered { newest: hlc.to_u64(), ..remembered })?;
        if hash(offer) == self.remembered(account)?.declined {
            return Ok(());
        }
        let known = self.store.mailboxes()?;
        let before = known.iter().find(|row| row.transport == link.transport);
        let kept = known.iter().filter(|row| row.kept_by.is_some_and(|keeper| keeper != account)).count();
        let full = before.is_none() && known.len() >= KNOWN_MAX;
        // What the person typed stays as it is.
        if before.is_some_and(|row| row.added) || kept >= KEPT_MAX || full {
            return Ok(());
        }
        let row = MailboxRow {
            transport: link.transport,
            address: BootstrapLink::new(link.transport, addresses, services::MAILBOX).to_string(),
            added: false,
            token: Some(*offer.token),
            answered_at_ms: before.and_then(|row| row.answered_at_ms),
            refused_at_ms: None,
            kept_by: Some(account),
        };
        if before == Some(&row) {
            return Ok(());
        }
        self.count_change(account, now)?;
        for other in known.iter().filter(|row| row.kept_by == Some(account) && row.transport != link.transport) {
            self.store.delete_mailbox(&other.transport)?;
        }
        self.store.put_mailbox(&row)?;
        self.mail.known = true;
        self.ensure_all_queues(now)?;
        self.make_waiting_invites(now, out)?;
        self.contact_changed(account, out)
    }

    /// A contact keeps no mail for us any more.
    pub(crate) fn mailbox_withdrawn(
        &mut self,
        account: AccountId,
        hlc: Hlc,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let remembered = self.remembered(account)?;
        if hlc.to_u64() <= remembered.newest {
            return Ok(());
        }
        self.remember_offer(account, Remembered { newest: hlc.to_u64(), ..remembered })?;
        if self.forget_kept(account, now)? {
            self.count_change(account, now)?;
            self.contact_changed(account, out)?;
        }
        Ok(())
    }

    /// Uses no mailbox any more that a contact keeps; `false` if there was none.
    pub(crate) fn forget_kept(&mut self, account: AccountId, now: Timestamp) -> Result<bool, CoreError> {
        let mut found = false;
        for row in self.store.mailboxes()?.into_iter().filter(|row| row.kept_by == Some(account)) {
            found = true;
            if row.added {
                self.store.put_mailbox(&MailboxRow { kept_by: None, ..row })?;
            } else {
                self.store.delete_mailbox(&row.transport)?;
            }
        }
        if found {
            self.ensure_all_queues(now)?;
        }
        Ok(found)
    }

    /// The person removed the mailbox a contact keeps: it is taken again only when it is offered anew.
    pub(super) fn decline_kept(&mut self, row: &MailboxRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let (Some(account), Some(token)) = (row.kept_by, row.token) else { return Ok(()) };
        let remembered = self.remembered(account)?;
        let declined = HashLabel::HANDLED.hash(&token);
        self.remember_offer(account, Remembered { declined, ..remembered })?;
        self.contact_changed(account, out)
    }

    /// Whether a contact keeps our mail.
    pub(crate) fn is_keeper(&self, account: AccountId) -> Result<bool, CoreError> {
        Ok(self.store.mailboxes()?.iter().any(|row| row.kept_by == Some(account)))
    }

    /// Forgets what was offered, with the contact.
    pub(crate) fn forget_offers(&mut self, account: AccountId) -> Result<(), CoreError> {
        self.mail.changes.remove(&account);
        Ok(self.store.delete_meta(&meta_key(account))?)
    }

    /// Refuses what is too much. Unacknowledged, it comes again later.
    fn count_change(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let changes = self.mail.changes.entry(account).or_default();
        if now >= changes.since.saturating_add(CHANGES_MS) {
            *changes = Changes { since: now, count: 0 };
        }
        if changes.count >= CHANGES_MAX {
            return refuse("a contact that offers and withdraws too often");
        }
        changes.count = changes.count.saturating_add(1);
        Ok(())
    }

    fn remembered(&self, account: AccountId) -> Result<Remembered, CoreError> {
        let kept = self.store.meta(&meta_key(account))?.unwrap_or_default();
        let (newest, rest) = kept.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let declined = rest.first_chunk::<32>().copied().unwrap_or_default();
        Ok(Remembered { newest: u64::from_be_bytes(*newest), declined })
    }

    fn remember_offer(&mut self, account: AccountId, remembered: Remembered) -> Result<(), CoreError> {
        let Remembered { newest, declined } = remembered;
        let value = [newest.to_be_bytes().as_slice(), declined.as_slice()].concat();
        Ok(self.store.set_meta(&meta_key(account), &value)?)
    }
}

fn meta_key(account: AccountId) -> String {
    format!("mail_kept:{account}")
}

fn hash(offer: &MailboxOffer) -> [u8; 32] {
    HashLabel::HANDLED.hash(offer.token.as_slice())
}

/// The address that is connected to; a name is none, and neither is a circuit.
fn ip_of(address: &str) -> Option<IpAddr> {
    if address.contains("/p2p-circuit") {
        return None;
    }
    let mut parts = address.strip_prefix('/')?.split('/');
    match (parts.next()?, parts.next()?) {
        ("ip4", ip) => ip.parse().ok().map(IpAddr::V4),
        ("ip6", ip) => ip.parse().ok().map(IpAddr::V6),
        _ => None,
    }
}

/// Whether an address is on the internet, as far as one can see.
fn is_global(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_global_v4(ip),
        IpAddr::V6(ip) => is_global_v6(ip),
    }
}

fn is_global_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Only 2000::/3 is given out, and of it 2001:db8:: is for documentation.
fn is_global_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    (0x2000..=0x3fff).contains(&a) && (a, b) != (0x2001, 0x0db8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_leads_to_the_internet_or_nowhere() {
        for (address, expected) in [
            ("/ip4/9.9.9.9/udp/4100/quic-v1", true),
            ("/ip6/2001:4860::1/tcp/4100", true),
            ("/ip4/192.168.1.7/tcp/4100", false),
            ("/ip4/172.20.0.1/tcp/4100", false),
            ("/ip4/100.64.0.1/tcp/4100", false),
            ("/ip4/127.0.0.1/tcp/4100", false),
            ("/ip4/169.254.1.1/tcp/4100", false),
            ("/ip4/203.0.113.5/tcp/4100", false),
            ("/ip4/239.0.0.1/udp/4100/quic-v1", false),
            ("/ip6/::1/tcp/4100", false),
            ("/ip6/fe80::1/tcp/4100", false),
            ("/ip6/fd00::1/tcp/4100", false),
            ("/ip6/::ffff:10.0.0.1/tcp/4100", false),
            ("/ip6/2001:db8::1/tcp/4100", false),
            ("/dns4/example.org/tcp/4100", false),
            ("/ip4/9.9.9.9/tcp/4100/p2p/12D3KooW/p2p-circuit", false),
            ("9.9.9.9", false),
        ] {
            assert_eq!(ip_of(address).is_some_and(is_global), expected, "{address}");
        }
    }
}
