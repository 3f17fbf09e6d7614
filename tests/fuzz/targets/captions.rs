//! Files of captions, of a recording whose length the first byte says in seconds.

use instance::limits;
use instance::media::captions::read;

/// A byte that says how long the recording is, and the file.
pub fn captions(data: &[u8]) {
    let Some((&seconds, data)) = data.split_first() else { return };
    let millis = u64::from(seconds) * 1_000;
    let Ok(captions) = read(data, millis) else { return };
    let vtt = captions.vtt();
    inspect(&vtt);
    let again = read(vtt.as_bytes(), millis).expect("what we write we read");
    assert_eq!(again.vtt(), vtt, "and it stays as it is");
    let said = captions.transcript();
    assert!(said.len() <= limits::captions::BYTES && !said.contains("\n\n\n") && said.trim() == said);
}

/// Times, text and three kinds of marks, which all end, and nothing else.
fn inspect(vtt: &str) {
    let mut blocks = vtt.split("\n\n");
    assert_eq!(blocks.next(), Some("WEBVTT"));
    for block in blocks {
        let (times, text) = block.split_once('\n').expect("times and text");
        assert!(times.contains(" --> ") && !times.contains("region") && !text.contains("-->"), "{block}");
        assert!(!text.trim().is_empty() && text.lines().all(|line| !line.is_empty()), "{block}");
        let (mut open, mut rest) = (Vec::new(), text);
        while let Some((_, from)) = rest.split_once('<') {
            let (mark, after) = from.split_once('>').expect("a mark ends");
            match mark.split(' ').next().unwrap_or_default() {
                name @ ("v" | "i" | "b") => open.push(name),
                name => assert_eq!(name.strip_prefix('/'), open.pop(), "{block}"),
            }
            rest = after;
        }
        assert!(open.is_empty(), "{block}");
    }
}
