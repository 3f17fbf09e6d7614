//! Captions as programs write them, and as nobody should.

use proptest::prelude::*;

use super::*;
use crate::error::Error;

const VTT: &str = "\u{feff}WEBVTT - Opening\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { background: url(https://evil.example/x) }\r\n\r\n\
    REGION\r\nid:fred\r\n\r\nNOTE made by hand\r\nand checked\r\n\r\nintro\r\n00:01.000 --> 00:03.500 line:0 region:fred align:start\r\n\
    <v.loud Anna>Good <c.red>morning</c> &amp; <i>welcome\r\nto the bridge</i>\r\n\r\n\
    00:00:03.500 --> 01:00:05.000\r\n<v Ben &amp; Co>I <3 it: 5 < 6</v>\r\n";

fn refused(text: &str) -> String {
    match read(text.as_bytes(), 60_000) {
        Err(Error::Invalid(problem)) => format!("{} {}", problem.id, problem.what),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_comes_out_as_text_with_voices_and_nothing_else() {
    let captions = read(VTT.as_bytes(), 60_000).unwrap();
    assert_eq!(
        captions.vtt(),
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.500 line:0 align:start\n<v Anna>Good morning &amp; <i>welcome\nto the \
         bridge</i></v>\n\n00:00:03.500 --> 00:01:00.000\n<v Ben &amp; Co>I &lt;3 it: 5 &lt; 6</v>\n"
    );
    assert_eq!(captions.transcript(), "Anna: Good morning & welcome to the bridge\n\nBen & Co: I <3 it: 5 < 6");
    assert_eq!(read(captions.vtt().as_bytes(), 60_000).unwrap(), captions, "what was written is read again");
}

#[test]
fn subrip_becomes_webvtt() {
    let srt = "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2\n{\\an8}<font color=\"#fff\">One</font>\n\n\n2\n00:00:02,000 --> 00:00:04,000\n\
               <b>Two</b>\n<u></u>\n & three\n\n3\n0:00:09,000 --> 00:00:10,000\n\u{200b}Four\n";
    let captions = read(srt.as_bytes(), 60_000).unwrap();
    let vtt = captions.vtt();
    assert!(
        vtt.contains("00:00:01.000 --> 00:00:02.000\nOne\n") && vtt.contains("\n<b>Two</b>\n&amp; three\n"),
        "{vtt}"
    );
    assert!(captions.transcript().starts_with("One Two & three\n\n"), "{}", captions.transcript());
}

#[test]
fn nothing_that_is_loaded_or_run_comes_through() {
    let hostile = "WEBVTT\n\n00:01.000 --> 00:02.000 position:url(x) vertical:rl\n<script>alert(1)</script><img src=x onerror=y>\
                   <v Eve\" onmouseover=\"x>hi</v>&lt;script&gt;\u{202e}\u{0}\n<00:00:01.500><ruby>a<rt>b</rt></ruby><lang en>c</lang>\n";
    let vtt = read(hostile.as_bytes(), 60_000).unwrap().vtt();
    assert!(
        vtt.ends_with(
            "00:00:01.000 --> 00:00:02.000 vertical:rl\nalert(1)<v Eve\" onmouseover=\"x>hi</v>&lt;script&gt;\nabc\n"
        ),
        "{vtt:?}"
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, told) in [
        ("", "E202 The captions are neither"),
        ("{\\rtf1 hello}", "E202 The captions are neither"),
        ("WEBVTT\n", "E202 There is not a single"),
        ("WEBVTT\n\nNOTE nothing\n\n00:01.000 --> 00:02.000\n<c></c>\n", "E202 There is not a single"),
        ("WEBVTT\n00:01.000 --> 00:02.000\nx\n", "E202 Line 2"),
        ("WEBVTT\n\nx\n", "E202 Line 3 of the captions: this is no caption"),
        ("WEBVTT\n\n1 --> 2\nx\n", "E202 Line 3 of the captions: the times"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nx\n", "E202 Line 3"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:02.000 --> 00:03.000\ny\n", "E202 Line 5"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx\n", "E203 Line 3 of the captions: the caption ends"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:04.000 --> 00:06.000\nx\n", "E203 Line 6"),
        ("WEBVTT\n\n01:00.000 --> 01:02.000\nx\n", "E203 Line 3 of the captions: this one begins after"),
    ] {
        let said = refused(text);
        assert!(said.starts_with(told), "{text:?}: {said}");
    }
    assert!(
        matches!(read(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe4\n", 9_000), Err(Error::Invalid(p)) if p.id == "E202")
    );
}

#[test]
fn files_that_never_end_are_refused() {
    let heavy = format!("WEBVTT\n\n{}", "x".repeat(limits::BYTES));
    assert!(refused(&heavy).starts_with("E204"));
    let many = format!("WEBVTT\n\n{}", "00:01.000 --> 00:02.000\nx\n\n".repeat(limits::CUES + 1));
    assert!(refused(&many).starts_with("E204"));
    let long = format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n", "x".repeat(limits::CUE));
    assert!(refused(&long).contains("too long"));
    let deep = format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}x\n", "<i>".repeat(1_000));
    assert!(read(deep.as_bytes(), 9_000).unwrap().vtt().ends_with("\n<i>x</i>\n"));
}

#[test]
fn a_pause_begins_a_paragraph_and_a_caption_that_stays_is_said_once() {
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:02.000 --> 00:04.000\nOne\n\n00:07.000 --> 00:08.000\n<v A>Two</v> three <v A>four\n\n\
               00:08.000 --> 00:09.000\n<v A>five\n";
    assert_eq!(read(vtt.as_bytes(), 60_000).unwrap().transcript(), "One\n\nA: Two\n\nthree\n\nA: four five");
}

#[test]
fn what_a_mark_parted_is_no_place() {
    for text in ["{<c>\\}", "{<c>\\\\}x", "{\\an8"] {
        let vtt = read(format!("00:01.000 --> 00:02.000\n.{text}\n").as_bytes(), 9_000).unwrap().vtt();
        assert_eq!(read(vtt.as_bytes(), 9_000).unwrap().vtt(), vtt);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_a_fixed_point(text in "(WEBVTT\n\n)?([0-9]\n)?00:0[0-4][.,]000 --> 00:05[.,]000\n[<>a-z/&;{}\\\\ \\n.]{0,80}") {
        if let Ok(captions) = read(text.as_bytes(), 4_500) {
            let vtt = captions.vtt();
            prop_assert_eq!(read(vtt.as_bytes(), 4_500).unwrap().vtt(), vtt);
        }
    }
}
