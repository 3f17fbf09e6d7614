//! Accounts: made, changed.

use crate::activitypub::write;
use crate::base::lang::Lang;
use crate::base::text;
use crate::crypto::keys::{Ed25519Key, PublicKey, RsaKey};
use crate::error::{Error, Problem, Result};
use crate::model::account::{self, Account, Field, Keys, Kind, Languages, NewAccount, Replies};
use crate::model::audit::{Act, Deed};
use crate::model::draft::Approval;
use crate::model::ids::{AccountId, ActivityId, MediaId};
use crate::model::media::{About, check_alt};
use crate::model::power::Administer;
use crate::model::site::Site;
use crate::model::user::{By, Owner};
use crate::store::schema::{KEYS, MEDIA};
use crate::store::{Rows, Write, accounts};

use super::address::{self, Saying};
use super::audit;

/// Fresh keys; takes about 70 ms of processor time, so call it outside transactions.
pub fn new_keys(now: crate::base::time::Timestamp) -> Result<Keys> {
    let ed25519 = Ed25519Key::generate();
    Ok(Keys { rsa: RsaKey::generate()?.to_pkcs8(), ed25519: ed25519.seed().to_vec(), created: now })
}

/// The public halves of an account's keys: RSA, Ed25519.
pub fn public_keys(rows: &impl Rows, id: AccountId) -> Result<(PublicKey, PublicKey)> {
    let keys = rows.get(&KEYS, &id)?.ok_or_else(|| Error::bug("an account without keys"))?;
    let seed: [u8; 32] =
        keys.ed25519.as_slice().try_into().map_err(|_| Error::bug("an Ed25519 seed of a wrong length"))?;
    Ok((RsaKey::from_pkcs8(&keys.rsa)?.public(), Ed25519Key::from_seed(seed).public()))
}

pub fn add(tx: &mut Write<'_>, owner: Owner, new: &NewAccount, keys: &Keys) -> Result<Account> {
    let handle = new.handle.trim_start_matches('@').to_lowercase();
    if !text::valid_handle(&handle) {
        return Err(Problem::new("E113", format!("'{handle}' cannot be an account's name."))
            .field("handle")
            .remedy("Use 1 to 30 letters a to z, digits and underscores, and no reserved word.")
            .into());
    }
    new.check()?;
    if accounts::by_handle(tx, &handle)?.is_some() {
        return Err(Problem::new("E114", format!("There is, or was, an account @{handle}.")).field("handle").into());
    }
    let now = tx.now();
    let account = Account {
        id: AccountId(tx.id()),
        handle,
        kind: new.kind,
        name: new.name.clone(),
        summary: new.summary.clone(),
        fields: Vec::new(),
        avatar: None,
        header: None,
        language: new.language.clone(),
        created: now,
        updated: now,
        pinned: Vec::new(),
        also_known_as: Vec::new(),
        moved_to: None,
        replies: Replies::default(),
        languages: Languages::default(),
        approval: Approval::default(),
        demo: new.demo,
        deleted: None,
    };
    tx.put(&KEYS, &account.id, keys)?;
    accounts::put(tx, &account)?;
    if !account.demo {
        audit::note(tx, owner.who(), &Deed::new(Act::AccountAdd).of(account.id).on(account.id))?;
    }
    Ok(account)
}

/// What may be changed of an account; `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub name: Option<String>,
    pub summary: Option<String>,
    pub fields: Option<Vec<Field>>,
    pub kind: Option<Kind>,
    pub language: Option<Lang>,
    pub replies: Option<Replies>,
    pub languages: Option<Languages>,
    /// `Some(None)` takes the picture away.
    pub avatar: Option<Option<MediaId>>,
    pub header: Option<Option<MediaId>>,
    /// What the pictures show, also those that stay.
    pub avatar_alt: Option<String>,
    pub header_alt: Option<String>,
    pub also_known_as: Option<Vec<String>>,
}

