//! English.

use super::{Plural, Words};

pub static WORDS: Words = Words {
    lang: "en",
    group: ',',
    zero_is_one: false,

    skip: "Skip to main content",
    site: "Site",
    accounts: "Accounts",
    about: "About",
    privacy: "Privacy",
    accessibility: "Accessibility",
    feeds: "Feeds",
    times_in: "Times: {}",
    trial: "Trial",
    trial_says: "Nothing here is official, and nothing leaves this server.",

    home_title: "Official accounts",
    lead: "These are our official accounts on the fediverse. Follow us from any server, by feed, or just read here: \
           no account needed, no cookies, no tracking.",
    latest: "Latest posts",
    all_posts: "All posts",
    nothing_yet: "Nothing has been published here yet.",
    older: "Older posts",
    newest: "Newest posts",
    pages: "Pages",

    posts: Plural { one: "{} post", other: "{} posts" },
    followers: Plural { one: "{} follower", other: "{} followers" },
    last_post: "Last post: {}",
    official: "Official: this server belongs to {}",
    follow: "Follow from your server",
    follow_how: "Copy this address into the search field of Mastodon or any other fediverse app:",
    by_feed: "By feed:",
    tab_posts: "Posts",
    tab_replies: "Posts and replies",
    pinned: "Pinned",
    sample: "Sample",
    sample_says: "Sample: shown in the trial only, not an announcement.",
    moved: "This account has moved to {}",
    profile_says: "Official posts of {}",

    post_by: "Post by {}",
    in_reply: "In reply to {}",
    also_in: "Also in:",
    megabyte: "MB",
    download: "Download",
    description: "Image description",
    sensitive: "Sensitive picture: show",
    warning: "Content warning",
    edited: "edited {}",
    likes: Plural { one: "{} favourite", other: "{} favourites" },
    boosts: Plural { one: "{} share", other: "{} shares" },
    replies: Plural { one: "{} reply", other: "{} replies" },
    join: "Reply, share or favourite",
    join_how: "Copy this address into the search field of your own server or app:",

    podcast: "Podcast",
    podcasts: "Podcasts:",
    subscribe: "Subscribe to the podcast",
    subscribe_how: "Copy this address into any podcast app:",
    episodes: "Episodes",
    all_episodes: "All episodes",
    season: "Season {}",
    episode: "Episode {}",
    trailer: "Trailer",
    bonus: "Bonus",
    explicit: "Explicit",
    chapters: "Chapters",
    more: "More",
    persons: "With",
    host: "host",
    guest: "guest",

    replies_title: "Replies",
    no_replies: "There are no replies here yet.",
    not_ours: "Replies come from other servers and are not statements of {}.",
    hidden: Plural {
        one: "{} reply was hidden under our moderation rules.",
        other: "{} replies were hidden under our moderation rules.",
    },
    waiting: Plural { one: "{} reply has not been looked at yet.", other: "{} replies have not been looked at yet." },
    elsewhere: Plural {
        one: "{} more reply can be read on other servers.",
        other: "{} more replies can be read on other servers.",
    },
    replies_closed: "Replies from other servers are not shown here.",
    ours: "official reply",
    file: "Attached file: {}",

    tagged: "Posts about {}",

    about_what: "This server publishes the official accounts of {}. Nobody else can post here: there is no sign-up.",
    about_fediverse: "It is part of the fediverse, the network of Mastodon and many other independent servers. Whoever \
                      has an account on one of them can follow and answer from there. Everybody else can read here or \
                      by feed.",
    about_counts: "Published here: {}",
    privacy_readers: "When you read, nothing about you is kept: no cookies, no scripts, no statistics, nothing loaded \
                      from other companies.",
    privacy_others: "When you follow, share, favourite or answer from your own server, that server sends us your public \
                     name and what you did or wrote. We show public answers only, and no pictures from elsewhere.",
    privacy_kept: "We keep that until you take it back on your own server: an unfollowed account, a deleted answer or a \
                   deleted profile is deleted here too.",
    privacy_copies: "Our posts are copied to the servers of those who follow us. When we edit or delete a post we tell \
                     those servers; whether they do the same is up to them.",
    accessibility_says: "These pages work without scripts, with the keyboard, with screen readers, at any size, in light \
                         and dark, and on paper. They are built to meet WCAG 2.2 AA and are checked by machine; pictures \
                         cannot be published without a description.",
    accessibility_tell: "Something does not work for you? Please tell us.",
    contact: "Contact",
    software: "Software",
    software_says: "This server runs {}, free software under the EUPL.",

    not_found: "Page not found",
    not_found_typed: "If you typed the web address, check it is correct.",
    not_found_pasted: "If you pasted the web address, check you copied the whole of it.",
    gone: "This page was removed",
    gone_says: "What was here has been deleted and will not come back.",
    gone_on: "It was deleted on {}.",
    busy: "The service is busy",
    busy_wait: "Try again in {} seconds.",
    broken: "Sorry, there is a problem with the service",
    broken_later: "Try again later.",
    broken_number: "If you write to us about it, name this number: {}",
    bad_request: "This request could not be understood",
    to_accounts: "See our accounts",
};
