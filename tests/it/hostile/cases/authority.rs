//! Attacks that speak for somebody else: actors, objects, names.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "a document that names an id of another server",
        "CVE-2024-23832, GHSA-3fjr-858r-92rw",
        &[
            "net::fetch::tests::a_victims_id_is_answered_by_the_victim",
            "hostile::identity::an_actor_is_what_its_own_server_serves_under_its_own_id",
        ],
    ),
    fails(
        "a file uploaded to a server and taken for one of its actors",
        "CVE-2024-25623, CVE-2024-25636, GHSA-qqrm-9grj-6v32",
        &[
            "net::fetch::tests::only_two_media_types_are_activities",
            "hostile::identity::an_actor_is_what_its_own_server_serves_under_its_own_id",
        ],
    ),
    fails(
        "the same with a file uploaded to us",
        "",
        &["media::files::tests::names_are_exact", "hostile::parsing::forms_in_parts_that_are_none"],
    ),
    fails(
        "a Create of an object on another server",
        "FEP-fe34",
        &[
            "activitypub::tests::identity::a_note_belongs_to_one_author_of_its_own_origin",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
        ],
    ),
    fails(
        "an object attributed to another, to several, to an object, a number or one of ours",
        "",
        &[
            "activitypub::tests::identity::a_note_belongs_to_one_author_of_its_own_origin",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
        ],
    ),
    fails(
        "an Update of what another on the same server owns",
        "FEP-fe34",
        &[
            "hostile::objects::nobody_touches_what_is_somebody_elses",
            "hostile::objects::an_id_of_another_is_not_taken_from_them",
        ],
    ),
    fails(
        "an Update of what was never seen",
        "",
        &[
            "hostile::order::only_the_newest_words_of_an_answer_stand",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
        ],
    ),
    fails(
        "an Announce that carries a forged copy",
        "CVE-2024-37903",
        &[
            "activitypub::tests::identity::nothing_is_taken_from_an_embedded_stranger",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
        ],
    ),
    fails(
        "a Delete of another's note, tombstone or actor, also in advance",
        "",
        &[
            "hostile::objects::nobody_touches_what_is_somebody_elses",
            "hostile::objects::an_id_of_another_is_not_taken_from_them",
            "hostile::objects::what_is_passed_on_is_fetched_from_its_author",
        ],
    ),
    fails(
        "an Accept or Reject of a Follow that was never sent, or by somebody else",
        "",
        &[
            "activitypub::tests::identity::answers_name_the_follow_by_id",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
        ],
    ),
    fails(
        "an Undo of another's Follow, Like or Announce",
        "",
        &[
            "activitypub::tests::identity::an_undo_takes_back_only_ones_own",
            "hostile::objects::nobody_touches_what_is_somebody_elses",
            "hostile::objects::an_id_of_another_is_not_taken_from_them",
        ],
    ),
    fails(
        "an activity that names an actor or id of ours",
        "",
        &[
            "model::site::tests::only_our_origin_is_ours",
            "hostile::identity::nothing_is_asked_for_at_addresses_of_ours_or_of_the_house",
        ],
    ),
    fails(
        "an activity of one signed with the key of another, of the same server or another",
        "CVE-2025-54888, GHSA-3f39-6537-3cgc, GHSA-2vxv-pv3m-3wvj",
        &["crypto::tests::badsig::another_actors_name", "hostile::identity::a_key_speaks_for_its_owner_alone"],
    ),
    fails(
        "a key that says it is a victim's, or has an id elsewhere",
        "",
        &[
            "activitypub::tests::identity::an_actor_owns_its_inbox_and_keys",
            "hostile::identity::an_actor_is_what_its_own_server_serves_under_its_own_id",
        ],
    ),
    fails(
        "a WebFinger answer that lends a name to another's actor, directly, by subject or by redirect",
        "",
        &[
            "net::webfinger::tests::nobody_speaks_for_another",
            "hostile::names::a_name_is_an_actors_own_only_if_its_server_says_so",
        ],
    ),
    fails(
        "a name with signs that hide, turn round or look alike, or of 10 kB",
        "GHSA-5wxh-3p65-r4g6",
        &[
            "activitypub::tests::identity::names_cannot_fool",
            "base::text::tests::names_of_strangers_stay_in_their_line",
            "base::uri::tests::handles_that_fool_are_refused",
        ],
    ),
    fails("a second spelling of an id", "", &["hostile::names::an_id_has_one_spelling"]),
    fails(
        "a Move to somebody who does not say so",
        "",
        &["hostile::objects::a_move_needs_the_consent_of_the_new_place_and_is_looked_into_only_for_those_we_know"],
    ),
    fails(
        "a link whose words name another host than it leads to",
        "CVE-2023-36462",
        &["base::html::links::tests::a_link_that_names_another_host_shows_its_own"],
    ),
    no_target(
        "a byline on a page of a domain that the author does not own",
        "GHSA-rwcw-vq68-g34p",
        "no page of another server is read, so there is no byline to believe",
    ),
    fails(
        "an approval of a quote, forged or asked for in another's name",
        "CVE-2026-33869, GHSA-8h43-rcqj-wpc6, GHSA-q4g8-82c5-9h33, FEP-044f",
        &["hostile::objects::a_quote_is_let_pass_for_its_author_and_its_post_alone"],
    ),
];
