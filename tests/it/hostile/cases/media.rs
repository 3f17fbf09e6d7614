//! Files that come in and go out: pictures, sound, video, captions.

use super::{Case, fails, no_target};

pub const CASES: &[Case] = &[
    fails(
        "a drawing with script, a page or an archive that calls itself a picture",
        "CWE-434",
        &["media::picture::tests::what_is_no_picture_is_named", "media::files::tests::names_are_exact"],
    ),
    no_target(
        "a file that makes a media tool run commands or write files",
        "CVE-2023-36460, GHSA-9928-3cp5-93fm",
        "no program is called: every file is read by this one, in Rust without unsafe code",
    ),
    fails(
        "a way out of the media folder in a file's name",
        "CWE-22",
        &["media::files::tests::names_are_exact", "media::files::tests::an_unknown_ending_is_not_written"],
    ),
    fails(
        "a picture of a few kilobytes that unfolds to gigabytes",
        "CVE-2026-8461",
        &[
            "media::picture::tests::pixel_bombs_are_refused_by_their_header",
            "media::picture::tests::many_scans_are_refused",
            "media::picture::tests::separate_scans_of_coarser_colours_are_refused",
        ],
    ),
    fails(
        "a colour profile that unfolds a thousandfold, or is none",
        "CWE-409",
        &[
            "media::picture::tests::a_profile_that_unfolds_to_more_than_any_has_is_left_out",
            "media::picture::tests::only_a_fitting_colour_profile_stays",
        ],
    ),
    fails(
        "an animation with endless frames",
        "CWE-409",
        &["media::picture::tests::animations_that_others_would_not_show_are_refused"],
    ),
    fails(
        "a picture that breaks off, is damaged, or is of a rare kind",
        "",
        &[
            "media::picture::tests::a_file_cut_off_anywhere_is_refused",
            "media::picture::tests::rare_varieties_are_accepted_or_refused_in_words",
            "media::picture::tests::noise_behind_every_magic_is_refused_or_read",
        ],
    ),
    fails(
        "where somebody lives, in the notes of a picture",
        "",
        &[
            "media::picture::tests::a_jpeg_loses_its_metadata_and_no_pixel",
            "media::picture::tests::png_and_webp_lose_their_metadata_and_turn",
            "media::picture::tests::a_hidden_second_picture_stays_behind",
        ],
    ),
    fails(
        "where somebody lives, in the notes or a hidden track of a video",
        "",
        &[
            "media::clip::tests::what_is_taken_is_known_by_its_bytes_and_written_without_notes",
            "media::clip::tests::a_track_that_is_neither_seen_nor_heard_leaves_its_data_behind",
        ],
    ),
    fails(
        "the same in the corners that programs leave: old free room, names, tails, a second recording behind the first",
        "",
        &[
            "media::clip::tests::notes::notes_at_any_level_of_an_index_become_free_room",
            "media::clip::tests::notes::names_of_makers_in_the_fields_of_an_index_are_erased",
            "media::clip::tests::notes::what_a_webm_need_not_have_becomes_empty_room_and_it_ends_with_its_segment",
            "media::clip::tests::notes::comments_of_vorbis_in_a_webm_are_blanked",
            "media::clip::tests::notes::nothing_follows_the_last_frame_of_a_flac",
            "media::clip::tests::notes::a_second_recording_behind_the_first_is_refused",
        ],
    ),
    fails(
        "words hidden where a format has room for bytes that are no picture and no sound: behind restarts and last blocks, \
         between samples, frames and pages, in reserved fields, unused colours, padding, names of programs and profiles",
        "",
        &[
            "media::canaries::no_canary_survives_in_a_picture",
            "media::canaries::no_canary_survives_in_sound",
            "media::canaries::no_canary_survives_in_a_film",
        ],
    ),
    fails(
        "forty bytes that ask for a canvas as large as a wall, and many frames of it",
        "CWE-770",
        &[
            "media::picture::tests::a_few_bytes_do_not_get_a_large_canvas",
            "media::picture::tests::animations_that_others_would_not_show_are_refused",
        ],
    ),
    fails(
        "a film in which each of thousands of runs is looked up among thousands, or millions of parts read one by one",
        "CWE-407",
        &[
            "media::clip::tests::notes::fragments_name_all_data_and_no_more_tracks_than_there_are",
            "media::clip::tests::notes::millions_of_small_parts_are_read_together",
        ],
    ),
    fails(
        "a video whose tables contradict each other, the boxes that hold them or the file, or a million pictures a second",
        "",
        &[
            "media::clip::tests::tables::tables_that_do_not_agree_are_refused",
            "media::clip::tests::tables::fragments_that_say_more_than_they_hold_are_refused",
            "media::clip::tests::tables::a_film_without_a_picture_is_none",
            "media::clip::tests::tables::more_pictures_a_second_than_other_servers_take_are_refused",
        ],
    ),
    fails(
        "a part of a video that is longer than the file, or than any file",
        "",
        &[
            "media::clip::tests::a_part_as_long_as_the_world_is_refused",
            "media::clip::tests::numbers_that_lie_are_refused",
        ],
    ),
    fails(
        "a part without length, to be read for ever",
        "CWE-835",
        &["media::clip::tests::a_part_as_long_as_the_world_is_refused", "fuzz::the_corpus_is_taken_as_promised"],
    ),
    fails(
        "a video of so many parts that their list fills the memory",
        "CWE-770",
        &["media::clip::tests::many_small_parts_are_refused_before_they_fill_the_memory"],
    ),
    fails(
        "hours, or more pixels than any screen has, in kilobytes",
        "",
        &[
            "media::clip::tests::a_length_without_end_is_refused_and_none_is_made_up",
            "media::clip::tests::numbers_that_lie_are_refused",
        ],
    ),
    fails(
        "a playlist, or a film whose data lie elsewhere, to have local files or addresses read",
        "",
        &["media::clip::tests::data_in_another_file_and_playlists_are_refused"],
    ),
    fails(
        "a video that breaks off or holds something else than it says",
        "",
        &[
            "media::clip::tests::a_file_that_breaks_off_is_refused",
            "media::clip::tests::what_is_not_taken_is_named_with_the_way_out",
            "media::clip::tests::no_bytes_make_it_panic_or_grow",
        ],
    ),
    fails(
        "captions with styles that load something, with script, or with characters that turn what follows",
        "CWE-79",
        &["media::captions::tests::nothing_that_is_loaded_or_run_comes_through"],
    ),
    fails(
        "captions served as something that a browser would run, or left behind when they are taken out",
        "CWE-79",
        &[
            "clips::a_video_needs_captions_at_the_desk_and_nothing_is_sent_twice",
            "clips::captions_of_a_published_video_are_changed_at_the_desk",
        ],
    ),
    fails(
        "captions without end, or nested without end",
        "",
        &["media::captions::tests::files_that_never_end_are_refused"],
    ),
    fails(
        "many ranges in one request, overlapping, reversed, endless",
        "CVE-2011-3192",
        &["files::many_ranges_at_once_are_one_answer", "web::file::tests::ranges_are_one_or_all"],
    ),
    fails(
        "readers that ask for large files and take nothing, to fill the memory",
        "",
        &[
            "media::content::tests::those_who_take_nothing_do_not_fill_the_memory",
            "files::a_wave_on_one_picture_never_touches_the_disk_and_others_are_served",
        ],
    ),
    fails(
        "a picture that was taken back and is still served",
        "",
        &[
            "files::what_is_deleted_is_gone_from_memory_too",
            "media::content::tests::a_small_file_is_read_once_and_a_removed_one_is_not_kept",
        ],
    ),
    fails(
        "a picture of a post that is not published yet, asked for by who guessed, heard or kept its address",
        "",
        &[
            "files::before_it_is_published_a_file_is_for_those_who_work_on_it_and_kept_nowhere",
            "app::passes::tests::a_pass_is_for_one_file_and_one_day",
        ],
    ),
    fails(
        "pieces of a file for somebody else's account, or sent by another site's page",
        "CWE-352",
        &["desk::uploads::a_large_file_of_a_form_goes_on_where_it_stopped"],
    ),
    fails(
        "a file that is a page, a script or an activity when it is opened alone",
        "CVE-2024-25623",
        &["files::a_file_does_nothing_when_it_is_opened_alone_and_is_never_an_activity"],
    ),
    fails(
        "a path out of the media folder: dots, backslashes and zero bytes, coded once, twice and wrongly",
        "",
        &["media::files::tests::names_are_exact", "files::no_address_leads_out_of_the_folder"],
    ),
    fails(
        "so many uploads, or such as are never published, that the disk is full",
        "CWE-400",
        &[
            "pictures::an_account_has_its_share_of_the_disk",
            "pictures::what_becomes_part_of_nothing_goes_and_so_does_what_no_row_names",
            "crash::full::a_full_disk_is_told_once_and_forgotten_when_there_is_room",
        ],
    ),
    fails(
        "a profile picture of somebody else's, or one that makes a page of its own",
        "",
        &[
            "profiles::a_profile_is_changed_at_the_desk_and_other_servers_are_told",
            "profiles::the_emblem_stands_where_the_institution_speaks",
        ],
    ),
    fails(
        "script or an attribute in the description of a picture, or a description without end",
        "CWE-79",
        &["pages::tests::hostile_words_stay_words", "model::media::tests::words_or_a_mark_that_none_are_needed"],
    ),
    fails(
        "a reply whose pictures make our readers, or us, ask a stranger's server",
        "",
        &["hostile::copies::no_picture_of_a_stranger_is_asked_for"],
    ),
    no_target(
        "a made-up blurhash that makes its reader run out of its memory",
        "",
        "blurhashes are written here and never read; strangers' ones are not kept",
    ),
    fails(
        "names of files that make us ask an internal storage for whatever is wanted",
        "CVE-2024-56200",
        &["storage::a_name_that_no_row_knows_leads_nowhere", "media::files::tests::names_are_exact"],
    ),
];
