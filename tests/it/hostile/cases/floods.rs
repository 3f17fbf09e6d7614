//! Too much, too late, in the wrong order, for others: floods, moderation and the life of things.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "a preview of a text that no draft can hold, to stop the server",
        "CWE-400",
        &["hostile::desk_floods::what_no_draft_can_hold_is_refused_before_it_is_drawn"],
    ),
    fails(
        "planned posts that name people on silent servers, to hold up what others planned for the minute",
        "CWE-405",
        &["hostile::desk_floods::a_plan_that_names_the_silent_holds_up_no_other_account"],
    ),
    fails(
        "gigabytes for a form of somebody who may bring no files anywhere",
        "CWE-770",
        &["hostile::desk_floods::who_may_bring_no_files_is_told_before_they_come"],
    ),
    fails(
        "a flood on the inbox, of one host or many",
        "",
        &[
            "hostile::floods::unknown_keys_of_one_host_have_a_budget",
            "hostile::chains::many_hosts_leave_nothing_behind",
            "hostile::wave::a_server_has_its_share_and_no_forger_uses_it_up",
            "hostile::wave::when_too_much_waits_for_others_the_sender_is_told_and_the_rest_goes_on",
            "hostile::wave::what_has_to_be_fetched_has_a_smaller_share",
        ],
    ),
    fails(
        "followers and answers as fat as they may be, to fill the disk",
        "CWE-770",
        &[
            "activitypub::read::actor::tests::of_the_fattest_document_little_is_kept",
            "hostile::keeping::of_the_fattest_answer_little_is_kept",
            "hostile::keeping::a_server_makes_us_keep_so_much_and_is_then_told_to_come_later",
            "app::inbound::tests::servers_make_us_keep_so_much_each_and_so_much_together",
        ],
    ),
    fails(
        "activities that wait for a server that never answers, until no others may wait",
        "",
        &["hostile::keeping::one_domain_does_not_fill_the_list_of_what_waits_for_others"],
    ),
    fails(
        "a reply that is rewritten, or its author renamed, once it was released",
        "",
        &[
            "hostile::keeping::what_was_released_does_not_change_its_face",
            "hostile::copies::a_face_that_changes_is_not_shown_before_somebody_releases_an_answer_again",
            "hostile::order::only_the_newest_words_of_an_answer_stand",
        ],
    ),
    fails(
        "a header that lifts the limit of what a network may read",
        "",
        &["door::pages_have_a_pace_for_each_network_whatever_it_says_of_itself"],
    ),
    fails(
        "unfinished bodies that keep the institution's own people from writing",
        "CWE-400",
        &[
            "door::bodies_of_strangers_take_no_room_from_who_shows_a_token",
            "door::bodies_have_a_budget_and_each_network_a_share",
        ],
    ),
    fails(
        "endless names for one page, to drive others out of what is kept",
        "",
        &["web::cache::tests::parameters_count_only_where_they_are_read"],
    ),
    fails(
        "bodies of the largest size, of actors whose server never answers",
        "",
        &[
            "hostile::waiting::the_largest_bodies_wait_for_their_keys_without_taking_room_from_others",
            "app::inbound::tests::what_waits_for_another_server_leaves_the_room_to_others",
        ],
    ),
    fails(
        "actors by the thousand with the fattest documents that are allowed",
        "CWE-770",
        &[
            "activitypub::read::actor::tests::of_the_fattest_document_little_is_kept",
            "net::actors::tests::a_flood_of_the_fattest_documents_takes_no_more_memory_than_thousands_of_usual_ones",
        ],
    ),
    fails(
        "thousands of farewells of actors that nobody here knows",
        "",
        &[
            "hostile::floods::farewells_of_strangers_cost_nothing",
            "hostile::wave::ten_thousand_farewells_leave_nothing",
        ],
    ),
    fails(
        "followers by the thousand, to multiply deliveries",
        "",
        &[
            "hostile::floods::deliveries_go_to_the_actors_own_server",
            "hostile::chains::one_inbox_is_told_once_whoever_names_it",
        ],
    ),
    fails("a wave of mentions by accounts made for it", "", &["hostile::chains::a_wave_of_mentions_is_shown_nowhere"]),
    fails(
        "replies, boosts and tags that put a stranger's words on the official page",
        "",
        &[
            "hostile::chains::a_wave_of_mentions_is_shown_nowhere",
            "hostile::objects::what_is_private_stays_between_its_writer_and_us",
            "pages::a_reply_from_elsewhere_is_counted_then_shown",
        ],
    ),
    no_target(
        "a blocked server that comes back under another spelling",
        "CVE-2026-23961, GHSA-ccpr-m53r-mfwr",
        "servers cannot be blocked yet; that a host has one spelling is tested in base::uri",
    ),
    no_target(
        "a blocked server that goes on reading",
        "",
        "all that is published is public, and servers cannot be blocked yet",
    ),
    fails(
        "two servers that each need the other's answer to check the other",
        "",
        &["hostile::chains::two_servers_that_check_each_other_do_not_wait_for_each_other"],
    ),
    fails(
        "an id that is used again after what it named is gone",
        "",
        &[
            "pages::versions_and_deletion",
            "federation::a_life_of_a_post_among_three_servers",
            "base::id::tests::ids_rise_when_the_clock_falls",
        ],
    ),
    fails("something deleted that is sent again", "", &["hostile::order::what_is_gone_does_not_come_back"]),
    fails(
        "an Undo before its Follow, an Update before its Create, an old Update after a new one",
        "",
        &[
            "hostile::order::an_undo_may_overtake_its_follow_and_a_second_follow_may_have_the_first_ones_id",
            "hostile::order::only_the_newest_words_of_an_answer_stand",
            "hostile::order::what_is_gone_does_not_come_back",
        ],
    ),
    fails(
        "a crash between what is kept and what is sent",
        "",
        &[
            "crash::power::power_cuts_at_every_sync_lose_and_halve_nothing",
            "crash::faults::deliveries_of_a_refused_commit_are_forgotten_or_told",
        ],
    ),
    fails(
        "a power cut, a torn file, a full disk",
        "",
        &[
            "crash::power::power_cuts_at_every_sync_lose_and_halve_nothing",
            "crash::power::power_cuts_while_the_file_is_made",
            "store::writer::tests::a_full_disk_is_no_fault_of_what_was_asked",
            "crash::faults::a_disk_that_fails_for_a_while_costs_no_acknowledged_write",
        ],
    ),
    fails(
        "a disk that is really full",
        "",
        &["crash::full::a_full_disk_is_told_once_and_forgotten_when_there_is_room"],
    ),
    fails(
        "ids that come again after an old copy was put back or the clock fell",
        "",
        &["base::id::tests::ids_rise_when_the_clock_falls"],
    ),
    fails(
        "two processes on one file, or an older program on a newer one",
        "",
        &["crash::file::a_file_has_one_user_at_a_time", "crash::file::a_form_from_the_future_is_refused"],
    ),
    fails(
        "a server that asks for patience, or is dead for weeks, and is knocked at all the same",
        "",
        &[
            "hostile::floods::a_server_that_asks_for_patience_gets_it_and_one_that_is_gone_is_left",
            "model::server::tests::three_days_of_failure_suspend_and_one_success_forgives",
        ],
    ),
    fails(
        "an inbox that is gone for good",
        "",
        &["hostile::floods::a_server_that_asks_for_patience_gets_it_and_one_that_is_gone_is_left"],
    ),
    fails(
        "a shared inbox on a victim's server",
        "",
        &[
            "activitypub::read::actor::tests::a_shared_inbox_elsewhere_is_not_used",
            "hostile::floods::deliveries_go_to_the_actors_own_server",
        ],
    ),
    fails(
        "a crowd of followers that all name one victim's inbox",
        "",
        &["hostile::chains::one_inbox_is_told_once_whoever_names_it"],
    ),
    fails(
        "something passed on in a circle",
        "",
        &[
            "hostile::chains::nothing_is_passed_on_for_others",
            "hostile::objects::what_is_passed_on_is_fetched_from_its_author",
        ],
    ),
    fails(
        "a Follow of everybody, of a post or of the server itself, or by a group or relay",
        "",
        &[
            "hostile::floods::only_accounts_can_be_followed_and_strangers_who_miss_are_not_kept",
            "hostile::chains::one_inbox_is_told_once_whoever_names_it",
        ],
    ),
    no_target(
        "a wall in front of the server that takes activities for attacks",
        "",
        "it is not this program that refuses; the answer must be given by whoever runs the wall",
    ),
    fails("pages without end for whoever follows every link", "", &["hostile::chains::a_crawler_comes_to_an_end"]),
    no_target(
        "a post planned for later that goes out early because the clock jumped",
        "",
        "posts cannot be planned yet; client programs that ask for it are refused",
    ),
    fails(
        "a crate with another licence, source or known fault",
        "",
        &["crates::every_crate_comes_from_the_one_registry", "crates::what_we_decided_against_stays_out"],
    ),
    no_target("a forged release", "", "the program neither looks for releases nor replaces itself"),
];
