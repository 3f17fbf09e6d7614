//! A text as a picture for a phone's camera, drawn as SVG.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::{Error, Result};

/// Dark on white whatever the page's colours are: cameras need it so.
pub(super) fn svg(text: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| Error::bug("a secret and two names are longer than a QR code holds"))?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing into a string cannot fail. The standard asks for a border of four modules.
            let _ = write!(path, "M{} {}h1v1h-1z", x + 4, y + 4);
        }
    }
    let whole = size + 8;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {whole} {whole}\" role=\"img\" aria-label=\"The secret as a QR code\">\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_code_has_its_three_eyes_and_a_border() {
        let drawn = svg("otpauth://totp/City:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=City").unwrap();
        assert!(drawn.contains("viewBox=\"0 0 49 49\"") || drawn.contains("viewBox=\"0 0 45 45\""), "{drawn}");
        // The first row of the first eye: seven dark modules, behind four light ones.
        for x in 4..11 {
            assert!(drawn.contains(&format!("M{x} 4h1v1h-1z")), "{x}");
        }
        assert!(!drawn.contains("M11 4h") && !drawn.contains("M3 "));
        assert!(svg(&"x".repeat(3_000)).is_err());
    }
}
