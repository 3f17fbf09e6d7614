//! German.

use super::{Plural, Words};

pub static WORDS: Words = Words {
    lang: "de",
    group: '.',
    zero_is_one: false,

    skip: "Zum Hauptinhalt springen",
    site: "Website",
    accounts: "Konten",
    about: "Über diesen Server",
    privacy: "Datenschutz",
    accessibility: "Barrierefreiheit",
    feeds: "Feeds",
    times_in: "Zeiten: {}",
    trial: "Probebetrieb",
    trial_says: "Hier ist nichts amtlich, und nichts verlässt diesen Server.",

    home_title: "Offizielle Konten",
    lead: "Das sind unsere offiziellen Konten im Fediverse. Folgen Sie uns von jedem Server aus, per Feed, oder lesen \
           Sie einfach hier: ohne Konto, ohne Cookies, ohne Tracking.",
    latest: "Neueste Beiträge",
    all_posts: "Alle Beiträge",
    nothing_yet: "Hier wurde noch nichts veröffentlicht.",
    older: "Ältere Beiträge",
    newest: "Neueste Beiträge",
    pages: "Seiten",

    posts: Plural { one: "{} Beitrag", other: "{} Beiträge" },
    followers: Plural { one: "{} Follower", other: "{} Follower" },
    last_post: "Letzter Beitrag: {}",
    official: "Offiziell: Dieser Server gehört zu {}",
    follow: "Vom eigenen Server aus folgen",
    follow_how: "Kopieren Sie diese Adresse in das Suchfeld von Mastodon oder einer anderen Fediverse-App:",
    by_feed: "Per Feed:",
    tab_posts: "Beiträge",
    tab_replies: "Beiträge und Antworten",
    pinned: "Angeheftet",
    sample: "Muster",
    sample_says: "Muster: nur im Probebetrieb zu sehen, keine Mitteilung.",
    moved: "Dieses Konto ist umgezogen nach {}",
    profile_says: "Offizielle Beiträge von {}",

    post_by: "Beitrag von {}",
    in_reply: "Antwort an {}",
    also_in: "Auch auf:",
    megabyte: "MB",
    download: "Herunterladen",
    captions: "Untertitel",
    transcript: "Abschrift",
    play: "Untertitel, Abschrift und Datei",
    video_by: "Video von {}",
    sound_by: "Aufnahme von {}",
    to_post: "Zum Beitrag",
    without: "Keine Untertitel: {}",
    no_speech: "Es wird nichts gesprochen.",
    in_picture: "Was gesagt wird, steht im Bild.",
    in_text: "Der Beitrag sagt dasselbe in Worten.",
    description: "Bildbeschreibung",
    sensitive: "Heikles Bild: anzeigen",
    warning: "Inhaltswarnung",
    edited: "bearbeitet {}",
    likes: Plural { one: "{}-mal favorisiert", other: "{}-mal favorisiert" },
    boosts: Plural { one: "{}-mal geteilt", other: "{}-mal geteilt" },
    replies: Plural { one: "{} Antwort", other: "{} Antworten" },
    join: "Antworten, teilen oder favorisieren",
    join_how: "Kopieren Sie diese Adresse in das Suchfeld Ihres eigenen Servers oder Ihrer App:",

    voters: Plural { one: "{} Person hat abgestimmt", other: "{} Personen haben abgestimmt" },
    poll_open: "offen bis {}",
    poll_closed: "beendet {}",
    poll_multiple: "mehrere Antworten möglich",

    podcast: "Podcast",
    podcasts: "Podcasts:",
    subscribe: "Podcast abonnieren",
    subscribe_how: "Diese Adresse in eine beliebige Podcast-App kopieren:",
    episodes: "Folgen",
    all_episodes: "Alle Folgen",
    season: "Staffel {}",
    episode: "Folge {}",
    trailer: "Trailer",
    bonus: "Bonus",
    explicit: "Nicht für Kinder",
    chapters: "Kapitel",
    more: "Mehr",
    persons: "Mit",
    host: "Moderation",
    guest: "Gast",

    replies_title: "Antworten",
    no_replies: "Hier gibt es noch keine Antworten.",
    not_ours: "Antworten kommen von anderen Servern und sind keine Aussagen von {}.",
    hidden: Plural {
        one: "{} Antwort wurde nach unseren Moderationsregeln ausgeblendet.",
        other: "{} Antworten wurden nach unseren Moderationsregeln ausgeblendet.",
    },
    waiting: Plural {
        one: "{} Antwort ist noch nicht durchgesehen.",
        other: "{} Antworten sind noch nicht durchgesehen.",
    },
    elsewhere: Plural {
        one: "{} weitere Antwort ist auf anderen Servern zu lesen.",
        other: "{} weitere Antworten sind auf anderen Servern zu lesen.",
    },
    replies_closed: "Antworten von anderen Servern werden hier nicht gezeigt.",
    ours: "offizielle Antwort",
    file: "Angehängte Datei: {}",

    tagged: "Beiträge zu {}",

    about_what: "Dieser Server veröffentlicht die offiziellen Konten von {}. Niemand sonst kann hier schreiben: Eine \
                 Anmeldung gibt es nicht.",
    about_fediverse: "Er gehört zum Fediverse, dem Netz von Mastodon und vielen anderen unabhängigen Servern. Wer dort \
                      ein Konto hat, kann von dort aus folgen und antworten. Alle anderen lesen hier oder per Feed.",
    about_counts: "Hier veröffentlicht: {}",
    privacy_readers: "Wenn Sie lesen, wird nichts über Sie gespeichert: keine Cookies, keine Skripte, keine Statistik, \
                      nichts wird von anderen Unternehmen geladen.",
    privacy_others: "Wenn Sie von Ihrem eigenen Server aus folgen, teilen, favorisieren oder antworten, schickt uns \
                     dieser Server Ihren öffentlichen Namen und was Sie getan oder geschrieben haben. Wir zeigen nur \
                     öffentliche Antworten und keine Bilder von anderswo.",
    privacy_kept: "Das behalten wir, bis Sie es auf Ihrem eigenen Server zurücknehmen: Entfolgen Sie, löschen Sie eine \
                   Antwort oder Ihr Profil, so wird es auch hier gelöscht.",
    privacy_copies: "Unsere Beiträge werden auf die Server derer kopiert, die uns folgen. Ändern oder löschen wir einen \
                     Beitrag, so sagen wir es diesen Servern; ob sie es auch tun, liegt bei ihnen.",
    accessibility_says: "Diese Seiten funktionieren ohne Skripte, mit der Tastatur, mit Screenreadern, in jeder Größe, \
                         hell und dunkel und auf Papier. Sie sind nach WCAG 2.2 AA gebaut und werden maschinell \
                         geprüft; Bilder lassen sich ohne Beschreibung nicht veröffentlichen.",
    accessibility_tell: "Etwas funktioniert für Sie nicht? Bitte schreiben Sie uns.",
    contact: "Kontakt",
    software: "Software",
    software_says: "Auf diesem Server läuft {}, freie Software unter der EUPL.",

    not_found: "Seite nicht gefunden",
    not_found_typed: "Wenn Sie die Adresse eingetippt haben, prüfen Sie bitte die Schreibweise.",
    not_found_pasted: "Wenn Sie die Adresse eingefügt haben, prüfen Sie bitte, ob sie vollständig ist.",
    gone: "Diese Seite wurde entfernt",
    gone_says: "Was hier stand, wurde gelöscht und kommt nicht wieder.",
    gone_on: "Gelöscht am {}.",
    busy: "Der Dienst ist ausgelastet",
    busy_wait: "Versuchen Sie es in {} Sekunden noch einmal.",
    broken: "Es gibt leider ein Problem mit dem Dienst",
    broken_later: "Versuchen Sie es später noch einmal.",
    broken_number: "Wenn Sie uns dazu schreiben, nennen Sie diese Nummer: {}",
    bad_request: "Diese Anfrage war nicht zu verstehen",
    to_accounts: "Zu unseren Konten",
};
