//! Attacks on whoever reads: JSON, text, markup, forms, raw HTTP.

use super::{Case, fails};

pub const CASES: &[Case] = &[
    fails(
        "100,000 brackets, one in the other",
        "",
        &["base::json::tests::bounds_hold_and_are_not_too_narrow", "hostile::floods::bombs_are_refused_whole"],
    ),
    fails(
        "a body over the limit, announced or in chunks",
        "CVE-2026-23962",
        &["hostile::floods::bombs_are_refused_whole", "hostile::parsing::a_body_without_end_is_cut_off_while_it_comes"],
    ),
    fails(
        "two ids, actors or objects in one document",
        "",
        &["base::json::tests::no_key_twice_anywhere", "hostile::floods::bombs_are_refused_whole"],
    ),
    fails(
        "numbers of any size where others are expected",
        "",
        &["base::json::tests::json_test_suite", "hostile::floods::bombs_are_refused_whole"],
    ),
    fails(
        "bytes that are no text: broken UTF-8, NUL, lone surrogates, marks of order",
        "",
        &[
            "base::json::tests::json_test_suite",
            "base::json::tests::never_panics_and_agrees_with_serde_json",
            "hostile::floods::bombs_are_refused_whole",
        ],
    ),
    fails(
        "a string, list or object where another is expected",
        "",
        &[
            "activitypub::tests::identity::no_shape_makes_a_reader_panic",
            "activitypub::tests::pasture::every_sample_is_read_or_cleanly_refused",
        ],
    ),
    fails(
        "a context to be fetched, or that gives words another meaning",
        "CVE-2026-42462, CVE-2026-46349",
        &[
            "hostile::parsing::a_context_neither_is_fetched_nor_changes_what_words_mean",
            "hostile::chains::nothing_leads_on",
        ],
    ),
    fails(
        "10,000 recipients, tags, mentions or attachments",
        "CVE-2026-23962",
        &[
            "activitypub::tests::identity::lists_at_their_limit_and_beyond",
            "hostile::floods::lists_are_cut_and_unknown_things_leave_nothing",
        ],
    ),
    fails(
        "names, warnings, types and addresses of a megabyte",
        "CVE-2026-23963",
        &[
            "activitypub::tests::identity::words_at_their_limit_and_beyond",
            "activitypub::tests::identity::names_cannot_fool",
        ],
    ),
    fails(
        "dates before the first and after the last",
        "",
        &[
            "activitypub::tests::identity::dates_out_of_range_are_not_believed",
            "base::time::tests::strangers_dates_are_refused_not_clamped",
            "activitypub::read::note::tests::the_future_is_clamped_and_scripts_are_gone",
        ],
    ),
    fails(
        "text on which a search for mentions, links or tags goes back and forth",
        "GHSA-jpxp-r43f-rhvx, CVE-2025-68475",
        &[
            "base::scan::tests::hostile_text_is_linear",
            "base::markup::tests::hostile_text_is_linear",
            "base::text::tests::hostile_text_is_cut_in_linear_time",
        ],
    ),
    fails(
        "markup that makes the sanitiser fail, and the queue with it",
        "GHSA-qrgq-9fx2-vf2r",
        &[
            "base::html::tests::sanitised_html_is_inert_and_stays_as_it_is",
            "hostile::parsing::markup_that_breaks_readers_stops_nobody_elses_words",
        ],
    ),
    fails(
        "elements nested 100,000 deep, attributes without end",
        "",
        &[
            "base::html::tests::size_and_depth_are_bounded",
            "base::html::sieve::tests::depth_is_bounded",
            "hostile::parsing::markup_that_breaks_readers_stops_nobody_elses_words",
        ],
    ),
    fails(
        "script in a reply, whatever it hides in",
        "CVE-2023-36459, CVE-2023-42452, GHSA-mq2m-hr29-8gqf",
        &[
            "base::html::tests::attacks_are_defused",
            "pages::tests::hostile_words_stay_words",
            "hostile::parsing::markup_that_breaks_readers_stops_nobody_elses_words",
        ],
    ),
    fails(
        "forms in parts: no boundary, 100,000 parts, huge heads, paths for names, no file",
        "CWE-400",
        &["hostile::parsing::forms_in_parts_that_are_none", "web::multipart::tests::nonsense_leaves_nothing_behind"],
    ),
    fails(
        "forms with 500,000 fields, nested names, or one long name for many values",
        "",
        &[
            "hostile::parsing::forms_with_too_much_in_them",
            "api::input::tests::a_long_name_is_not_written_out_for_every_value",
        ],
    ),
    fails(
        "requests that two programs read differently: lengths, chunks, line ends, hosts",
        "CWE-444",
        &["door::crooked::what_two_programs_could_read_differently_ends_the_connection"],
    ),
    fails(
        "requests that are none, or of no host",
        "RFC 9112",
        &["door::crooked::odd_requests_are_answered_and_nothing_more"],
    ),
    fails(
        "streams, resets, settings and headers without end on one HTTP/2 connection",
        "CVE-2023-44487, CVE-2024-28182",
        &["door::crooked::floods_inside_one_connection_end_it"],
    ),
    fails(
        "heads, bodies and readers of one byte at a time, on as many connections as there are",
        "CVE-2007-6750",
        &[
            "door::slow_heads_are_cut_off_and_others_are_served",
            "door::slow_bodies_are_cut_off_and_steady_ones_are_not",
            "door::who_does_not_take_the_answer_is_let_go",
            "door::in_a_full_house_the_idle_make_room_and_only_then_newcomers_are_refused",
            "cli::crowd::a_server_out_of_files_goes_on",
            "door::one_network_does_not_take_all_seats",
        ],
    ),
    fails(
        "podcasts: script and XML in titles, persons and chapters, addresses that are none, chapters without end or order",
        "",
        &[
            "pages::podcast::tests::hostile_words_stay_words",
            "model::episode::tests::wrong_chapters_are_named",
            "media::clip::chapters::tests::no_bytes_make_a_reader_panic",
            "media::picture::tests::a_cover_is_what_directories_take",
        ],
    ),
];
