//! E200 to E299: what belongs to video and sound.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "E200",
        "A video is not published without captions: people who cannot hear it would miss what is said. They are a file in WebVTT or \
              SRT for each language. Where none are needed, say why: no-speech, in-picture (what is said is written there), in-text \
              (the post says the same), or a sentence; readers see it. On the command line: --captions en=film.vtt, or --no-captions \
              no-speech.",
    ),
    (
        "E201",
        "A recording is not published without a transcript: what is said, written down or taken from captions. Where none is needed, \
              say why, as for captions: no-speech, in-text, or a sentence that readers see. On the command line: --transcript words.txt, or \
              --no-captions no-speech.",
    ),
    (
        "E202",
        "Captions are WebVTT or SubRip (SRT), as text in UTF-8: for each caption a line with its times, its text, and an empty \
              line. The message names the line that is wrong. Of marks in the text, voices, italics and bold stay.",
    ),
    (
        "E203",
        "Captions stand in the order in which they are shown, end after they begin, and begin before the recording ends. \
              Otherwise they are damaged, or belong to another recording.",
    ),
    ("E204", "Captions are text and small; these are larger, or in more languages, than any recording needs."),
    (
        "E205",
        "Other servers fetch no video above media.federated_mb (99 MiB): they show its poster, and a link to the page that plays it. \
              Without a poster their readers would see a bare link. A still of the film: ffmpeg -ss 5 -i film.mp4 -frames:v 1 poster.jpg",
    ),
    (
        "E206",
        "Whoever publishes without captions for another reason says which, in up to 500 characters that readers see.",
    ),
    ("E207", "Pictures have descriptions; captions, transcripts and posters belong to video and sound."),
    (
        "E208",
        "An upload in pieces is spoken of as tus 1.0 has it: POST /api/uploads with Upload-Length, PATCH with Upload-Offset and \
         the type application/offset+octet-stream, HEAD to ask how far it is.",
    ),
    ("E209", "An upload in pieces is used when all of it has come; HEAD tells how much there is."),
    (
        "E211",
        "Captions and posters that came with a form wait a day for it to be saved. Whoever comes back later chooses them again.",
    ),
    (
        "E212",
        "Captions and posters are read beside the recording that they belong to: alone they are not kept. Choose all of them together.",
    ),
    (
        "E213",
        "Captions and posters are kept as long as something names them. Whoever saves a form that was opened before somebody else \
         replaced them would name what is not there any more: open the form again, and choose the file again where it is missing.",
    ),
];
