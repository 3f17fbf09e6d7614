//! Attacks that make us ask or connect: where to, how often, for how long, and how much we take.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "a key, actor, object or handle at a private or link-local address",
        "CVE-2024-39687, CVE-2025-25194, CVE-2026-22245",
        &[
            "net::address::tests::special_ranges_are_refused_from_end_to_end",
            "hostile::identity::nothing_is_asked_for_at_addresses_of_ours_or_of_the_house",
            "hostile::outbound::no_way_out_leads_inside",
        ],
    ),
    fails(
        "0.0.0.0 or [::], which reach this machine on Linux",
        "CVE-2026-33693, CVE-2026-46348",
        &[
            "net::client::tests::no_spelling_of_an_inner_address_gets_a_connection",
            "hostile::outbound::no_way_out_leads_inside",
        ],
    ),
    fails(
        "an IPv4 address within an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo",
        "CVE-2026-47389, CVE-2026-50131, GHSA-vwhj-3g83-v276",
        &[
            "net::address::tests::every_embedding_of_a_refused_ipv4_address_is_refused",
            "hostile::outbound::no_way_out_leads_inside",
        ],
    ),
    fails(
        "shared, benchmark, documentation, multicast and reserved ranges",
        "CVE-2026-50131",
        &["net::address::tests::special_ranges_are_refused_from_end_to_end"],
    ),
    fails(
        "an address spelled as one number, in octal, in hex, too short, with a final dot or in full-width digits",
        "",
        &[
            "base::uri::tests::numbers_in_disguise_come_out_as_numbers",
            "net::client::tests::no_spelling_of_an_inner_address_gets_a_connection",
            "hostile::outbound::no_way_out_leads_inside",
        ],
    ),
    fails(
        "a name that points outside when it is checked and inside when it is connected to",
        "CVE-2025-25194",
        &[
            "net::client::tests::connections::a_name_that_changes_where_it_points_is_checked_each_time",
            "hostile::outbound::a_name_is_asked_once_and_only_the_checked_address_is_connected_to",
        ],
    ),
    fails(
        "a redirect from outside to inside",
        "CVE-2026-77632, GHSA-p9cg-vqcc-grcx",
        &[
            "net::client::tests::redirects_lead_nowhere_inside",
            "net::client::tests::connections::from_https_never_to_http",
            "hostile::identity::an_actor_is_what_its_own_server_serves_under_its_own_id",
            "hostile::outbound::no_way_out_leads_inside",
        ],
    ),
    fails(
        "redirects in a circle or without end, asked for again by each forged request",
        "CVE-2026-34148, CVE-2025-23221",
        &["net::client::tests::redirects_end", "hostile::outbound::redirects_end_and_what_failed_is_left_alone"],
    ),
    fails(
        "addresses that are not of the web: file, data, ftp, javascript",
        "CVE-2026-62857, GHSA-x2rc-v5wx-g3m5",
        &[
            "net::client::tests::what_an_address_itself_shows_is_refused_for_good",
            "net::webfinger::tests::only_a_self_link_of_the_right_type_counts",
            "activitypub::tests::identity::elsewhere_is_not_ones_own",
            "hostile::names::a_name_is_an_actors_own_only_if_its_server_says_so",
        ],
    ),
    fails(
        "our answers, asked which names there are in our own network",
        "CWE-203",
        &["hostile::outbound::names_of_our_own_network_are_like_names_that_are_not"],
    ),
    fails(
        "a scan of ports by way of inboxes and keys",
        "",
        &[
            "net::address::tests::in_public_only_https_on_its_port_and_in_named_networks_all",
            "net::client::tests::what_an_address_itself_shows_is_refused_for_good",
        ],
    ),
    fails(
        "an address with user name, backslash, blank or line break, that two parsers read differently",
        "CVE-2023-42451",
        &[
            "base::uri::tests::addresses_with_two_readings_are_refused",
            "hostile::identity::nothing_is_asked_for_at_addresses_of_ours_or_of_the_house",
        ],
    ),
    fails(
        "an answer of one byte at a time",
        "CVE-2023-36461",
        &[
            "net::client::tests::nobody_makes_us_wait",
            "hostile::outbound::drips_floods_bombs_and_silence_end_with_the_exchange",
        ],
    ),
    fails(
        "a body without end, of a huge announced length, or of no length",
        "",
        &[
            "net::client::tests::no_more_is_taken_than_wanted",
            "hostile::outbound::drips_floods_bombs_and_silence_end_with_the_exchange",
        ],
    ),
    fails(
        "an answer that unpacks to gigabytes, once or in layers",
        "CWE-409",
        &[
            "net::client::tests::compression_is_neither_asked_for_nor_taken",
            "hostile::outbound::drips_floods_bombs_and_silence_end_with_the_exchange",
        ],
    ),
    fails(
        "a name server, connection or TLS handshake that never answers, by the dozen",
        "",
        &[
            "net::resolve::tests::a_name_server_that_is_silent_is_not_waited_for",
            "net::client::tests::nobody_makes_us_wait",
            "hostile::outbound::drips_floods_bombs_and_silence_end_with_the_exchange",
            "hostile::outbound::silent_servers_hold_up_nobody",
        ],
    ),
    fails(
        "servers that never answer, named by requests until nobody else's key can be fetched",
        "CWE-400",
        &[
            "hostile::waiting::one_silent_server_keeps_no_newcomer_out_whoever_names_it",
            "hostile::waiting::one_network_has_few_waits_however_many_servers_it_names",
            "hostile::waiting::who_joins_a_wait_is_counted_like_who_began_it",
            "net::gate::tests::who_is_silent_is_left_alone_for_a_while_and_then_asked_once",
        ],
    ),
    fails(
        "a redirect, or the id in a document, that sends us on to a victim past its budget",
        "CWE-406",
        &["hostile::waiting::nobody_is_sent_on_to_a_victim"],
    ),
    fails(
        "actors and objects that name ever new ones to be discovered",
        "",
        &["hostile::chains::nothing_leads_on", "hostile::floods::unknown_keys_of_one_host_have_a_budget"],
    ),
    fails(
        "collections whose pages never end or lead back to the first",
        "CVE-2025-32947",
        &["hostile::chains::nothing_leads_on"],
    ),
    fails(
        "a link to an inner address in a post or reply, to be previewed",
        "CVE-2023-42450, CVE-2026-29178",
        &["hostile::outbound::what_is_written_sends_us_nowhere"],
    ),
    no_target(
        "a push or webhook endpoint at an inner address",
        "CVE-2026-27477",
        "nobody can register an address to be called: there is neither push nor webhook",
    ),
    fails(
        "what is remembered of each host, grown by hosts that are made up",
        "CVE-2026-69132",
        &[
            "base::cache::tests::it_is_bounded_and_keeps_what_is_used",
            "hostile::chains::many_hosts_leave_nothing_behind",
        ],
    ),
    fails(
        "a proxy for pictures that fetches whatever it is asked for",
        "CVE-2024-56200, CVE-2026-29178",
        &["hostile::copies::no_picture_leads_inside_or_around_for_ever"],
    ),
    fails(
        "a picture in a reply that is a bomb, a drawing with script, endless, slow, or not there",
        "CWE-409, CWE-434",
        &[
            "hostile::copies::what_is_no_modest_picture_leaves_nothing_behind",
            "hostile::copies::a_slow_server_is_asked_a_few_times_and_keeps_nobody_waiting",
        ],
    ),
    fails(
        "so many pictures in replies that their copies fill the disk",
        "CWE-400",
        &[
            "hostile::copies::there_are_so_many_copies_and_no_more",
            "hostile::copies::copies_are_swept_after_a_time_and_when_they_are_switched_off",
            "hostile::copies::copies_are_small_and_of_our_making_and_follow_what_is_shown",
        ],
    ),
];
