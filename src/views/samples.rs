//! A small institution for tests: accounts, posts and strangers in a store that lives in memory.

use std::time::Duration;

use crate::base::lang::Lang;
use crate::base::markup;
use crate::base::time::{Clock, Timestamp};
use crate::model::account::{Account, Kind, Languages, Replies};
use crate::model::actor::{Actor, Profile};
use crate::model::draft::Approval;
use crate::model::ids::{AccountId, MediaId, NoteId, PostId};
use crate::model::institution::Institution;
use crate::model::media::{Media, Small};
use crate::model::note::{Content, Note, Shown};
use crate::model::post::{Post, Quoting, ReplyTo, Tag, Version, Visibility};
use crate::model::site::Site;
use crate::store::{Options, Store, accounts, actors, media as files, meta, notes, posts};

pub fn site() -> Site {
    Site { origin: "https://social.city.example".into(), handle_domain: "city.example".into(), live: true }
}

pub fn lang(tag: &str) -> Lang {
    tag.parse().expect("a language tag")
}

pub struct House {
    pub store: Store,
    clock: Clock,
}

impl House {
    pub fn new() -> Self {
        // 23 November 2026, 09:00 UTC
        let clock = Clock::by_hand(Timestamp(1_795_424_400_000));
        let options = Options::alone(1 << 20, clock.clone());
        let store = Store::on_backend(redb::backends::InMemoryBackend::new, options).unwrap();
        let house = Self { store, clock };
        let institution = Institution::new(
            "City of Example",
            vec![lang("en"), lang("de"), lang("ar")],
            "Europe/Brussels",
            house.clock.now(),
        );
        house.store.write_blocking(move |tx| meta::put_institution(tx, &institution)).unwrap();
        house
    }

    fn id(&self) -> u64 {
        self.clock.advance(Duration::from_secs(60));
        self.store.write_blocking(|tx| Ok(tx.id())).unwrap()
    }

    pub fn account(&self, handle: &str) -> Account {
        let account = Account {
            id: AccountId(self.id()),
            handle: handle.into(),
            kind: Kind::Organization,
            name: format!("{} Office", handle.to_uppercase()),
            summary: "News and statements. https://city.example".into(),
            fields: Vec::new(),
            avatar: None,
            header: None,
            language: lang("en"),
            created: self.clock.now(),
            updated: self.clock.now(),
            pinned: Vec::new(),
            also_known_as: Vec::new(),
            moved_to: None,
            replies: Replies::Released,
            languages: Languages::default(),
            approval: Approval::default(),
            demo: false,
            deleted: None,
        };
        self.put_account(account.clone());
        account
    }

    pub fn put_account(&self, account: Account) {
        self.store.write_blocking(move |tx| accounts::put(tx, &account)).unwrap();
    }

    pub fn post(&self, account: &Account, text: &str) -> Post {
        self.post_in(account, &[("en", text)], None)
    }

    pub fn reply(&self, account: &Account, text: &str, to: ReplyTo) -> Post {
        self.post_in(account, &[("en", text)], Some(to))
    }

    pub fn post_in(&self, account: &Account, versions: &[(&str, &str)], reply_to: Option<ReplyTo>) -> Post {
        let tag = |tag: markup::Tag| Tag { shown: tag.shown, folded: tag.folded };
        let post = Post {
            id: PostId(self.id()),
            account: account.id,
            published: self.clock.now(),
            updated: None,
            deleted: None,
            reason: Vec::new(),
            visibility: Visibility::Public,
            quoting: Quoting::Anyone,
            versions: versions
                .iter()
                .map(|(l, text)| Version { lang: lang(l), text: (*text).into(), warning: String::new() })
                .collect(),
            media: Vec::new(),
            sensitive: false,
            reply_to,
            episode: None,
            poll: None,
            quoted: None,
            mentions: Vec::new(),
            tags: versions.iter().flat_map(|(_, text)| markup::hashtags(text)).map(tag).collect(),
            activities: Vec::new(),
            revisions: Vec::new(),
            urgent: false,
            demo: false,
            written: false,
            languages: Languages::default(),
            retired: Vec::new(),
        };
        self.put_post(post.clone());
        post
    }

    pub fn put_post(&self, post: Post) {
        self.store.write_blocking(move |tx| posts::put(tx, &post)).unwrap();
    }

    pub fn delete(&self, post: &Post) {
        self.put_post(Post { deleted: Some(self.clock.now()), versions: Vec::new(), ..post.clone() });
    }

    pub fn picture(&self, account: &Account, name: &str, alt: &str) -> Media {
        let media = Media {
            id: MediaId(self.id()),
            account: account.id,
            created: self.clock.now(),
            alt: alt.into(),
            alts: Vec::new(),
            decorative: false,
            file: format!("{name}.jpg"),
            mime: "image/jpeg".into(),
            width: 1600,
            height: 900,
            bytes: 100_000,
            small: Some(Small {
                file: format!("{name}-small.webp"),
                mime: "image/webp".into(),
                width: 800,
                height: 450,
                bytes: 50_000,
            }),
            middle: None,
            clip: None,
            spoken: crate::model::spoken::Spoken::default(),
            blurhash: String::new(),
            focus: None,
            used: true,
            draft: None,
            fresh: Vec::new(),
        };
        let row = media.clone();
        self.store.write_blocking(move |tx| files::put(tx, &row)).unwrap();
        media
    }

    pub fn stranger(&self, user: &str, name: &str) -> Actor {
        let uri = format!("https://other.example/users/{user}");
        let profile = Profile {
            inbox: format!("{uri}/inbox"),
            shared_inbox: None,
            user: user.into(),
            domain: "other.example".into(),
            name: name.into(),
            url: format!("https://other.example/@{user}"),
            keys: Vec::new(),
            also_known_as: Vec::new(),
            uri,
        };
        self.store.write_blocking(move |tx| actors::learn(tx, &profile)).unwrap()
    }

    /// A public note under a post of ours; `parent` is another note there that it answers.
    pub fn note(&self, author: &Actor, under: &Post, parent: Option<&Note>, shown: Shown, html: &str) -> Note {
        let id = NoteId(self.id());
        let uri = format!("https://other.example/notes/{id}");
        let note = Note {
            id,
            author: author.id,
            content: Content {
                url: uri.clone(),
                uri,
                html: html.into(),
                warning: String::new(),
                lang: Some(lang("de")),
                published: self.clock.now(),
                updated: None,
                in_reply_to: Some(parent.map_or_else(|| site().post(under.id), |p| p.content.uri.clone())),
                mentions: Vec::new(),
                attachments: Vec::new(),
                public: true,
            },
            thread: Some(under.id),
            concerns: vec![under.account],
            received: self.clock.now(),
            shown,
        };
        self.put_note(note.clone());
        note
    }

    pub fn put_note(&self, note: Note) {
        self.store.write_blocking(move |tx| notes::put(tx, &note)).unwrap();
    }
}
