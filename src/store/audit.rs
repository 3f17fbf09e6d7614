//! The audit log: appended to, read from its end, cut off at its beginning, and looked through for anything that is not
//! as it was written.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::RawValue;

use super::key::Key;
use super::schema::{AUDIT, META};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::audit::{Act, Cut, Deed, Entry, Filter, Hash, Head, Row, Told};
use crate::model::ids::UserId;
use crate::model::user::Who;

/// Where the log ends: kept beside it, so that its end cannot go unseen.
const HEAD: &str = "audit_head";

/// Where the log ends; none before the first entry.
pub fn head(rows: &impl Rows) -> Result<Option<Head>> {
    let Some(raw) = rows.get(&META, &HEAD.to_owned())? else { return Ok(None) };
    serde_json::from_str(raw.get()).map(Some).map_err(|e| Error::broken("decode the head of the audit log", e))
}

/// Writes an entry behind the last.
pub fn append(tx: &mut Write<'_>, who: Who, deed: &Deed, told: &Told, cut: Option<Cut>) -> Result<Head> {
    let last = head(tx)?.unwrap_or(Head { seq: 0, hash: Hash::NONE });
    let entry = Entry {
        seq: last.seq + 1,
        prev: last.hash,
        at: tx.now(),
        who,
        act: deed.act,
        account: deed.account,
        object: deed.object.clone(),
        told: Hash::NONE,
        cut,
    };
    let (seq, row) = (entry.seq, Row::new(entry, told)?);
    let head = Head { seq, hash: row.hash };
    tx.put(&AUDIT, &seq, &row)?;
    let raw: Box<RawValue> =
        serde_json::value::to_raw_value(&head).map_err(|e| Error::broken("encode the head of the audit log", e))?;
    tx.put(&META, &HEAD.to_owned(), &raw)?;
    Ok(head)
}

/// A stretch of the log that was looked through.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that fit, newest first.
    pub entries: Vec<(Entry, Option<Told>, Hash)>,
    /// Where to go on: below this one; none at the end of the log.
    pub rest: Option<u64>,
}

/// The newest entries that fit, below `before` where that is said: at most so many, of at most
/// `limits::audit::LOOK` or so many again that are looked at.
pub fn find(rows: &impl Rows, filter: &Filter, before: Option<u64>, most: usize) -> Result<Found> {
    let span = before.map_or_else(Span::all, |before| Span::all().before(&before)).newest_first();
    let (mut found, mut looks) = (Found::default(), limits::audit::LOOK.max(most));
    rows.each(&AUDIT, &span, |seq, row| {
        if found.entries.len() == most || looks == 0 {
            return Ok(false);
        }
        looks -= 1;
        found.rest = Some(seq);
        let entry = row.read()?;
        if filter.since.is_some_and(|since| entry.at.plus(limits::keep::LONGEST_WAIT) < since) {
            // Older ones are older still, but for a clock that was set right.
            found.rest = None;
            return Ok(false);
        }
        if filter.fits(&entry) {
            found.entries.push((entry, row.told()?, row.hash));
        }
        Ok(true)
    })?;
    if let Some(seq) = found.rest
        && !rows_before(rows, seq)?
    {
        found.rest = None;
    }
    Ok(found)
}

fn rows_before(rows: &impl Rows, seq: u64) -> Result<bool> {
    Ok(!rows.keys(&AUDIT, Span::all().before(&seq).newest_first().limit(1))?.is_empty())
}

/// The oldest entries from a place on, at most so many, each with its key.
pub fn oldest(rows: &impl Rows, after: Option<u64>, most: usize) -> Result<Vec<(u64, Row)>> {
    let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
    rows.rows(&AUDIT, span.limit(most))
}

/// Takes an entry away at the old end, once it is written down that it goes.
pub fn cut_off(tx: &mut Write<'_>, seq: u64) -> Result<()> {
    tx.remove(&AUDIT, &seq).map(|_| ())
}

/// Erases what an entry tells; what it is stays.
pub fn silence(tx: &mut Write<'_>, seq: u64, row: Row) -> Result<()> {
    tx.put(&AUDIT, &seq, &Row { told: None, ..row })
}

/// What a look through the whole log found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub entries: u64,
    pub first: Option<u64>,
    pub head: Option<Head>,
    /// Entries whose words were erased, as the log says.
    pub erased: u64,
    /// What is not as it was written; the first of it.
    pub findings: Vec<String>,
    /// All of it.
    pub wrong: u64,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.wrong == 0
    }

    fn tell(&mut self, what: String) {
        self.wrong += 1;
        if self.findings.len() < limits::audit::FINDINGS {
            self.findings.push(what);
        }
    }
}

