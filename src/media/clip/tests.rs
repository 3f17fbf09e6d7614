//! Clips made by ffmpeg, and by hand.

use super::*;

#[test]
fn probe() {
    for entry in std::fs::read_dir("/work/clips").unwrap() {
        let path = entry.unwrap().path();
        let mut file = std::fs::File::open(&path).unwrap();
        match read(&mut file) {
            Ok(clip) => {
                println!("{path:?} {} {} {:?} {} pieces {}", clip.mime, clip.millis, clip.frame, clip.sound, clip.pieces.len());
                let out = std::path::Path::new("/work/clips-out").join(path.file_name().unwrap());
                let mut bytes = Vec::new();
                clip.write(&mut file, &mut bytes).unwrap();
                assert_eq!(bytes.len() as u64, clip.bytes());
                std::fs::write(out, bytes).unwrap();
            }
            Err(Error::Invalid(p)) => println!("{path:?} {} {} {}", p.id, p.what, p.remedy),
            Err(e) => panic!("{e:?}"),
        }
    }
}
