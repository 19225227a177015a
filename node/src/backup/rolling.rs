//! Backups that are made by themselves, in a folder where the newest few are kept.
//!
//! The key they are sealed with opens backups and nothing else, and is kept sealed in the profile: whoever can read it can
//! read all that a backup has. So nobody has to be asked for a password every day.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use data_encoding::HEXLOWER;
use kith_api::{
    ApiError, ErrorCode, Event, Password,
    params::BackupSetParams,
    views::{BackupMade, Backups},
};
use kith_core::Timestamp;
use kith_crypto::Key;
use kith_wire::ids::AccountId;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{NewSecret, Source, Turn, folder_outside, is_backup, write};
use crate::{
    clock::now_ms,
    keys::{Sealed, SealedError},
    node::Shared,
};

/// The sealed file that says what is wanted.
pub(crate) const FILE: &str = "backups";
const EVERY_S: u64 = 24 * 3600;
const EVERY_MIN_S: u64 = 3600;
const EVERY_MAX_S: u64 = 30 * 24 * 3600;
const KEEP: u32 = 3;
const KEEP_MAX: u32 = 100;
/// A node that starts has more urgent things to do.
const AFTER_START_MS: u64 = 60_000;
/// When something was in the way it is tried again, before the next time if that is later.
const AGAIN_MS: u64 = 3600 * 1000;
/// A backup that somebody makes by hand goes first.
const BUSY_MS: u64 = 30_000;
/// The clock may be set meanwhile.
const CLOCK_CHECK: Duration = Duration::from_secs(60);

/// What is wanted and how it went.
pub(crate) struct Rolling {
    file: Sealed,
    kept: Kept,
    /// Not sooner, Unix milliseconds.
    not_before: Timestamp,
    /// Counts what is wanted: what began under another wish does not say how this one went.
    wish: u64,
    /// Stops the one that is being made.
    stop: Option<CancellationToken>,
    due: Arc<Notify>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    plan: Option<Plan>,
    last: Option<BackupMade>,
    error: Option<String>,
    /// When the last attempt began.
    tried_at: Option<Timestamp>,
    /// In the names of files, so that another device of the account, or this one after a loss, deletes none of them.
    tag: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Plan {
    folder: String,
    every_s: u64,
    keep: u32,
    /// What only opens backups, in hexadecimal digits.
    key: Password,
}

impl Plan {
    fn key(&self) -> Result<Key, ApiError> {
        let damaged = || ApiError::new(ErrorCode::Storage, "the key of backups is damaged; turn them off and on again");
        let bytes =
            HEXLOWER.decode(self.key.as_str().as_bytes()).map(Zeroizing::new).map_err(|_no_digits| damaged())?;
        Ok(Key::from_bytes(bytes.first_chunk().ok_or_else(damaged)?))
    }
}

impl Rolling {
    pub(crate) fn load(file: Sealed) -> Result<Self, SealedError> {
        let kept = file.read()?.unwrap_or_default();
        let not_before = now_ms().saturating_add(AFTER_START_MS);
        Ok(Self { file, kept, not_before, wish: 0, stop: None, due: Arc::default() })
    }

    /// Whether there is a folder for them.
    pub(crate) fn is_on(&self) -> bool {
        self.kept.plan.is_some()
    }

    pub(crate) fn status(&self) -> Backups {
        let Kept { plan, last, error, .. } = &self.kept;
        Backups {
            folder: plan.as_ref().map(|plan| plan.folder.clone()),
            every_s: plan.as_ref().map_or(EVERY_S, |plan| plan.every_s),
            keep: plan.as_ref().map_or(KEEP, |plan| plan.keep),
            last: last.clone(),
            error: error.clone(),
            next_at: self.next_at(now_ms()),
        }
    }

