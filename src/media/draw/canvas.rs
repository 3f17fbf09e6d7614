//! A sheet of pixels to fill shapes on, and the files made from it.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixel coordinates are small, channels are clamped"
)]

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder};

use super::colour::Colour;
use super::shape::{Point, Shape};

pub(super) struct Canvas {
    width: u16,
    height: u16,
    pixels: Vec<[f32; 3]>,
}

/// What a shape is filled with.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Flat(Colour),
    /// From one point to another, beyond them as at them.
    Linear((Point, Colour), (Point, Colour)),
    /// From the centre to so many pixels away.
    Radial(Point, f32, Colour, Colour),
    /// Fades away outside of two corners, over so many pixels.
    Halo(Point, Point, f32, Colour),
}

impl Canvas {
    pub fn new(width: u16, height: u16, background: impl Into<Paint>) -> Self {
        let mut canvas = Self { width, height, pixels: vec![[0.0; 3]; usize::from(width) * usize::from(height)] };
        canvas.fill(&Shape::rect(0.0, 0.0, width.into(), height.into()), background);
        canvas
    }

    pub fn fill(&mut self, outline: &Shape, paint: impl Into<Paint>) {
        let paint = paint.into();
        let width = usize::from(self.width);
        let Some(coverage) = outline.coverage(width, self.height.into()) else { return };
        let canvas = self.pixels.chunks_exact_mut(width).enumerate().skip(coverage.top);
        for ((y, line), row) in canvas.zip(coverage.rows()) {
            let y = y as f32 + 0.5;
            let filling = paint.row(y);
            let mut sum = 0.0_f32;
            for ((x, pixel), step) in line.iter_mut().enumerate().skip(coverage.left).zip(row) {
                sum += step;
                let share = sum.abs().min(1.0);
                if share > 0.002 {
                    let colour = filling.at(x as f32 + 0.5, y);
                    let share = share * colour.alpha;
                    let [red, green, blue] = pixel;
                    *red += (colour.red - *red) * share;
                    *green += (colour.green - *green) * share;
                    *blue += (colour.blue - *blue) * share;
                }
            }
        }
    }

    /// A soft shadow around a rectangle, so many pixels wide.
    pub fn shadow(&mut self, corner: Point, size: Point, reach: f32, colour: Colour) {
        let around = Shape::rect(corner.0 - reach, corner.1 - reach, size.0 + reach * 2.0, size.1 + reach * 2.0);
        self.fill(&around, Paint::Halo(corner, (corner.0 + size.0, corner.1 + size.1), reach, colour));
    }

    /// For drawings of few colours.
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
        encoder
            .write_image(&self.samples(), self.width.into(), self.height.into(), ExtendedColorType::Rgb8)
            .expect("three bytes a pixel, written to memory");
        bytes
    }

    /// For soft gradients.
    pub fn jpeg(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 88);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder
            .encode(&self.samples(), self.width, self.height, ColorType::Rgb)
            .expect("three bytes a pixel, written to memory");
        bytes
    }

    fn samples(&self) -> Vec<u8> {
        self.pixels.iter().flatten().map(|channel| (channel.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect()
    }
}

impl From<Colour> for Paint {
    fn from(colour: Colour) -> Self {
        Self::Flat(colour)
    }
}

impl Paint {
    /// What is left to work out within a row: nothing, where the colour changes only downwards.
    fn row(self, y: f32) -> Self {
        match self {
            Self::Linear(((x, _), _), ((same, _), _)) if x.to_bits() == same.to_bits() => Self::Flat(self.at(x, y)),
            Self::Flat(_) | Self::Linear(..) | Self::Radial(..) | Self::Halo(..) => self,
        }
    }

    fn at(self, x: f32, y: f32) -> Colour {
        match self {
            Self::Flat(colour) => colour,
            Self::Linear((from, first), (to, last)) => {
                let (dx, dy) = (to.0 - from.0, to.1 - from.1);
                let share = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy);
                first.towards(last, share.clamp(0.0, 1.0))
            }
            Self::Radial(centre, radius, first, last) => {
                first.towards(last, ((x - centre.0).hypot(y - centre.1) / radius).min(1.0))
            }
            Self::Halo(low, high, reach, colour) => {
                let beyond = |at: f32, low: f32, high: f32| (low - at).max(at - high).max(0.0);
                let away = beyond(x, low.0, high.0).hypot(beyond(y, low.1, high.1));
                colour.alpha(colour.alpha * (1.0 - away / reach).max(0.0).powi(2))
            }
        }
    }
}
