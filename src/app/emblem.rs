//! Pictures for an account that has none yet: an emblem with its initials and a calm header, drawn by the program, so
//! that other servers do not show a blank face.

use std::sync::Arc;

use super::{App, upload};
use crate::actions::accounts::{self, Change};
use crate::error::{Error, Result};
use crate::media::draw;
use crate::model::account::Account;
use crate::model::media::About;
use crate::model::power::Administer;
use crate::model::user::{Asker, By};

/// Draws what is missing; what follows from the handle is the same every time.
pub async fn dress(app: &Arc<App>, account: &Account) -> Result<Account> {
    let by: By<Administer> = Asker::Operator.may(account.id)?;
    let (seed, letters) = (account.handle.clone(), initials(&account.name));
    let alt =
        if letters.is_empty() { "An emblem".to_owned() } else { format!("The letters {letters} on a coloured ground") };
    let draw = move || (draw::avatar(&seed, &letters), draw::header(&seed));
    let (avatar, header) = tokio::task::spawn_blocking(draw).await.map_err(|e| Error::broken("draw an emblem", e))?;
    let mut change = Change::default();
    if account.avatar.is_none() {
        change.avatar = Some(Some(upload::take_bytes(app, by.to(), &avatar, About::words(alt)).await?.id));
    }
    if account.header.is_none() {
        change.header =
            Some(Some(upload::take_bytes(app, by.to(), &header, About::words("Hills under a calm sky")).await?.id));
    }
    let site = app.site.clone();
    app.store.write(move |tx| accounts::edit(tx, &site, by, &change)).await
}

/// The first letters of words that begin with a capital: `CE` of "City of Example".
fn initials(name: &str) -> String {
    let first = |word: &str| word.chars().next().filter(|c| c.is_uppercase());
    name.split_whitespace().filter_map(first).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_big_words() {
        for (name, expected) in [
            ("City of Example", "CE"),
            ("press", ""),
            ("Ålands Landskapsregering", "ÅL"),
            ("A B C D", "ABC"),
            ("  ", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