    /// When the next one is made. `None`: none is wanted.
    fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        let plan = self.kept.plan.as_ref()?;
        let every = plan.every_s.saturating_mul(1000);
        let wait = if self.kept.error.is_some() { every.min(AGAIN_MS) } else { every };
        // An attempt of a time to come was noted while the clock was wrong.
        let tried = self.kept.tried_at.filter(|tried| *tried <= now);
        let next = tried.map_or(now, |tried| tried.saturating_add(wait));
        // Nor is it put off longer than this run ever does.
        let put_off = self.not_before <= now.saturating_add(AFTER_START_MS);
        Some(if put_off { next.max(self.not_before) } else { next })
    }

    /// Changes what is wanted, which was [checked](check); with `key` if it was not known before. The first is due at once.
    pub(crate) fn set(
        &mut self,
        params: &BackupSetParams,
        key: impl FnOnce() -> Result<Key, ApiError>,
    ) -> Result<(), ApiError> {
        let mut kept = Kept { error: None, tried_at: None, ..self.kept.clone() };
        kept.tag.get_or_insert_with(|| HEXLOWER.encode(&kith_crypto::random_bytes::<4>()));
        kept.plan = match &params.folder {
            None => None,
            Some(folder) => {
                let before = self.status();
                let key = match &self.kept.plan {
                    Some(plan) => plan.key.clone(),
                    None => HEXLOWER.encode(key()?.as_bytes()).into(),
                };
                let (every_s, keep) = (params.every_s.unwrap_or(before.every_s), params.keep.unwrap_or(before.keep));
                Some(Plan { folder: folder.clone(), every_s, keep, key })
            }
        };
        self.keep(kept)?;
        (self.not_before, self.wish) = (0, self.wish + 1);
        if let Some(stop) = self.stop.take() {
            stop.cancel();
        }
        self.due.notify_one();
        Ok(())
    }

    fn keep(&mut self, kept: Kept) -> Result<(), ApiError> {
        self.file.write(&kept).map_err(|error| error.to_api())?;
        self.kept = kept;
        Ok(())
    }

    /// How an attempt went.
    fn tried(&mut self, at: Timestamp, outcome: Result<BackupMade, String>) {
        let mut kept = Kept { tried_at: Some(at), error: None, ..self.kept.clone() };
        match outcome {
            Ok(made) => kept.last = Some(made),
            Err(error) => kept.error = Some(error),
        }
        if let Err(error) = self.keep(kept.clone()) {
            tracing::warn!(%error, "how a backup went is not remembered");
            self.kept = kept;
        }
    }
}

/// Whether this can be done.
pub(crate) fn check(profile: &Path, params: &BackupSetParams) -> Result<(), ApiError> {
    let (every_s, keep) = (params.every_s.unwrap_or(EVERY_S), params.keep.unwrap_or(KEEP));
    let refuse = |message: &str| Err(ApiError::new(ErrorCode::InvalidArgument, message));
    if !(EVERY_MIN_S..=EVERY_MAX_S).contains(&every_s) {
        return refuse("every_s is between 3,600 (an hour) and 2,592,000 (30 days)");
    }
    if !(1..=KEEP_MAX).contains(&keep) {
        return refuse("keep is between 1 and 100");
    }
    let Some(folder) = &params.folder else { return Ok(()) };
    if !Path::new(folder).is_absolute() {
        return refuse("folder: give the whole path");
    }
    match folder_outside(profile, Path::new(folder)) {
        Ok(_) => Ok(()),
        Err(reason) => refuse(&format!("folder: {reason}")),
    }
}

/// Makes backups whenever one is due, until the node ends.
pub(crate) async fn run(shared: Arc<Shared>) {
    let due = Arc::clone(&shared.rolling.lock().await.due);
    loop {
        let next = shared.rolling.lock().await.next_at(now_ms());
        match next.map(|at| Duration::from_millis(at.saturating_sub(now_ms()))) {
            None => due.notified().await,
            Some(Duration::ZERO) => make(&shared).await,
            // Either it is due or what is wanted has changed: both are looked at again above.
            Some(wait) => drop(tokio::time::timeout(wait.min(CLOCK_CHECK), due.notified()).await),
        }
    }
}

