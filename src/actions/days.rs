//! The count of a day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::base::time::{day_number, day_of};
use crate::error::Result;
use crate::model::day::{Day, Places};
use crate::model::ids::{AccountId, ServerId};
use crate::store::counts::{self, Count};
use crate::store::{Rows, Write, accounts, actors, days, follows};

/// How things stand, account by account. Looks at every inbox with followers behind it: outside of any write.
pub fn count(rows: &impl Rows) -> Result<Vec<(AccountId, Day)>> {
    let mut all = Vec::new();
    for account in accounts::all(rows)? {
        let mut servers: BTreeMap<ServerId, u64> = BTreeMap::new();
        for (inbox, followers) in follows::behind_each(rows, account.id)? {
            *servers.entry(actors::get_inbox(rows, inbox)?.server).or_default() += followers;
        }
        let mut hosts = Vec::new();
        for (server, followers) in servers {
            hosts.push((actors::get_server(rows, server)?.host, followers));
        }
        let followers = counts::get(rows, Count::Followers(account.id))?;
        all.push((account.id, Day { followers, places: Some(Places::of(hosts)) }));
    }
    Ok(all)
}

/// Writes what was counted down as this day's, over what was counted earlier on it. Of the day before, the places are
/// kept when it was the last of its month.
pub fn keep(tx: &mut Write<'_>, today: Date, counted: &[(AccountId, Day)]) -> Result<()> {
    let number = day_number(today);
    for (account, row) in counted {
        if days::get(tx, *account, number)?.as_ref() == Some(row) {
            continue;
        }
        if let Some((before, old)) = days::before(tx, *account, number)?
            && old.places.is_some()
            && day_of(before).first_of_month() == today.first_of_month()
        {
            days::put(tx, *account, before, &Day { places: None, ..old })?;
        }
        days::put(tx, *account, number, row)?;
    }
    Ok(())
}
