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
    due: Arc<Notify>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    plan: Option<Plan>,
    last: Option<BackupMade>,
    error: Option<String>,
    /// When the last attempt began.
    tried_at: Option<Timestamp>,
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
        Ok(Self { file, kept, not_before: now_ms().saturating_add(AFTER_START_MS), due: Arc::default() })
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
        // A clock that was set back does not put it off for ever.
        let next = self.kept.tried_at.map_or(now, |tried| tried.min(now).saturating_add(wait));
        Some(next.max(self.not_before.min(now.saturating_add(AFTER_START_MS))))
    }

    /// Changes what is wanted; with `key` if it was not known before. The first is due at once.
    pub(crate) fn set(
        &mut self,
        profile: &Path,
        params: &BackupSetParams,
        key: impl FnOnce() -> Result<Key, ApiError>,
    ) -> Result<(), ApiError> {
        let mut kept = Kept { error: None, ..self.kept.clone() };
        kept.plan = match &params.folder {
            None => None,
            Some(folder) => {
                let (every_s, keep) = (params.every_s.unwrap_or(EVERY_S), params.keep.unwrap_or(KEEP));
                check(profile, folder, every_s, keep)?;
                let key = match &self.kept.plan {
                    Some(plan) => plan.key.clone(),
                    None => HEXLOWER.encode(key()?.as_bytes()).into(),
                };
                kept.tried_at = None;
                Some(Plan { folder: folder.clone(), every_s, keep, key })
            }
        };
        self.keep(kept)?;
        self.not_before = 0;
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

fn check(profile: &Path, folder: &str, every_s: u64, keep: u32) -> Result<(), ApiError> {
    let refuse = |message: &str| Err(ApiError::new(ErrorCode::InvalidArgument, message));
    if !(EVERY_MIN_S..=EVERY_MAX_S).contains(&every_s) {
        return refuse("every_s is between 3,600 (an hour) and 2,592,000 (30 days)");
    }
    if !(1..=KEEP_MAX).contains(&keep) {
        return refuse("keep is between 1 and 100");
    }
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
    let Some(turn) = shared.backups.begin() else {
        shared.rolling.lock().await.not_before = at.saturating_add(BUSY_MS);
        return;
    };
    let Some(plan) = shared.rolling.lock().await.kept.plan.clone() else { return };
    let made = match shared.backup_source().await {
        Ok(source) => shared.on_disk(move || make_one(&Source { hub: None, ..source }, &plan, at, &turn)).await,
        Err(error) => Err(error),
    };
    if made.as_ref().is_err_and(|error| error.code == ErrorCode::ShuttingDown) {
        return;
    }
    let mut rolling = shared.rolling.lock().await;
    rolling.tried(at, made.map_err(|error| error.message));
    shared.hub.publish(Event::BackupChanged { backups: rolling.status() });
}

fn make_one(source: &Source, plan: &Plan, at: Timestamp, turn: &Turn) -> Result<BackupMade, ApiError> {
    let storage = |message: String| ApiError::new(ErrorCode::Storage, message);
    let folder =
        folder_outside(&source.folder, Path::new(&plan.folder)).map_err(|reason| storage(reason.to_owned()))?;
    let path = folder.join(name(source.account, at));
    let secret = NewSecret::Phrase(plan.key()?);
    let (_, bytes) = write(source, &path, &secret, None, turn).map_err(|problem| problem.to_api())?;
    forget_old(&folder, source.account, plan.keep);
    Ok(BackupMade { path: path.display().to_string(), at, bytes })
}

/// Names tell whose it is, since several profiles may share a folder, and sort by time.
fn name(account: AccountId, at: Timestamp) -> String {
    let at = i64::try_from(at).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
    format!("{}{}.{ENDING}", prefix(account), at.strftime("%Y%m%dT%H%M%S-%3fZ"))
}

const ENDING: &str = "kithbak";

fn prefix(account: AccountId) -> String {
    let account = account.to_string();
    let tail: String = account.chars().skip(account.chars().count().saturating_sub(8)).collect();
    format!("kith-auto-{tail}-")
}

/// Deletes the oldest of those made by this account's nodes. What is no backup is left alone.
fn forget_old(folder: &Path, account: AccountId, keep: u32) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let prefix = prefix(account);
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(&prefix) && path.extension().is_some_and(|ending| ending == ENDING) && is_backup(path)
    };
    let mut ours: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_ours).collect();
    ours.sort();
    let too_many = ours.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    for old in ours.iter().take(too_many) {
        if let Err(error) = fs::remove_file(old) {
            tracing::warn!(%error, "an old backup stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_crypto::BackupSecret;

    use super::*;

    fn account() -> AccountId {
        AccountId::from_bytes([7; 32])
    }

    #[test]
    fn the_newest_few_of_ones_own_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (header, _) = kith_crypto::BackupSealer::new(
            BackupSecret::Phrase(&Key::from_bytes(&[1; 32])),
            kith_crypto::Stretch::Strong,
        )
        .unwrap();
        let day = 24 * 3600 * 1000;
        let ours: Vec<String> = (0..5).map(|days| name(account(), 1_795_000_000_000 + days * day)).collect();
        let others = [name(AccountId::from_bytes([8; 32]), 1_700_000_000_000), "kith-auto-notes.txt".to_owned()];
        for file in ours.iter().chain(&others) {
            fs::write(folder.path().join(file), header.as_slice()).unwrap();
        }
        let no_backup = name(account(), 1_600_000_000_000);
        fs::write(folder.path().join(&no_backup), "mine").unwrap();
        forget_old(folder.path(), account(), 3);
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut wanted: Vec<String> = ours[2..].iter().chain(&others).cloned().chain([no_backup]).collect();
        wanted.sort();
        assert_eq!(left, wanted);
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
        rolling.set(folder.path(), &params, || Ok(Key::from_bytes(&[2; 32]))).unwrap();
        assert_eq!(rolling.next_at(now), Some(now), "the first at once");
        let made = BackupMade { path: "x".into(), at: now, bytes: 1 };
        rolling.tried(now, Ok(made));
        assert_eq!(rolling.next_at(now), Some(now + 7_200_000));
        rolling.tried(now, Err("no such folder".into()));
        assert_eq!(rolling.next_at(now), Some(now + AGAIN_MS));
        rolling.tried(now + 99_000_000, Err("the clock was wrong".into()));
        assert_eq!(rolling.next_at(now), Some(now + AGAIN_MS));

        let mut again = Rolling::load(file()).unwrap();
        let status = again.status();
        assert_eq!((status.every_s, status.keep, status.error.is_some()), (7200, 3, true));
        again.kept.tried_at = Some(0);
        let next = again.next_at(now).unwrap();
        assert!(next > now && next <= now + AFTER_START_MS, "a node that starts waits a little");
        let never = || Err(ApiError::new(ErrorCode::Internal, "the key is known"));
        again.set(folder.path(), &params, never).unwrap();
        again.set(folder.path(), &BackupSetParams { folder: None, ..params }, never).unwrap();
        assert_eq!((again.next_at(now), again.status().folder), (None, None));
    }
}
