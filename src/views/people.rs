//! What to call people, and whoever else did something.

use crate::error::Result;
use crate::model::user::{User, Who};
use crate::store::{Rows, users};

/// Whoever did something, as they are called now.
pub fn who(rows: &impl Rows, who: Who) -> Result<String> {
    let user = who.user().map_or(Ok(None), |id| users::get(rows, id))?;
    let user = user.as_ref().map(User::told_apart);
    Ok(match who {
        Who::Operator => "the operator".to_owned(),
        Who::Nobody => "nobody who is known".to_owned(),
        Who::User(_) => user.unwrap_or_else(|| "somebody".to_owned()),
        Who::Client { .. } => format!("a program of {}", user.as_deref().unwrap_or("the operator")),
    })
}