async fn make(shared: &Shared) {
    let at = now_ms();
    let mut rolling = shared.rolling.lock().await;
    let Some(turn) = shared.backups.begin() else {
        rolling.not_before = at.saturating_add(BUSY_MS);
        return;
    };
    let Some(plan) = rolling.kept.plan.clone() else { return };
    let (wish, tag) = (rolling.wish, rolling.kept.tag.clone().unwrap_or_default());
    rolling.stop = Some(turn.stop.clone());
    drop(rolling);
    let made = match shared.backup_source().await {
        Ok(source) => {
            let prefix = prefix(source.account, &tag);
            shared.on_disk(move || make_one(&Source { hub: None, ..source }, &plan, (&prefix, at), &turn)).await
        }
        Err(error) => Err(error),
    };
    let mut rolling = shared.rolling.lock().await;
    if shared.backups.is_closed() || rolling.wish != wish {
        return;
    }
    rolling.stop = None;
    rolling.tried(at, made.map_err(|error| error.message));
    shared.hub.publish(Event::BackupChanged { backups: rolling.status() });
}

fn make_one(
    source: &Source,
    plan: &Plan,
    (prefix, at): (&str, Timestamp),
    turn: &Turn,
) -> Result<BackupMade, ApiError> {
    let storage = |message: String| ApiError::new(ErrorCode::Storage, message);
    let folder =
        folder_outside(&source.folder, Path::new(&plan.folder)).map_err(|reason| storage(reason.to_owned()))?;
    let path = folder.join(name(prefix, at));
    // What one that was killed left behind.
    for part in ours(&folder, prefix, ".part") {
        remove(&part);
    }
    let secret = NewSecret::Phrase(plan.key()?);
    let (_, bytes) = write(source, &path, &secret, None, turn).map_err(|problem| problem.to_api())?;
    forget_old(&path, prefix, plan.keep);
    Ok(BackupMade { path: path.display().to_string(), at, bytes })
}

const ENDING: &str = ".kithbak";

/// Names tell whose it is and which device made it, since several may share a folder, and sort by time.
fn name(prefix: &str, at: Timestamp) -> String {
    let at = i64::try_from(at).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
    format!("{prefix}{}{ENDING}", at.strftime("%Y%m%dT%H%M%S-%3fZ"))
}

fn prefix(account: AccountId, tag: &str) -> String {
    let account = account.to_string();
    let tail: String = account.chars().skip(account.chars().count().saturating_sub(8)).collect();
    format!("kith-auto-{tail}-{tag}-")
}

/// The backups this device made by itself, oldest first; with `more` after their names. What is no backup is left out.
fn ours(folder: &Path, prefix: &str, more: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let ending = format!("{ENDING}{more}");
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(prefix) && name.ends_with(&ending) && is_backup(path)
    };
    let mut ours: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_ours).collect();
    ours.sort();
    ours
}

/// Deletes the oldest beside the one just made, which stays whatever the clock said before.
fn forget_old(made: &Path, prefix: &str, keep: u32) {
    let Some(folder) = made.parent() else { return };
    let mut others = ours(folder, prefix, "");
    others.retain(|other| other != made);
    let room = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
    for old in others.iter().take(others.len().saturating_sub(room)) {
        remove(old);
    }
}

fn remove(old: &Path) {
    if let Err(error) = fs::remove_file(old) {
        tracing::warn!(%error, "an old backup stays");
    }
}

#[cfg(test)]
mod tests {
    use kith_crypto::BackupSecret;

    use super::*;

