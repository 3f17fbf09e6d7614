//! `accounts/update_credentials` and `profile`: what an account says of itself, and its two pictures.

use std::sync::Arc;

use super::{accounts, input};
use crate::actions::accounts::{self as verbs, Change};
use crate::app::{App, upload};
use crate::error::Result;
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::picture::Shape;
use crate::model::account::{Account, Field, Kind};
use crate::model::ids::MediaId;
use crate::model::media::About;
use crate::model::power::Administer;
use crate::model::user::{Asker, By, Client};
use crate::store::accounts as rows;
use crate::web::multipart;
use crate::web::request::{Form, Request};
use crate::web::response::Response;
use crate::web::who::Acts as _;

fn by(client: &Client) -> Result<By<Administer>> {
    Asker::Client(client.clone()).may(client.token.account)
}

/// `PATCH /api/v1/accounts/update_credentials`: what is not sent stays.
pub(super) async fn edit(app: &Arc<App>, request: &mut Request, client: Client) -> Result<Response> {
    let by = by(&client)?;
    let _permit = app.uploads.take(Asker::Client(client.clone()).who())?;
    let (form, mut files) = if request.boundary().is_some() {
        let parts = multipart::read(request, &app.files, &["avatar", "header"], 2, limits::inbound::UPLOAD).await?;
        (parts.form, parts.files)
    } else {
        (input::form(request, &app.files).await?, Vec::new())
    };
    let account = app.store.read(|read| rows::need(read, by.account()))?;
    let mut taken = |name: &str| files.iter().position(|(part, _)| part == name).map(|at| files.swap_remove(at).1);
    let (avatar, header) = (taken("avatar"), taken("header"));
    let change = Change {
        avatar: picture(app, by, avatar, &account, Shape::Avatar(0.0, 0.0)).await?,
        header: picture(app, by, header, &account, Shape::Header(0.0, 0.0)).await?,
        ..change(&account, &form)?
    };
    write(app, by, change, &client).await
}

/// `DELETE /api/v1/profile/avatar` or `…/header`
pub(super) async fn drop_picture(app: &Arc<App>, client: Client, avatar: bool) -> Result<Response> {
    let by = by(&client)?;
    let none = Some(None::<MediaId>);
    let (avatar, header) = if avatar { (none, None) } else { (None, none) };
    write(app, by, Change { avatar, header, ..Change::default() }, &client).await
}

async fn write(app: &Arc<App>, by: By<Administer>, change: Change, client: &Client) -> Result<Response> {
    let site = app.site.clone();
    client.write(app, move |tx| verbs::edit(tx, &site, by, &change).map(drop)).await?;
    accounts::credentials(app, client)
}

/// Most programs cannot send a description: the account's name says whose picture it is.
async fn picture(
    app: &Arc<App>,
    by: By<Administer>,
    file: Option<Unfinished>,
    account: &Account,
    shape: Shape,
) -> Result<Option<Option<MediaId>>> {
    let Some(file) = file else { return Ok(None) };
    let media = upload::take_as(app, by.to(), file, About::words(account.name.clone()), shape).await?;
    Ok(Some(Some(media.id)))
}

fn change(account: &Account, form: &Form) -> Result<Change> {
    let text = |name: &str| form.find(name).map(|_| form.text(name).trim().to_owned());
    let words = |name: &str| text(name).filter(|words| !words.is_empty());
    let kind = form.find("bot").map(|_| match (input::truth(form, "bot"), account.kind) {
        (true, _) => Kind::Service,
        (false, Kind::Service) => Kind::Organization,
        (false, kind) => kind,
    });
    Ok(Change {
        name: text("display_name"),
        summary: text("note"),
        kind,
        language: words("source[language]").map(|code| code.parse()).transpose()?,
        fields: fields(form),
        avatar_alt: words("avatar_description"),
        header_alt: words("header_description"),
        ..Change::default()
    })
}

/// `fields_attributes[0][name]`, `fields_attributes[][name]`: all lines when any is sent; empty ones go.
fn fields(form: &Form) -> Option<Vec<Field>> {
    let mut lines: Vec<(String, Field)> = Vec::new();
    for (key, value) in form.pairs() {
        let Some((place, part)) = key.strip_prefix("fields_attributes[").and_then(|rest| rest.split_once("][")) else {
            continue;
        };
        // A second name is that of the next line, where lines have no numbers.
        let goes_on = |(last, line): &(String, Field)| last == place && (part != "name]" || line.name.is_empty());
        if !lines.last().is_some_and(goes_on) {
            lines.push((place.to_owned(), Field { name: String::new(), value: String::new() }));
        }
        if let Some((_, line)) = lines.last_mut() {
            match part {
                "name]" => value.trim().clone_into(&mut line.name),
                "value]" => value.trim().clone_into(&mut line.value),
                _ => {}
            }
        }
    }
    let sent = !lines.is_empty();
    let lines = lines.into_iter().map(|(_, line)| line).filter(|l| !(l.name.is_empty() && l.value.is_empty()));
    sent.then(|| lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_with_numbers_or_in_order() {
        let form = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(part, value)| (format!("fields_attributes{part}"), (*value).to_owned()));
            Form::new(pairs.collect()).unwrap()
        };
        let two = [("Site", "https://a.example"), ("Tel", "1")];
        for pairs in [
            [("[0][name]", "Site"), ("[0][value]", "https://a.example"), ("[1][name]", "Tel"), ("[1][value]", " 1 ")],
            [("[][name]", "Site"), ("[][value]", "https://a.example"), ("[][name]", "Tel"), ("[][value]", "1")],
        ] {
            let read: Vec<_> = fields(&form(&pairs)).unwrap().into_iter().map(|f| (f.name, f.value)).collect();
            assert_eq!(read, two.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        assert_eq!(fields(&form(&[("[0][name]", ""), ("[0][value]", "")])), Some(Vec::new()), "all are taken away");
        assert_eq!(fields(&form(&[])), None);
    }
}
