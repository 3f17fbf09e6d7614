//! The pages that the law asks for: what the institution wrote, in the languages in which it wrote it.

use askama::Template;

use super::shell::{Card, Scene, Shell, name};
use crate::base::lang::Lang;
use crate::base::{markup, text};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::settings::Legal;
use crate::store::{Rows, meta};

#[derive(Template)]
#[template(path = "law.html")]
struct Law {
    s: Shell,
    card: Card,
    title: &'static str,
    /// Other languages: path, tag, name.
    others: Vec<(String, String, String)>,
    html: String,
}

/// The language of a page: the one that is asked for, or that of the main one.
pub fn language(rows: &impl Rows, legal: Legal, asked: Option<&str>) -> Result<Lang> {
    let institution = meta::institution(rows)?;
    let main = institution.main_language();
    match asked {
        None => institution.settings.spoken(legal, &main, &main).ok_or(Error::NotFound),
        Some(asked) => {
            let lang: Lang = asked.parse().map_err(|_| Error::NotFound)?;
            let there = institution.settings.legal.get(&legal).is_some_and(|langs| langs.contains(&lang));
            // Other spellings of a tag are other addresses.
            if there && lang.as_str() == asked { Ok(lang) } else { Err(Error::NotFound) }
        }
    }
}

/// `/about/imprint/de`, whose scene is in that language.
pub fn render(rows: &impl Rows, scene: &Scene<'_>, legal: Legal) -> Result<String> {
    let written = meta::legal(rows, legal, &scene.lang)?.ok_or(Error::NotFound)?;
    let title = scene.legal_title(legal);
    let there = scene.institution.settings.legal.get(&legal);
    let others = there.into_iter().flatten().filter(|lang| **lang != scene.lang);
    let path = scene.legal_path(legal, &scene.lang);
    let first = text::clip(&text::one_line(&written), limits::pages::DESCRIPTION).into_owned();
    super::text(&Law {
        s: scene.shell(title),
        card: scene.card("website", &path, title, &name(&first)),
        title,
        others: others
            .map(|lang| (scene.legal_path(legal, lang), lang.to_string(), lang.own_name().to_owned()))
            .collect(),
        html: html(&written),
    })
}

/// Plain text with a little form: `## ` begins a heading, `- ` a line of a list, a blank line a paragraph; addresses are
/// links. No HTML of the author passes.
pub fn html(written: &str) -> String {
    let mut out = String::new();
    for block in written.replace('\r', "").split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let (mut prose, mut items): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for line in block.lines().map(str::trim) {
            let heading = line.strip_prefix("## ").or_else(|| line.strip_prefix("# "));
            let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
            if item.is_none() {
                close_list(&mut out, &mut items);
            }
            match (heading, item) {
                (Some(heading), _) => {
                    close_prose(&mut out, &mut prose);
                    out.extend(["<h2>", &inline(heading), "</h2>\n"]);
                }
                (None, Some(item)) => {
                    close_prose(&mut out, &mut prose);
                    items.push(item);
                }
                (None, None) => prose.push(line),
            }
        }
        close_list(&mut out, &mut items);
        close_prose(&mut out, &mut prose);
    }
    out
}

fn close_prose(out: &mut String, prose: &mut Vec<&str>) {
    if !prose.is_empty() {
        out.extend(["<p>", &inline(&prose.join("\n")), "</p>\n"]);
        prose.clear();
    }
}

fn close_list(out: &mut String, items: &mut Vec<&str>) {
    if !items.is_empty() {
        out.push_str("<ul>");
        for item in items.drain(..) {
            out.extend(["<li>", &inline(item), "</li>"]);
        }
        out.push_str("</ul>\n");
    }
}

/// Words as in a post, but nobody is mentioned and nothing is a tag.
fn inline(words: &str) -> String {
    let marked = markup::links(words);
    marked.replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn text_gets_a_little_form_and_no_html_of_its_own() {
        let written = "## Who we are\nCity of Example\nTown Hall 1\n\nFor us speak:\n- Ana & Ben\n- <b>Cem</b>\n\nSee https://city.example/x #1 @ana.";
        assert_eq!(
            html(written),
            "<h2>Who we are</h2>\n<p>City of Example<br>Town Hall 1</p>\n<p>For us speak:</p>\n\
             <ul><li>Ana &amp; Ben</li><li>&lt;b&gt;Cem&lt;/b&gt;</li></ul>\n\
             <p>See <a href=\"https://city.example/x\" rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">\
             https://</span><span>city.example/x</span></a> #1 @ana.</p>\n"
        );
        assert_eq!(html(" \n\n"), "");
    }
}
