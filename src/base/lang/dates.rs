//! Dates for people, in the 24 official languages of the EU; order, case of the month and punctuation as in CLDR.

use jiff::tz::TimeZone;

use super::Lang;
use crate::base::time::Timestamp;

/// Language; pattern (`{d}` day, `{m}` month, `{y}` year, `{h}` hour in two digits, `{H}` without a leading zero,
/// `{M}` minute); the months as they stand in a date, `_` for a space.
const FORMS: [(&str, &str, &str); 24] = [
    (
        "bg",
        "{d} {m} {y} г., {H}:{M}",
        "януари февруари март април май юни юли август септември октомври ноември декември",
    ),
    (
        "cs",
        "{d}. {m} {y}, {H}:{M}",
        "ledna února března dubna května června července srpna září října listopadu prosince",
    ),
    (
        "da",
        "{d}. {m} {y}, {h}.{M}",
        "januar februar marts april maj juni juli august september oktober november december",
    ),
    (
        "de",
        "{d}. {m} {y}, {h}:{M}",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
    (
        "el",
        "{d} {m} {y}, {h}:{M}",
        "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    ),
    (
        "en",
        "{d} {m} {y}, {h}:{M}",
        "January February March April May June July August September October November December",
    ),
    (
        "es",
        "{d} de {m} de {y}, {h}:{M}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    (
        "et",
        "{d}. {m} {y}, {h}:{M}",
        "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    ),
    (
        "fi",
        "{d}. {m} {y}, {H}.{M}",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    ),
    (
        "fr",
        "{d} {m} {y}, {h}:{M}",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    (
        "ga",
        "{d} {m} {y}, {h}:{M}",
        "Eanáir Feabhra Márta Aibreán Bealtaine Meitheamh Iúil Lúnasa Meán_Fómhair Deireadh_Fómhair Samhain Nollaig",
    ),
    (
        "hr",
        "{d}. {m} {y}., {h}:{M}",
        "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca",
    ),
    (
        "hu",
        "{y}. {m} {d}., {H}:{M}",
        "január február március április május június július augusztus szeptember október november december",
    ),
    (
        "it",
        "{d} {m} {y}, {h}:{M}",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    (
        "lt",
        "{y} m. {m} {d} d., {h}:{M}",
        "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    ),
    (
        "lv",
        "{y}. gada {d}. {m}, {h}:{M}",
        "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris",
    ),
    (
        "mt",
        "{d} ta’ {m} {y}, {h}:{M}",
        "Jannar Frar Marzu April Mejju Ġunju Lulju Awwissu Settembru Ottubru Novembru Diċembru",
    ),
    (
        "nl",
        "{d} {m} {y}, {h}:{M}",
        "januari februari maart april mei juni juli augustus september oktober november december",
    ),
    (
        "pl",
        "{d} {m} {y}, {h}:{M}",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    ),
    (
        "pt",
        "{d} de {m} de {y}, {h}:{M}",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
    (
        "ro",
        "{d} {m} {y}, {h}:{M}",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    ),
    (
        "sk",
        "{d}. {m} {y}, {H}:{M}",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
    ),
    (
        "sl",
        "{d}. {m} {y}, {h}:{M}",
        "januar februar marec april maj junij julij avgust september oktober november december",
    ),
    (
        "sv",
        "{d} {m} {y}, {h}:{M}",
        "januari februari mars april maj juni juli augusti september oktober november december",
    ),
];

/// Languages without a form of their own get this one.
const ENGLISH: (&str, &str, &str) = (
    "en",
    "{d} {m} {y}, {h}:{M}",
    "January February March April May June July August September October November December",
);

/// Day, month by name, year, hour and minute on the wall of a zone: `23 November 2026, 10:15`. English where we do
/// not know the language's months.
pub fn date_long(moment: Timestamp, zone: &TimeZone, lang: &Lang) -> String {
    let local = moment.in_zone(zone);
    let (_, pattern, months) = FORMS.iter().find(|(code, ..)| *code == lang.primary()).unwrap_or(&ENGLISH);
    let month = usize::try_from(local.month() - 1).ok().and_then(|n| months.split(' ').nth(n)).unwrap_or_default();
    pattern
        .replace("{d}", &local.day().to_string())
        .replace("{y}", &local.year().to_string())
        .replace("{h}", &format!("{:02}", local.hour()))
        .replace("{H}", &local.hour().to_string())
        .replace("{M}", &format!("{:02}", local.minute()))
        .replace("{m}", &month.replace('_', " "))
}

/// The number of a month by its name as it stands in a date, in either case.
pub fn month(lang: &Lang, word: &str) -> Option<i8> {
    let (.., months) = FORMS.iter().find(|(code, ..)| *code == lang.primary())?;
    let word = word.to_lowercase();
    let at = months.split(' ').position(|name| name.to_lowercase() == word)?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T09:15:00Z
    const MOMENT: Timestamp = Timestamp(1_795_425_300_000);

    fn written(lang: &str, zone: &str) -> String {
        date_long(MOMENT, &TimeZone::get(zone).unwrap(), &lang.parse().unwrap())
    }

    #[test]
    fn dates_in_the_languages_of_the_union() {
        for (lang, expected) in [
            ("bg", "23 ноември 2026 г., 10:15"),
            ("cs", "23. listopadu 2026, 10:15"),
            ("da", "23. november 2026, 10.15"),
            ("de", "23. November 2026, 10:15"),
            ("de-simple", "23. November 2026, 10:15"),
            ("el", "23 Νοεμβρίου 2026, 10:15"),
            ("en", "23 November 2026, 10:15"),
            ("es", "23 de noviembre de 2026, 10:15"),
            ("fi", "23. marraskuuta 2026, 10.15"),
            ("fr", "23 novembre 2026, 10:15"),
            ("hr", "23. studenoga 2026., 10:15"),
            ("hu", "2026. november 23., 10:15"),
            ("lt", "2026 m. lapkričio 23 d., 10:15"),
            ("lv", "2026. gada 23. novembris, 10:15"),
            ("mt", "23 ta’ Novembru 2026, 10:15"),
            ("pl", "23 listopada 2026, 10:15"),
            ("pt-BR", "23 de novembro de 2026, 10:15"),
            ("xx", "23 November 2026, 10:15"),
        ] {
            assert_eq!(written(lang, "Europe/Brussels"), expected, "{lang}");
        }
    }

    #[test]
    fn the_zone_decides_the_day() {
        assert_eq!(written("en", "Pacific/Kiritimati"), "23 November 2026, 23:15");
        assert_eq!(written("fi", "America/Anchorage"), "23. marraskuuta 2026, 0.15");
        assert_eq!(written("en", "America/Anchorage"), "23 November 2026, 00:15");
        assert_eq!(written("ga", "Pacific/Honolulu"), "22 Samhain 2026, 23:15");
    }

    #[test]
    fn every_form_is_whole() {
        for (code, pattern, months) in FORMS {
            assert_eq!(months.split(' ').filter(|month| !month.is_empty()).count(), 12, "{code}");
            for field in ["{d}", "{m}", "{y}", "{M}"] {
                assert_eq!(pattern.matches(field).count(), 1, "{code}");
            }
            assert_eq!(pattern.matches("{h}").count() + pattern.matches("{H}").count(), 1, "{code}");
        }
        let months: Vec<_> = FORMS.iter().find(|(code, ..)| *code == "ga").unwrap().2.split(' ').collect();
        assert_eq!(months[8], "Meán_Fómhair");
    }
}