    #[test]
    fn the_newest_few_of_ones_own_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (header, _) = kith_crypto::BackupSealer::new(
            BackupSecret::Phrase(&Key::from_bytes(&[1; 32])),
            kith_crypto::Stretch::Strong,
        )
        .unwrap();
        let (day, me) = (24 * 3600 * 1000, AccountId::from_bytes([7; 32]));
        let mine = prefix(me, "0badcafe");
        let old: Vec<String> = (0..4).map(|days| name(&mine, 1_795_000_000_000 + days * day)).collect();
        let of_a_wrong_clock = name(&mine, 1_999_000_000_000);
        let others = [
            name(&prefix(AccountId::from_bytes([8; 32]), "0badcafe"), 1_700_000_000_000),
            name(&prefix(me, "deadbeef"), 1_700_000_000_000),
            "kith-auto-notes.txt".to_owned(),
        ];
        let part = format!("{}.part", name(&mine, 1_700_000_000_000));
        for file in old.iter().chain(&others).chain([&of_a_wrong_clock, &part]) {
            fs::write(folder.path().join(file), header.as_slice()).unwrap();
        }
        let no_backup = name(&mine, 1_600_000_000_000);
        fs::write(folder.path().join(&no_backup), "mine").unwrap();
        assert_eq!(ours(folder.path(), &mine, ".part"), [folder.path().join(&part)]);
        forget_old(&folder.path().join(&old[3]), &mine, 3);
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut wanted: Vec<String> =
            [&old[2], &old[3], &of_a_wrong_clock, &no_backup, &part].map(Clone::clone).to_vec();
        wanted.extend(others);
        wanted.sort();
        assert_eq!(left, wanted);
        forget_old(&folder.path().join(&old[3]), &mine, 1);
        assert_eq!(ours(folder.path(), &mine, ""), [folder.path().join(&old[3])], "the one just made stays");
    }

    #[test]
    fn the_next_one_is_due_when_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = || Sealed::new(folder.path(), FILE, &Key::from_bytes(&[1; 32]));
        let mut rolling = Rolling::load(file()).unwrap();
        let now = now_ms();
        assert_eq!(rolling.next_at(now), None);
        let params = BackupSetParams {
            folder: Some(std::env::temp_dir().display().to_string()),
            every_s: Some(7200),
            keep: None,
            profile_password: None,
        };
        rolling.set(&params, || Ok(Key::from_bytes(&[2; 32]))).unwrap();
        assert_eq!(rolling.next_at(now), Some(now), "the first at once");
        let made = BackupMade { path: "x".into(), at: now, bytes: 1 };
        rolling.tried(now, Ok(made));
        assert_eq!(rolling.next_at(now), Some(now + 7_200_000));
        rolling.tried(now, Err("no such folder".into()));
        assert_eq!(rolling.next_at(now), Some(now + AGAIN_MS));
        let soon = rolling.status();
        assert_eq!((soon.every_s, soon.keep), (7200, 3));
        rolling.tried(now + 99_000_000, Err("the clock was wrong".into()));
        rolling.not_before = now + 99_000_000;
        for later in [0, 50_000_000] {
            assert_eq!(rolling.next_at(now + later), Some(now + later), "not before the clock gets there again");
        }
        rolling.not_before = 0;
        rolling.tried(now, Err("no such folder".into()));

        let mut again = Rolling::load(file()).unwrap();
        let status = again.status();
        assert_eq!((status.every_s, status.keep, status.error.is_some()), (7200, 3, true));
        again.kept.tried_at = Some(0);
        let now = now_ms();
        let next = again.next_at(now).unwrap();
        assert!(next > now && next <= now + AFTER_START_MS, "a node that starts waits a little");
        let never = || Err(ApiError::new(ErrorCode::Internal, "the key is known"));
        again.set(&BackupSetParams { every_s: None, ..params.clone() }, never).unwrap();
        assert_eq!(again.status().every_s, 7200, "what is not said stays");
        again.set(&BackupSetParams { folder: None, ..params }, never).unwrap();
        assert_eq!((again.next_at(now), again.status().folder), (None, None));
    }
}
