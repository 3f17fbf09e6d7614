//! The first words: an institution, and the keys of the server itself.

use crate::error::{Problem, Result};
use crate::model::account::Keys;
use crate::model::audit::{Act, Deed};
use crate::model::ids::INSTANCE;
use crate::model::institution::Institution;
use crate::model::user::Owner;
use crate::store::schema::KEYS;
use crate::store::{Write, meta};

/// Sets up an empty store. `keys` are the server's own (see `accounts::new_keys`).
pub fn init(tx: &mut Write<'_>, owner: Owner, institution: &Institution, keys: &Keys) -> Result<()> {
    if meta::find_institution(tx)?.is_some() {
        return Err(Problem::new("E011", "This data directory is set up already.")
            .remedy("Change accounts with 'instance account', settings with 'instance config'.")
            .into());
    }
    tx.put(&KEYS, &INSTANCE, keys)?;
    meta::put_institution(tx, institution)?;
    super::audit::note(tx, owner.who(), &Deed::new(Act::ServerSetUp).with(&institution.name))
}