/// Changes a profile and tells the followers' servers.
pub fn edit(tx: &mut Write<'_>, site: &Site, by: By<Administer>, change: &Change) -> Result<Account> {
    let mut account = accounts::need(tx, by.account())?;
    check(change)?;
    let old = [account.avatar, account.header];
    let was = account.clone();
    apply(&mut account, change);
    account.updated = tx.now();
    for (picture, before) in [(account.avatar, old[0]), (account.header, old[1])] {
        if picture != before {
            super::media::replace(tx, account.id, before, picture)?;
        }
    }
    for (picture, alt) in [(account.avatar, &change.avatar_alt), (account.header, &change.header_alt)] {
        if let (Some(id), Some(alt)) = (picture, alt) {
            check_alt(alt)?;
            let media = tx.need(&MEDIA, &id)?;
            let about = About { alt: alt.clone(), ..media.about() };
            super::media::set(tx, media, &about)?;
        }
    }
    accounts::put(tx, &account)?;
    if !account.demo {
        let [before, after] = differences(&was, &account);
        let deed = Deed::new(Act::AccountEdit).of(account.id).on(account.id).change(before, after);
        audit::note(tx, by.who(), &deed)?;
    }
    if site.live && !account.demo {
        tell(tx, site, &account)?;
    }
    Ok(account)
}

fn check(change: &Change) -> Result<()> {
    change.name.as_deref().map_or(Ok(()), account::check_name)?;
    change.summary.as_deref().map_or(Ok(()), account::check_summary)?;
    change.fields.as_deref().map_or(Ok(()), account::check_fields)
}

fn apply(account: &mut Account, change: &Change) {
    let change = change.clone();
    account.name = change.name.unwrap_or_else(|| account.name.clone());
    account.summary = change.summary.unwrap_or_else(|| account.summary.clone());
    account.fields = change.fields.unwrap_or_else(|| account.fields.clone());
    account.language = change.language.unwrap_or_else(|| account.language.clone());
    account.also_known_as = change.also_known_as.unwrap_or_else(|| account.also_known_as.clone());
    account.kind = change.kind.unwrap_or(account.kind);
    account.replies = change.replies.unwrap_or(account.replies);
    account.languages = change.languages.unwrap_or(account.languages);
    account.avatar = change.avatar.unwrap_or(account.avatar);
    account.header = change.header.unwrap_or(account.header);
}

/// What differs of two states of a profile, for the audit log: small values as they are, texts by their names.
fn differences(was: &Account, is: &Account) -> [String; 2] {
    let said = |account: &Account| {
        let kind = format!("{:?}", account.kind).to_lowercase();
        let replies = format!("{:?}", account.replies).to_lowercase();
        let picture = |media: Option<MediaId>| media.map_or_else(|| "none".to_owned(), |id| id.to_string());
        [
            ("name", account.name.clone()),
            ("text", format!("{} characters", account.summary.chars().count())),
            ("lines", account.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join("; ")),
            ("language", account.language.to_string()),
            ("kind", kind),
            ("replies", replies),
            ("languages go out as", format!("{:?}", account.languages).to_lowercase()),
            ("picture", picture(account.avatar)),
            ("wide picture", picture(account.header)),
            ("also known as", account.also_known_as.join(" ")),
        ]
    };
    let differ = said(was).into_iter().zip(said(is)).filter(|(was, is)| was.1 != is.1);
    let (before, after): (Vec<_>, Vec<_>) =
        differ.map(|((what, was), (_, is))| (format!("{what}: {was}"), format!("{what}: {is}"))).unzip();
    [before.join(", "), after.join(", ")]
}

/// Sends the profile as it is now.
fn tell(tx: &mut Write<'_>, site: &Site, account: &Account) -> Result<()> {
    let (rsa, ed25519) = public_keys(tx, account.id)?;
    let avatar = account.avatar.map_or(Ok(None), |id| tx.get(&MEDIA, &id))?;
    let header = account.header.map_or(Ok(None), |id| tx.get(&MEDIA, &id))?;
    let parts = write::actor::ActorParts {
        site,
        account,
        rsa: &rsa,
        ed25519: &ed25519,
        avatar: avatar.as_ref(),
        header: header.as_ref(),
    };
    let id = ActivityId(tx.id());
    let json = write::update_actor(&parts, id);
    let inboxes = address::followers(tx, account.id)?;
    address::say(tx, &Saying { id, account: account.id, post: None, listed: false, json: &json }, &inboxes)
}
