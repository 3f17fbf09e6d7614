//! Attacks on the ways into the desk: guessing, borrowed log-ins, forged tokens, an identity provider that lies.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "guessing at passwords, near and far",
        "CWE-307",
        &[
            "people::guessing_ends_soon_and_begins_again_later",
            "app::login::tests::tries_are_counted_for_an_address_near_and_far",
        ],
    ),
    fails(
        "washing tries away with made-up addresses, or locking somebody's other ways in by typing their number",
        "CWE-307, CWE-645",
        &["app::login::tests::nobody_who_is_made_up_washes_tries_away_and_no_way_in_locks_another"],
    ),
    fails(
        "taking the second factor away at a browser that was left open",
        "CWE-306",
        &["people::a_second_factor_is_asked_for_and_no_code_works_twice"],
    ),
    fails(
        "a secret address of a calendar that outlives the password and all sessions",
        "CWE-613",
        &["people::a_secret_address_of_a_calendar_ends_with_the_password_and_with_all_sessions"],
    ),
    fails(
        "taking a colleague's name, or the operator's, for approvals and the log",
        "CWE-290",
        &["people::nobody_is_called_as_somebody_else_is"],
    ),
    fails(
        "finding out who has an account here",
        "CWE-204",
        &["people::a_password_opens_the_desk_and_nothing_else_tells_one_from_another"],
    ),
    fails(
        "a code of the second factor that is used twice",
        "CWE-294",
        &["people::a_second_factor_is_asked_for_and_no_code_works_twice"],
    ),
    fails(
        "a token without a signature, or signed with the public key as a shared secret",
        "CVE-2015-9235, CVE-2016-5431, RFC 8725",
        &["crypto::tests::jwt::tokens_that_nobody_signed_are_nobodys"],
    ),
    fails(
        "a token that brings its own key, or says where to fetch it",
        "CVE-2018-0114",
        &["crypto::tests::jwt::tokens_that_nobody_signed_are_nobodys"],
    ),
    fails(
        "a token signed by another kind of key or algorithm than the key is for",
        "RFC 8725",
        &[
            "crypto::tests::jwt::each_algorithm_is_taken_from_its_own_kind_of_key_only",
            "crypto::tests::jwt::keys_that_are_for_something_else_or_weak_are_none",
        ],
    ),
    fails(
        "a token with two readings, or of another kind",
        "RFC 8725",
        &[
            "crypto::tests::jwt::what_is_signed_has_one_reading",
            "crypto::tests::jwt::tokens_that_nobody_signed_are_nobodys",
        ],
    ),
    fails(
        "a token for another client, of another issuer, or out of its time",
        "RFC 9700",
        &["model::oidc::tests::a_token_is_for_us_now_and_this_log_in"],
    ),
    fails(
        "a token or a code of another log-in (replay, injection)",
        "RFC 9700",
        &[
            "hostile::provider::a_token_of_another_log_in_is_nobodys",
            "hostile::provider::a_log_in_ends_once_in_its_browser_and_in_time",
        ],
    ),
    fails(
        "logging somebody in as somebody else by a link (CSRF of log-in)",
        "CWE-352",
        &["hostile::provider::a_log_in_ends_once_in_its_browser_and_in_time"],
    ),
    fails(
        "a provider's address, keys or tokens that lead inside (SSRF)",
        "CWE-918",
        &["hostile::provider::a_description_leads_nowhere_inside_and_names_its_issuer_exactly"],
    ),
    fails(
        "a description of another issuer (mix-up)",
        "RFC 9207, RFC 9700",
        &["hostile::provider::a_description_leads_nowhere_inside_and_names_its_issuer_exactly"],
    ),
    fails(
        "answers of a provider that are too large, moved, or no answers",
        "",
        &[
            "hostile::provider::answers_to_a_code_that_are_none_let_nobody_in",
            "hostile::provider::a_description_leads_nowhere_inside_and_names_its_issuer_exactly",
        ],
    ),
    fails(
        "forged tokens that make us ask the provider over and over",
        "",
        &[
            "hostile::provider::keys_that_change_are_followed_and_forgeries_have_nothing_fetched",
            "hostile::provider::who_comes_back_too_often_is_told_to_wait",
        ],
    ),
    fails(
        "an e-mail address that the provider has not verified, or says of somebody else",
        "CWE-290",
        &["model::oidc::tests::an_address_counts_only_when_the_same_document_says_that_it_is_theirs"],
    ),
    fails(
        "a place to go to after the log-in that is not ours (open redirect)",
        "CWE-601",
        &["people::a_password_opens_the_desk_and_nothing_else_tells_one_from_another"],
    ),
    fails("groups that leave nobody who may mend it", "", &["hostile::provider::groups_take_no_last_owner_away"]),
    fails(
        "what a passkey said at another address, or to another question",
        "CWE-346",
        &[
            "crypto::tests::webauthn::what_was_said_elsewhere_or_to_another_question_opens_nothing",
            "passkeys::what_is_not_whole_or_not_ours_opens_nothing",
        ],
    ),
    fails(
        "a passkey's answer that is sent again, or a copy of a passkey",
        "CWE-294",
        &["passkeys::a_touch_opens_the_desk_once_for_each_page"],
    ),
    fails(
        "a passkey whose key is weak, odd or cut short",
        "",
        &["crypto::tests::webauthn::a_new_passkey_is_whole_and_of_a_kind_that_is_known"],
    ),
    fails(
        "a form or a post that is begun, and ended after its sender was switched off, lost a role or a token",
        "CWE-367",
        &[
            "hostile::desk::what_was_taken_away_while_a_form_was_on_its_way_is_gone",
            "hostile::desk::a_token_that_was_revoked_while_a_post_was_on_its_way_publishes_nothing",
            "hostile::desk::a_token_that_was_revoked_while_a_file_was_on_its_way_leaves_none_behind",
            "people::late::a_session_that_ends_while_a_form_is_on_its_way_takes_no_words_along",
        ],
    ),
    fails(
        "what was let pass is changed by one person afterwards: text, files, by form, program or command",
        "CWE-841",
        &[
            "drafts::changes::a_change_of_what_was_let_pass_is_let_pass_before_it_is_seen",
            "drafts::changes::what_is_changed_in_an_emergency_is_owed_with_what_is_public",
            "hostile::desk::what_was_let_pass_is_not_changed_by_a_program_either",
        ],
    ),
    fails(
        "words that whoever approves a draft is not shown: in another language, of a file, of a poll",
        "CWE-451",
        &["hostile::desk::whoever_lets_pass_is_shown_all_that_will_be_public"],
    ),
    fails(
        "a thread, a poll, a quote or a post under an own one, published as if it were an answer",
        "CWE-863",
        &[
            "hostile::desk::who_may_answer_publishes_nothing_under_our_own_posts_nor_more_than_an_answer",
            "drafts::a_thread_meets_the_rule_once",
        ],
    ),
    fails(
        "a rule of approval that one admin makes weaker, and nobody sees",
        "CWE-778",
        &["drafts::changes::who_made_a_rule_weaker_stands_where_others_look"],
    ),
    fails(
        "an account that answers or quotes what was written in private to another one of the same server",
        "CWE-639",
        &["hostile::desk::what_was_written_to_another_account_is_neither_read_nor_answered"],
    ),
    fails(
        "an answer that its writer changes between a moderator's look and the button that releases it",
        "CWE-367",
        &["hostile::desk::an_answer_that_was_changed_after_the_look_is_not_released"],
    ),
    fails(
        "a stranger who names two accounts, so that one of them decides, reads and closes what is the other's",
        "CWE-639",
        &["hostile::desk::who_is_named_besides_decides_nothing_for_the_account_that_was_answered"],
    ),
    fails(
        "a form with the token of another log-in: it is given back, and does nothing",
        "CWE-352",
        &["people::late::every_form_of_an_earlier_log_in_comes_back_with_the_token_of_now"],
    ),
    fails(
        "a form of the log-in that another site fills with words of its own",
        "CWE-352",
        &["people::late::other_forms_come_back_as_words_and_passwords_never_do"],
    ),
    fails(
        "a secret link to a draft that is guessed, kept by a cache, told to another page, or used after its end",
        "CWE-598, CWE-613",
        &[
            "drafts::colleagues::a_link_shows_a_draft_as_it_will_look_and_to_nobody_else",
            "drafts::colleagues::whatever_is_wrong_with_a_link_the_answer_is_the_same",
        ],
    ),
    no_target(
        "tokens in the address, where logs and neighbours read them (implicit flow)",
        "RFC 9700",
        "only the code flow with PKCE is spoken; a token in an address is not looked at",
    ),
];
