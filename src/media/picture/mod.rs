//! From the bytes somebody sent to the picture the world is served: the type by its content, the
//! size from its header before anything is decoded, metadata and tails cut off, then decoded to
//! prove that it is a picture, turned upright, and made small.

mod cover;
mod cut;
mod gif;
mod jpeg;
mod pixels;
mod png;
mod profile;
mod refuse;
#[cfg(test)]
pub(super) mod samples;
mod shrink;
mod stream;
#[cfg(test)]
mod tests;
mod webp;

use image::metadata::Orientation;

pub use cover::check_cover;

use crate::error::Result;
use crate::limits;

/// A picture ready to be kept and served.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Upright, without metadata (a colour profile may stay), at most [`limits::media::SERVED_SIDE`] long.
    pub original: Encoded,
    /// For pages and cards: JPEG, or PNG where that is clearer or there is transparency. Still.
    pub small: Encoded,
    /// For sharp screens: of large pictures only.
    pub middle: Option<Encoded>,
    /// Of the original, in pixels.
    pub width: u32,
    pub height: u32,
    /// 4 × 4 components, as Mastodon makes it.
    pub blurhash: String,
}

/// One file of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    /// Without a dot; one that `media::files` takes.
    pub ext: &'static str,
    pub width: u32,
    pub height: u32,
}

/// What a picture is to become.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    Whole,
    /// Whole, and refused where directories of podcasts would refuse it.
    Cover,
    /// Cut to [`limits::media::AVATAR`] around a point: −1 to 1, from left to right and from bottom to top.
    Avatar(f32, f32),
    /// The same with [`limits::media::HEADER`].
    Header(f32, f32),
    /// Whole, within [`limits::media::EMBLEM`]: arms are not cut.
    Emblem,
    /// A stranger's: cut to [`limits::copies::FACE`].
    Face,
    /// A stranger's: within [`limits::copies::PICTURE`].
    Copy,
}

/// Takes a picture in. `Invalid` says what is wrong with it; no bytes whatever make it panic.
/// Reads 12 megapixels in about 0.2 s. Needs three bytes of memory for each pixel of an ordinary JPEG, at most about
/// ten, 330 MB for the largest progressive one, so callers run one at a time.
pub fn take(bytes: Vec<u8>, shape: Shape) -> Result<Picture> {
    check_weight(bytes.len() as u64)?;
    if shape == Shape::Cover {
        check_cover(&bytes)?;
    }
    let kind = Kind::of(&bytes)?;
    let mut clean = kind.clean(&bytes, true)?;
    drop(bytes);
    let strange = matches!(shape, Shape::Face | Shape::Copy);
    if strange && u64::from(clean.width) * u64::from(clean.height) > limits::copies::PIXELS {
        return Err(refuse::large(clean.width, clean.height));
    }
    let decoded = pixels::decode(kind, &clean)?;
    if clean.icc && decoded.icc.is_none() {
        // A profile that we cannot read, or that is for other colours, is not passed on.
        clean = Clean { orientation: clean.orientation, ..kind.clean(&clean.bytes, false)? };
    }
    match shape {
        Shape::Whole | Shape::Cover => pixels::finish(kind, clean, decoded),
        Shape::Avatar(x, y) => pixels::finish_cut(kind, clean, decoded, limits::media::AVATAR, (x, y)),
        Shape::Header(x, y) => pixels::finish_cut(kind, clean, decoded, limits::media::HEADER, (x, y)),
        Shape::Face => pixels::finish_cut(kind, clean, decoded, limits::copies::FACE, (0.0, 0.0)),
        Shape::Copy => pixels::finish_within(kind, clean, decoded, limits::copies::PICTURE),
        Shape::Emblem => pixels::finish_within(kind, clean, decoded, limits::media::EMBLEM),
    }
}

/// As `take`, whole, of bytes that stay.
pub fn process(bytes: &[u8]) -> Result<Picture> {
    take(bytes.to_vec(), Shape::Whole)
}

/// Whether a file of this length, in bytes, may be a picture at all.
pub fn check_weight(bytes: u64) -> Result<()> {
    if bytes < limits::media::PICTURE as u64 { Ok(()) } else { Err(refuse::heavy(bytes)) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Jpeg,
    Png,
    Gif,
    WebP,
}

impl Kind {
    fn of(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [] => Err(refuse::empty()),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            _ => Err(refuse::kind(bytes)),
        }
    }

    fn clean(self, bytes: &[u8], keep_icc: bool) -> Result<Clean> {
        match self {
            Self::Jpeg => jpeg::clean(bytes, keep_icc),
            Self::Png => png::clean(bytes, keep_icc),
            Self::Gif => gif::clean(bytes),
            Self::WebP => webp::clean(bytes, keep_icc),
        }
    }

    fn mime_and_ext(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("image/jpeg", "jpg"),
            Self::Png => ("image/png", "png"),
            Self::Gif => ("image/gif", "gif"),
            Self::WebP => ("image/webp", "webp"),
        }
    }

    fn encoded(self, bytes: Vec<u8>, width: u32, height: u32) -> Encoded {
        let (mime, ext) = self.mime_and_ext();
        Encoded { bytes, mime, ext, width, height }
    }
}

/// A file reduced to what makes the picture, and what its header says. The pixels are not
/// decoded yet; the size has been checked.
struct Clean {
    bytes: Vec<u8>,
    width: u32,
    height: u32,
    orientation: Orientation,
    /// A colour profile is in there.
    icc: bool,
    frames: usize,
    /// May be served as it is, when it needs no turning and no shrinking.
    servable: bool,
}

fn check_size(width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(refuse::damaged());
    }
    if width.max(height) > limits::media::SIDE || u64::from(width) * u64::from(height) > limits::media::PIXELS {
        return Err(refuse::large(width, height));
    }
    Ok(())
}
