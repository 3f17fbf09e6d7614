//! Attacks on what proves a sender: signatures, digests, dates, keys.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "no signature",
        "",
        &[
            "federation::unsigned_activities_are_refused_at_once",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "a signature over the date alone, or over too little",
        "",
        &[
            "crypto::tests::refusals::too_little_is_covered",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "a digest that is missing, unsigned, wrong, of another algorithm, or one of two",
        "",
        &[
            "crypto::tests::refusals::digests",
            "crypto::tests::refusals::content_digests",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "another body than was signed",
        "",
        &[
            "crypto::tests::badsig::cavage_forgeries",
            "crypto::tests::badsig::rfc9421_forgeries",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "a request signed for another inbox, method, query or server",
        "",
        &[
            "crypto::tests::refusals::sent_to_another_place",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "a query left out of what is signed, in a POST",
        "",
        &[
            "crypto::tests::refusals::sent_to_another_place",
            "crypto::tests::rounds::a_get_may_be_signed_without_its_query",
        ],
    ),
    fails(
        "the same signed bytes again and again",
        "RFC 9421",
        &["hostile::order::the_same_bytes_twenty_times_have_one_effect"],
    ),
    fails(
        "a date that is old, to come, missing or none, an end before the beginning",
        "",
        &[
            "crypto::tests::refusals::dates",
            "crypto::tests::refusals::created_and_expires",
            "hostile::identity::a_signature_proves_this_request_and_no_other",
        ],
    ),
    fails(
        "a clock of ours that is wrong by hours",
        "",
        &[
            "outage::signatures_are_refused_while_the_clock_is_wrong_and_taken_when_it_is_right",
            "net::clock::tests::several_servers_that_agree_are_believed_and_one_is_not",
        ],
    ),
    fails(
        "an algorithm that the header chooses: none, unknown, contradicting the key",
        "CVE-2026-28432",
        &["crypto::tests::refusals::algorithms"],
    ),
    fails("an HMAC with the public key as its secret", "", &["crypto::tests::refusals::algorithms"]),
    fails(
        "a signed header twice, joined, empty or in another case",
        "RFC 9421",
        &["crypto::tests::refusals::headers_given_twice"],
    ),
    fails(
        "a Signature header that is none: quotes, escapes, megabytes, parameters twice",
        "",
        &[
            "crypto::tests::refusals::cavage_headers_that_are_none",
            "crypto::tests::random::no_header_makes_it_panic",
            "crypto::tests::random::no_parameters_make_it_panic",
        ],
    ),
    fails(
        "message signatures with several labels, parameters of components, components twice or in another order",
        "RFC 9421",
        &[
            "crypto::tests::refusals::message_signature_headers_that_are_none",
            "crypto::tests::refusals::message_signatures_that_do_not_fit_their_input",
        ],
    ),
    fails(
        "an RSA key too short, too long, with a bad exponent, or garbage",
        "",
        &[
            "crypto::tests::keys::sizes_and_exponents_of_rsa",
            "crypto::tests::keys::texts_that_are_no_key",
            "crypto::tests::random::no_turned_key_panics",
        ],
    ),
    fails("Ed25519 points of low order or written otherwise", "", &["crypto::tests::vectors::ed25519_edges"]),
    fails(
        "a key that was changed, and fetches forced by pretending so",
        "",
        &["hostile::identity::a_new_key_is_fetched_once_and_then_not_for_a_while"],
    ),
    fails(
        "a flood of keys that have to be fetched from a victim",
        "CVE-2026-34148",
        &[
            "hostile::floods::unknown_keys_of_one_host_have_a_budget",
            "hostile::wave::what_costs_nothing_is_asked_first",
            "net::actors::tests::whoever_asks_for_the_same_document_at_the_same_time_gets_the_same",
            "net::gate::tests::a_server_has_a_budget_whatever_its_spelling",
            "net::gate::tests::strangers_fill_a_room_of_their_own_and_nothing_is_kept_of_them",
        ],
    ),
    fails(
        "a key id that is ours, no web address, or a document apart from its actor",
        "",
        &[
            "hostile::identity::a_key_speaks_for_its_owner_alone",
            "hostile::names::keys_stand_in_their_actors_document_whatever_their_id",
        ],
    ),
    fails(
        "a Delete of an actor whose key is gone",
        "",
        &[
            "hostile::floods::farewells_of_strangers_cost_nothing",
            "hostile::order::who_is_deleted_leaves_nothing_behind",
        ],
    ),
    fails(
        "a signature within the document, its words moved about",
        "CVE-2026-46349, CVE-2026-42462",
        &["hostile::identity::a_signature_within_the_document_proves_nothing"],
    ),
    fails(
        "an integrity proof with another purpose or of another's key",
        "FEP-8b32",
        &["hostile::identity::a_signature_within_the_document_proves_nothing"],
    ),
    no_target(
        "numbers and names that two canonical forms of JSON write differently",
        "RFC 8785",
        "nothing is signed or compared in canonical form: signatures are over the bytes that came",
    ),
    fails(
        "a document of one type served where another is expected",
        "",
        &[
            "hostile::names::a_document_is_taken_for_what_it_is_and_nothing_else",
            "hostile::identity::an_actor_is_what_its_own_server_serves_under_its_own_id",
        ],
    ),
];
