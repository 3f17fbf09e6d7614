//! The institution's own settings: chosen, written down with who chose them.

use super::audit;
use super::go_live;
use crate::base::lang::Lang;
use crate::base::text;
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed, Object};
use crate::model::institution::Institution;
use crate::model::settings::{self, Changed, Legal, Setting};
use crate::model::user::Owner;
use crate::store::{Write, meta};

/// Changes all of these, or none.
pub fn change(tx: &mut Write<'_>, owner: Owner, typed: &[(&'static Setting, String)]) -> Result<Institution> {
    let was = meta::institution(tx)?;
    let mut is = was.clone();
    for (setting, value) in typed {
        setting.put(&mut is, value)?;
    }
    settings::check(&is)?;
    let mut deeds = Vec::new();
    for (setting, _) in typed {
        let (before, after) = (setting.get(&was), setting.get(&is));
        if before != after {
            is.settings.changed.insert(setting.name.to_owned(), Changed { by: owner.who(), at: tx.now() });
            deeds.push(changed(setting.name, before, after));
        }
    }
    if !deeds.is_empty() {
        meta::put_institution(tx, &is)?;
    }
    deeds.iter().try_for_each(|deed| audit::note(tx, owner.who(), deed))?;
    Ok(is)
}

fn changed(name: &str, before: impl Into<String>, after: impl Into<String>) -> Deed {
    Deed::new(Act::SettingChange).on(Object::Setting(name.to_owned())).change(before, after)
}

/// Puts a legal page up in one language; an empty text takes it down.
pub fn set_legal(tx: &mut Write<'_>, owner: Owner, legal: Legal, lang: &Lang, text: &str) -> Result<()> {
    let text = text.trim();
    let length = text.chars().count();
    if length > limits::settings::LEGAL {
        return Err(Problem::new("E706", format!("The text has {length} characters."))
            .field("text")
            .remedy(format!("It may have {}.", limits::settings::LEGAL))
            .into());
    }
    let mut institution = meta::institution(tx)?;
    let before = meta::legal(tx, legal, lang)?.unwrap_or_default();
    if before == text {
        return Ok(());
    }
    let there = institution.settings.legal.entry(legal).or_default();
    if text.is_empty() {
        there.remove(lang)
    } else {
        there.insert(lang.clone())
    };
    let name = legal.setting(lang);
    institution.settings.changed.insert(name.clone(), Changed { by: owner.who(), at: tx.now() });
    meta::put_legal(tx, legal, lang, text)?;
    meta::put_institution(tx, &institution)?;
    let told = |text: &str| text::characters(text.chars().count());
    audit::note(tx, owner.who(), &changed(&name, told(&before), told(text)))
}

/// A setting of the file is about to be another. `url` is what it says then of the public address, which is final once
/// other servers know it.
pub fn file(tx: &mut Write<'_>, owner: Owner, key: &str, before: &str, after: &str, url: Option<&str>) -> Result<()> {
    go_live::may_become(&meta::institution(tx)?, url)?;
    audit::note(tx, owner.who(), &changed(key, before, after))
}
