//! What the verbs write down of themselves: one entry of the audit log, in the transaction of the act.

use crate::base::time::Timestamp;
use crate::crypto::{digest, random};
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Cut, Deed, Object, Told};
use crate::model::ids::UserId;
use crate::model::user::{Owner, Who};
use crate::store::{Rows, Write, accounts, audit, meta, users};

/// Writes down who did what. Every verb that a person causes calls it, after its last check.
pub fn note(tx: &mut Write<'_>, who: Who, deed: &Deed) -> Result<()> {
    write(tx, who, deed, None).map(|_| ())
}

fn write(tx: &mut Write<'_>, who: Who, deed: &Deed, cut: Option<Cut>) -> Result<u64> {
    let told = Told::new(digest::hex(&random::bytes::<16>()), &called(tx, who)?, &object(tx, deed)?, deed);
    audit::append(tx, who, deed, &told, cut).map(|head| head.seq)
}

/// Says that what the log tells of somebody who has left is erased; answers with the entry that says so. What comes
/// after it stays.
pub fn begin_erasing(tx: &mut Write<'_>, owner: Owner, id: UserId, why: &str) -> Result<u64> {
    let user = users::need(tx, id)?;
    if user.off.is_none() {
        return Err(Problem::new("E702", format!("{} may still log in.", user.shown()))
            .remedy("Their names come back with all they do. First switch them off: instance user off")
            .into());
    }
    write(tx, owner.who(), &Deed::new(Act::AuditErase).on(id).because(why), None)
}

/// How far erasing has come.
#[derive(Debug, Clone, Copy)]
pub struct Erased {
    pub erased: usize,
    /// Behind which entry to go on.
    pub rest: Option<u64>,
}

/// Erases what a stretch of entries tells of somebody, up to the one that says so.
pub fn erase(tx: &mut Write<'_>, _: Owner, user: UserId, after: u64, last: u64) -> Result<Erased> {
    let rows = audit::oldest(tx, Some(after), limits::keep::STEP)?;
    let rest = rows.last().map(|(seq, _)| *seq).filter(|seq| *seq < last);
    let mut erased = 0;
    for (seq, row) in rows.into_iter().filter(|(seq, _)| *seq < last) {
        let entry = row.read()?;
        // What says that something was erased stays, and why.
        if row.told.is_some() && entry.concerns(user) && entry.act != Act::AuditErase {
            audit::silence(tx, seq, row)?;
            erased += 1;
        }
    }
    Ok(Erased { erased, rest })
}

/// Cuts a stretch of entries off that are older than the institution keeps them, and says so in an entry from which the
/// rest can be proven; true when there may be more.
pub fn prune(tx: &mut Write<'_>) -> Result<bool> {
    let years = meta::institution(tx)?.settings.audit_years;
    let days = years.saturating_mul(limits::audit::DAYS_OF_YEAR);
    let before = Timestamp(tx.now().0.saturating_sub(days.saturating_mul(24 * 3_600_000)));
    let mut old = Vec::new();
    for (seq, row) in audit::oldest(tx, None, limits::keep::STEP)? {
        if row.read()?.at >= before {
            break;
        }
        old.push((seq, row.hash));
    }
    let (Some((first, _)), Some((through, hash))) = (old.first().copied(), old.last().copied()) else {
        return Ok(false);
    };
    let told = format!("entries {first} to {through}, older than {years} years");
    write(tx, Who::Nobody, &Deed::new(Act::AuditPrune).with(told), Some(Cut { through, hash }))?;
    old.iter().try_for_each(|(seq, _)| audit::cut_off(tx, *seq))?;
    Ok(old.len() == limits::keep::STEP)
}

/// What whoever did it is called.
fn called(rows: &impl Rows, who: Who) -> Result<String> {
    let user = who.user().map_or(Ok(None), |id| users::get(rows, id))?;
    let user = user.filter(|user| !user.shown().is_empty()).map(|user| user.told_apart()).unwrap_or_default();
    Ok(match who {
        Who::Operator | Who::Nobody | Who::User(_) => user,
        Who::Client { token, .. } => {
            let name = super::tokens::named(rows, token)?.map(|token| token.name).unwrap_or_default();
            if user.is_empty() { name } else { format!("{user} ({name})") }
        }
    })
}

/// What the object is called, where its number alone tells people nothing.
fn object(rows: &impl Rows, deed: &Deed) -> Result<String> {
    if let Some(Object::Account(id)) = &deed.object {
        return Ok(accounts::get(rows, *id)?.map(|account| format!("@{}", account.handle)).unwrap_or_default());
    }
    // Whoever is about to be forgotten is not named.
    let user = deed.object.as_ref().and_then(Object::user).filter(|_| deed.act != Act::AuditErase);
    let user = user.map_or(Ok(None), |id| users::get(rows, id))?;
    Ok(user.map(|user| user.shown().to_owned()).unwrap_or_default())
}