/// What is kept in mind from entry to entry.
#[derive(Default)]
struct Walk {
    report: Report,
    last: Option<Head>,
    /// What stands before the first entry.
    before: Hash,
    cut: Option<Cut>,
    seen: bool,
    /// Entries without words, and whom they concern.
    silent: Vec<(u64, [Option<UserId>; 2])>,
    /// Who was erased, by which entry.
    erasures: Vec<(u64, UserId)>,
}

/// Looks through the whole log. `known` is a head that was written down elsewhere: it must be in the log, as it was.
pub fn verify(rows: &impl Rows, known: Option<Hash>) -> Result<Report> {
    let mut walk = Walk::default();
    rows.raw(AUDIT.name, &Span::all(), &mut |key, value| {
        walk.step(key, value, known);
        Ok(true)
    })?;
    // One that does not decode is no head.
    let head = head(rows).ok().flatten();
    Ok(walk.end(head, known))
}

impl Walk {
    fn step(&mut self, mut key: &[u8], value: &[u8], known: Option<Hash>) {
        self.report.entries += 1;
        let number = u64::read(&mut key).filter(|_| key.is_empty());
        let row = serde_json::from_slice::<Row>(value).ok();
        // Also what no reader would notice: spaces, an order, a field that is not ours.
        let row = row.filter(|row| serde_json::to_vec(row).is_ok_and(|again| again == value));
        let entry = row.as_ref().and_then(|row| row.read().ok());
        let (Some(seq), Some(row), Some(entry)) = (number, row, entry) else {
            let which = number.map_or_else(|| "An entry".to_owned(), |seq| format!("Entry {seq}"));
            return self.report.tell(format!("{which} cannot be read: it was changed."));
        };
        if Hash::of(row.entry.get().as_bytes()) != row.hash || entry.seq != seq {
            self.report.tell(format!("Entry {seq} was changed: its hash is another."));
        }
        match self.last {
            None => (self.report.first, self.before) = (Some(seq), entry.prev),
            Some(last) if seq != last.seq + 1 => {
                self.report.tell(format!("Entries {} to {} are missing.", last.seq + 1, seq - 1));
            }
            Some(last) if entry.prev != last.hash => {
                self.report.tell(format!("Entry {seq} does not follow entry {}: one of them was replaced.", last.seq));
            }
            Some(_) => {}
        }
        self.hear(seq, &row, &entry);
        self.last = Some(Head { seq, hash: row.hash });
        self.seen |= known == Some(row.hash);
    }

    /// What is told besides, and what the entry says of others.
    fn hear(&mut self, seq: u64, row: &Row, entry: &Entry) {
        match &row.told {
            Some(told) if Hash::of(told.get().as_bytes()) != entry.told => {
                self.report.tell(format!("What entry {seq} tells was changed."));
            }
            Some(_) => {}
            None => self.silent.push((seq, entry.people())),
        }
        if entry.act == Act::AuditErase
            && let [_, Some(id)] = entry.people()
        {
            self.erasures.push((seq, id));
        }
        self.cut = entry.cut.or(self.cut);
    }

    fn end(mut self, head: Option<Head>, known: Option<Hash>) -> Report {
        let erased: BTreeSet<(UserId, u64)> = self.erasures.iter().map(|(seq, user)| (*user, *seq)).collect();
        for (seq, concerned) in std::mem::take(&mut self.silent) {
            let later = |user: &UserId| erased.range((*user, seq)..=(*user, u64::MAX)).next().is_some();
            if concerned.iter().flatten().any(later) {
                self.report.erased += 1;
            } else {
                self.report.tell(format!("What entry {seq} tells was taken away, and no entry says so."));
            }
        }
        let begins = match (self.report.first, self.cut) {
            (None, _) => true,
            (Some(1), _) => self.before == Hash::NONE,
            (Some(first), Some(cut)) => cut.through + 1 == first && cut.hash == self.before,
            (Some(_), None) => false,
        };
        if !begins {
            self.report.tell("The beginning is missing, and no entry says that it was cut off.".to_owned());
        }
        if head != self.last {
            let ends =
                |head: Option<Head>| head.map_or_else(|| "nowhere".to_owned(), |head| format!("with {}", head.seq));
            self.report.tell(format!(
                "The log ends {}, and what is kept beside it says that it ends {}.",
                ends(self.last),
                ends(head)
            ));
        }
        if let Some(known) = known.filter(|_| !self.seen) {
            self.report.tell(format!(
                "No entry has the hash {known}: the log was rewritten or cut since, or that one is older than what is kept."
            ));
        }
        self.report.head = self.last;
        self.report
    }
}

#[cfg(test)]
mod tests;
