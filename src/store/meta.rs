//! Single records: the institution, and what the store knows of itself.

use serde_json::value::RawValue;

use super::schema::META;
use super::tx::{Rows, Write};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::model::ids::UserId;
use crate::model::institution::Institution;
use crate::model::settings::Legal;
use crate::model::stored::Place;

/// Where new media files go.
const MEDIA_PLACE: &str = "media_place";
const FILE_KEY: &str = "file_key";
const COPIES: &str = "copies";
const INSTITUTION: &str = "institution";
/// Who gets in without the identity provider.
const BREAK_GLASS: &str = "break_glass";

/// The institution; a clear problem when the data directory was never set up.
pub fn institution(rows: &impl Rows) -> Result<Institution> {
    find_institution(rows)?
        .ok_or_else(|| Problem::new("E010", "There is no set-up here yet.").remedy("Run: ./instance init").into())
}

pub fn find_institution(rows: &impl Rows) -> Result<Option<Institution>> {
    let Some(raw) = rows.get(&META, &INSTITUTION.to_owned())? else { return Ok(None) };
    serde_json::from_str(raw.get()).map(Some).map_err(|e| Error::broken("decode the institution", e))
}

/// What the names of media files are made with. It is made with the database and never changes.
pub fn file_key(rows: &impl Rows) -> Result<[u8; 32]> {
    let raw = rows.get(&META, &FILE_KEY.to_owned())?.ok_or_else(|| Error::bug("there is no key of file names"))?;
    serde_json::from_str(raw.get()).map_err(|e| Error::broken("decode the key of file names", e))
}

pub(super) fn put_file_key(tx: &mut Write<'_>, key: [u8; 32]) -> Result<()> {
    let raw = serde_json::value::to_raw_value(&key).map_err(|e| Error::broken("encode the key of file names", e))?;
    tx.put(&META, &FILE_KEY.to_owned(), &raw)
}

/// Where new media files go; the disk, when nobody said otherwise.
pub fn media_place(rows: &impl Rows) -> Result<Place> {
    let Some(raw) = rows.get(&META, &MEDIA_PLACE.to_owned())? else { return Ok(Place::default()) };
    serde_json::from_str(raw.get()).map_err(|e| Error::broken("decode the place of media files", e))
}

/// Whether small copies of strangers' pictures are wanted; not when nobody said so.
pub fn copies(rows: &impl Rows) -> Result<bool> {
    let Some(raw) = rows.get(&META, &COPIES.to_owned())? else { return Ok(false) };
    serde_json::from_str(raw.get()).map_err(|e| Error::broken("decode whether copies are wanted", e))
}

pub fn put_copies(tx: &mut Write<'_>, wanted: bool) -> Result<()> {
    let raw = serde_json::value::to_raw_value(&wanted).map_err(|e| Error::broken("encode a wish", e))?;
    tx.put(&META, &COPIES.to_owned(), &raw)
}

pub fn put_media_place(tx: &mut Write<'_>, place: Place) -> Result<()> {
    let raw = serde_json::value::to_raw_value(&place).map_err(|e| Error::broken("encode a place", e))?;
    tx.put(&META, &MEDIA_PLACE.to_owned(), &raw)
}

pub fn break_glass(rows: &impl Rows) -> Result<Option<UserId>> {
    let Some(raw) = rows.get(&META, &BREAK_GLASS.to_owned())? else { return Ok(None) };
    serde_json::from_str(raw.get()).map(Some).map_err(|e| Error::broken("decode who breaks the glass", e))
}

pub fn put_break_glass(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    let raw = serde_json::value::to_raw_value(&user).map_err(|e| Error::broken("encode a user", e))?;
    tx.put(&META, &BREAK_GLASS.to_owned(), &raw)
}

/// The text of a legal page in one language.
pub fn legal(rows: &impl Rows, legal: Legal, lang: &Lang) -> Result<Option<String>> {
    let Some(raw) = rows.get(&META, &legal_key(legal, lang))? else { return Ok(None) };
    serde_json::from_str(raw.get()).map(Some).map_err(|e| Error::broken("decode a legal page", e))
}

/// Empty for no page.
pub fn put_legal(tx: &mut Write<'_>, legal: Legal, lang: &Lang, text: &str) -> Result<()> {
    let key = legal_key(legal, lang);
    if text.is_empty() {
        return tx.remove(&META, &key).map(|_| ());
    }
    let raw = serde_json::value::to_raw_value(text).map_err(|e| Error::broken("encode a legal page", e))?;
    tx.put(&META, &key, &raw)
}

fn legal_key(legal: Legal, lang: &Lang) -> String {
    format!("legal/{}/{lang}", legal.name())
}

pub fn put_institution(tx: &mut Write<'_>, institution: &Institution) -> Result<()> {
    let raw: Box<RawValue> =
        serde_json::value::to_raw_value(institution).map_err(|e| Error::broken("encode the institution", e))?;
    tx.put(&META, &INSTITUTION.to_owned(), &raw)
}
