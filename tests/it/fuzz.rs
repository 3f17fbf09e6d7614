//! All that fuzzing ever found, and what it starts from: thrown at the same targets (`tests/fuzz/targets`), so that what
//! was mended stays mended.

use std::fs;
use std::path::Path;

#[path = "../fuzz/targets/mod.rs"]
mod targets;

#[test]
fn the_corpus_is_taken_as_promised() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let mut seen = 0;
        for entry in fs::read_dir(corpus.join(name)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&fs::read(&path).unwrap());
            seen += 1;
        }
        assert!(seen > 0, "{name} has nothing to start from");
    }
    assert_eq!(fs::read_dir(&corpus).unwrap().count(), targets::TARGETS.len(), "a folder of no target");
}
