//! Colours by how light, how strong and of what hue they look (Oklch, Ottosson 2020): steps of
//! equal number look equally large, so that palettes made from a seed keep their contrast.

/// sRGB, each channel 0 to 1, and opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour {
    pub red: f32,
    pub green: f32,
    pub blue: f32,
    pub alpha: f32,
}

/// Lightness 0 to 1, chroma 0 to about 0.3 (reduced until a screen can show it), hue in degrees.
pub(super) fn oklch(lightness: f32, chroma: f32, hue: f32) -> Colour {
    let (sin, cos) = hue.to_radians().sin_cos();
    let linear = (0..20)
        .map(|step| chroma * 0.92_f32.powi(step))
        .map(|chroma| linear_srgb(lightness, chroma * cos, chroma * sin))
        .find(|channels| channels.iter().all(|channel| (-0.0005..=1.0005).contains(channel)));
    let [red, green, blue] = linear.unwrap_or_else(|| linear_srgb(lightness, 0.0, 0.0)).map(encode);
    Colour { red, green, blue, alpha: 1.0 }
}

impl Colour {
    pub fn alpha(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }

    /// From this one (0) to the other (1).
    pub fn towards(self, other: Self, share: f32) -> Self {
        let mix = |from: f32, to: f32| from + (to - from) * share;
        Self {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
            alpha: mix(self.alpha, other.alpha),
        }
    }
}

fn linear_srgb(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let long = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let medium = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let short = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_93 * short,
        -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_4 * short,
        -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
    ]
}

fn encode(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_black_and_a_known_blue() {
        let near = |colour: Colour, expected: [f32; 3]| {
            let off = [colour.red - expected[0], colour.green - expected[1], colour.blue - expected[2]];
            assert!(off.iter().all(|off| off.abs() < 0.02), "{colour:?}");
        };
        near(oklch(1.0, 0.0, 0.0), [1.0, 1.0, 1.0]);
        near(oklch(0.0, 0.0, 0.0), [0.0, 0.0, 0.0]);
        near(oklch(0.452, 0.313, 264.05), [0.0, 0.0, 1.0]);
        near(oklch(0.628, 0.2577, 29.23), [1.0, 0.0, 0.0]);
    }
}
