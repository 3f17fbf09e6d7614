//! Names of languages: in themselves, in English (to guess what was meant), and where they are at home.

/// Tag, own name, English name in lower case, `og:locale`: the official languages of the EU, then others.
const LANGUAGES: [(&str, &str, &str, &str); 50] = [
    ("bg", "български", "bulgarian", "bg_BG"),
    ("cs", "čeština", "czech", "cs_CZ"),
    ("da", "dansk", "danish", "da_DK"),
    ("de", "Deutsch", "german", "de_DE"),
    ("el", "Ελληνικά", "greek", "el_GR"),
    ("en", "English", "english", "en_GB"),
    ("es", "español", "spanish", "es_ES"),
    ("et", "eesti", "estonian", "et_EE"),
    ("fi", "suomi", "finnish", "fi_FI"),
    ("fr", "français", "french", "fr_FR"),
    ("ga", "Gaeilge", "irish", "ga_IE"),
    ("hr", "hrvatski", "croatian", "hr_HR"),
    ("hu", "magyar", "hungarian", "hu_HU"),
    ("it", "italiano", "italian", "it_IT"),
    ("lt", "lietuvių", "lithuanian", "lt_LT"),
    ("lv", "latviešu", "latvian", "lv_LV"),
    ("mt", "Malti", "maltese", "mt_MT"),
    ("nl", "Nederlands", "dutch", "nl_NL"),
    ("pl", "polski", "polish", "pl_PL"),
    ("pt", "português", "portuguese", "pt_PT"),
    ("ro", "română", "romanian", "ro_RO"),
    ("sk", "slovenčina", "slovak", "sk_SK"),
    ("sl", "slovenščina", "slovenian", "sl_SI"),
    ("sv", "svenska", "swedish", "sv_SE"),
    ("ar", "العربية", "arabic", "ar_AR"),
    ("bs", "bosanski", "bosnian", "bs_BA"),
    ("ca", "català", "catalan", "ca_ES"),
    ("cy", "Cymraeg", "welsh", "cy_GB"),
    ("eu", "euskara", "basque", "eu_ES"),
    ("fa", "فارسی", "persian", "fa_IR"),
    ("gl", "galego", "galician", "gl_ES"),
    ("he", "עברית", "hebrew", "he_IL"),
    ("hy", "հայերեն", "armenian", "hy_AM"),
    ("is", "íslenska", "icelandic", "is_IS"),
    ("ja", "日本語", "japanese", "ja_JP"),
    ("ka", "ქართული", "georgian", "ka_GE"),
    ("lb", "Lëtzebuergesch", "luxembourgish", "lb_LU"),
    ("mk", "македонски", "macedonian", "mk_MK"),
    ("nb", "norsk bokmål", "norwegian bokmål", "nb_NO"),
    ("nn", "norsk nynorsk", "norwegian nynorsk", "nn_NO"),
    ("no", "norsk", "norwegian", "nb_NO"),
    ("ru", "русский", "russian", "ru_RU"),
    ("sq", "shqip", "albanian", "sq_AL"),
    ("sr", "српски", "serbian", "sr_RS"),
    ("tr", "Türkçe", "turkish", "tr_TR"),
    ("uk", "українська", "ukrainian", "uk_UA"),
    ("zh", "中文", "chinese", "zh_CN"),
    // What public bodies publish beside these: easy language, and sign languages (as video).
    ("de-simple", "Leichte Sprache", "easy german", "de_DE"),
    ("gsg", "Deutsche Gebärdensprache", "german sign language", "gsg_DE"),
    ("sgg", "Deutschschweizer Gebärdensprache", "swiss german sign language", "sgg_CH"),
];

/// Every language we know, the official ones of the EU first.
pub fn all() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(code, ..)| *code)
}

/// What the language calls itself.
pub fn own(tag: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(code, ..)| *code == tag).map(|(_, own, ..)| *own)
}

/// `language_TERRITORY`.
pub fn locale(tag: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(code, ..)| *code == tag).map(|(.., locale)| *locale)
}

/// The tag of a language called by its own or its English name, in any case.
pub fn code(name: &str) -> Option<&'static str> {
    if name.len() > 64 {
        return None;
    }
    let name = name.to_lowercase();
    let called = |(_, own, english, _): &&(&str, &str, &str, &str)| own.to_lowercase() == name || *english == name;
    LANGUAGES.iter().find(called).map(|(code, ..)| *code)
}
