//! Files on a disk of a test's own.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A folder under the system's temporary one that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("instance-files-{:032x}", u128::from_be_bytes(random::bytes::<16>()))))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn names(files: &Files) -> Vec<String> {
    let mut names: Vec<_> = files.list().map(Result::unwrap).collect();
    names.sort();
    names
}

/// Keeps bytes that nobody holds.
fn put(files: &Files, bytes: &[u8], ext: &str) -> String {
    let mut hold = files.hold();
    let name = hold.put(bytes, ext).unwrap();
    files.claim(&name);
    name
}

#[test]
fn the_same_bytes_are_one_file_and_only_the_key_tells_its_name() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let long = vec![7; 3 * limits::media::PIECE + 1];
    for bytes in [b"x".as_slice(), b"", &long] {
        let name = put(&files, bytes, "png");
        assert_eq!((put(&files, bytes, "png"), Files::mime(&name)), (name.clone(), Some("image/png")));
        assert_eq!(fs::read(files.path(&name).unwrap()).unwrap(), bytes);
    }
    assert_eq!(names(&files).len(), 3);
    let keys = [[1; 32], [2; 32], [1; 32]].map(|key| put(&files.keyed(key), b"x", "png"));
    assert!(keys[0] == keys[2] && keys[0] != keys[1]);
    assert_ne!(put(&files, &long[1..], "png"), put(&files, &long, "png"));
    assert_eq!(names(&files).len(), 6);
}

#[test]
fn what_was_kept_a_moment_ago_stays_whoever_lets_go_of_the_same() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let gone = || names(&files).is_empty();
    let (mut one, mut two) = (files.hold(), files.hold());
    let name = one.put(b"x", "png").unwrap();
    assert_eq!(two.put(b"x", "png").unwrap(), name);
    files.remove(&name).unwrap();
    drop(one);
    assert!(!gone() && files.has(&name), "another holds it");
    two.join(files.hold());
    drop(two);
    assert!(gone(), "nobody does any more");

    let mut hold = files.hold();
    hold.put(b"x", "png").unwrap();
    files.remove(&name).unwrap();
    files.claim(&name);
    drop(hold);
    assert!(!gone(), "a record names it again");
    drop({
        let mut hold = files.hold();
        hold.put(b"x", "png").unwrap();
        hold
    });
    assert!(!gone(), "it was there before");
    files.remove(&name).unwrap();
    assert!(gone() && !files.has(&name));
    files.remove(&name).unwrap();
}

#[test]
fn the_sweep_lets_a_young_file_wait_for_its_record() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let gone = || names(&files).is_empty();
    let name = put(&files, b"x", "png");
    let written = files.path(&name).unwrap().metadata().unwrap().modified().unwrap();
    files.sweep(&name, written).unwrap();
    // The same file goes with another record, and the one that is on its way still finds it.
    files.remove(&name).unwrap();
    assert!(!gone());
    files.claim(&name);
    files.remove(&name).unwrap();
    assert!(gone());

    let later = written + std::time::Duration::from_secs(3600);
    put(&files, b"x", "png");
    files.sweep(&name, SystemTime::UNIX_EPOCH).unwrap();
    files.sweep(&name, later).unwrap();
    assert!(gone(), "it has become old");
    let mut hold = files.hold();
    hold.put(b"x", "png").unwrap();
    files.sweep(&name, later).unwrap();
    assert!(!gone(), "whoever keeps it has it");
}

#[test]
fn keeps_lists_and_removes() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let mut kept: Vec<_> = (0..20u8).map(|n| put(&files, &[n; 9], "png")).collect();
    kept.sort();
    assert_eq!(names(&files), kept);
    let path = files.path(&kept[3]).unwrap();
    assert!(fs::read(&path).unwrap().len() == 9);
    assert!(path.starts_with(&scratch.0));
    files.remove(&kept[3]).unwrap();
    files.remove(&kept[3]).unwrap();
    assert!(!path.exists());
    kept.remove(3);
    assert_eq!(names(&Files::open(&scratch.0).unwrap()), kept);
}

#[test]
fn what_others_may_still_bring_takes_room_and_is_no_part_of_the_file() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    assert!(files.expect(1).is_ok());
    let Err(Error::Invalid(problem)) = files.expect_upload(1, 1, u64::MAX) else { panic!() };
    assert!(
        problem.id == "E194" && problem.what.contains("takes 1 MiB until it was looked at, and 0 MiB are free"),
        "{problem:?}"
    );
}

#[test]
fn only_the_owner_may_read() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let path = files.path(&put(&files, b"x", "jpg")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    for folder in path.ancestors().skip(1).take(3) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
}

#[test]
fn names_are_exact() {
    let files = Files { root: "/media".into(), hot: Arc::default(), marked: Arc::default(), key: [0; 32] };
    let good = "0123456789abcdef0123456789abcdef.webp";
    assert_eq!(files.path(good).unwrap(), Path::new("/media/01/23").join(good));
    assert_eq!(Files::mime(good), Some("image/webp"));
    for bad in [
        "",
        ".",
        "..",
        "../../../../../../etc/passwd",
        "0123456789abcdef0123456789abcde.png",
        "0123456789abcdef0123456789abcdef0.png",
        "0123456789ABCDEF0123456789abcdef.png",
        "0123456789abcdef0123456789abcdef.svg",
        "0123456789abcdef0123456789abcdef.png\0",
        "0123456789abcdef0123456789abcdef.png/",
        "0123456789abcdef0123456789abcdef.",
        "0123456789abcdef0123456789abcdefpng",
        "../456789abcdef0123456789abcdefff.png",
        "..%2f456789abcdef0123456789abcdef.png",
        "0123456789abcdef0123456789abcdeé.png",
        "０123456789abcdef0123456789abc.png",
    ] {
        assert_eq!(files.path(bad), None, "{bad}");
        assert!(matches!(files.remove(bad), Err(Error::NotFound)), "{bad}");
    }
}

#[test]
fn an_unknown_ending_is_not_written() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    assert!(matches!(files.hold().put(b"x", "svg"), Err(Error::Broken(_))));
    assert!(matches!(files.hold().put(b"x", "png/../../x"), Err(Error::Broken(_))));
    assert_eq!(names(&files).len(), 0);
}

#[test]
fn what_cannot_be_put_in_its_place_leaves_nothing() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    for n in 0..=255_u8 {
        fs::write(scratch.0.join(format!("{n:02x}")), b"no folder").unwrap();
    }
    assert!(files.hold().put(b"x", "png").is_err());
    assert_eq!(fs::read_dir(scratch.0.join(UNFINISHED)).unwrap().count(), 0);
}

#[test]
fn what_a_crash_left_goes_away_and_strangers_are_not_listed() {
    let scratch = Scratch::new();
    let files = Files::open(&scratch.0).unwrap();
    let kept = put(&files, b"x", "gif");
    let half = scratch.0.join(UNFINISHED).join("0123456789abcdef0123456789abcdef.png");
    fs::write(&half, b"ha").unwrap();
    fs::write(scratch.0.join("notes.txt"), b"").unwrap();
    fs::write(files.path(&kept).unwrap().with_file_name("notes.txt"), b"").unwrap();
    let kept = [kept];
    assert_eq!(names(&files), kept);
    assert_eq!(names(&Files::open(&scratch.0).unwrap()), kept);
    assert!(!half.exists());
}
