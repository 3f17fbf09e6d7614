//! What the samples say: as a public body would write, in its languages.

use crate::media::draw;

/// Which account says it.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    First,
    Director,
    Water,
}

/// One sample post.
pub struct Sample {
    pub whose: Whose,
    pub minutes_ago: u64,
    /// Language and text, the main one first.
    pub texts: &'static [(&'static str, &'static str)],
    pub warning: &'static str,
    pub picture: Option<(draw::Sample, &'static str)>,
    /// Continues the sample before it.
    pub goes_on: bool,
}

const DAY: u64 = 24 * 60;

const fn plain(whose: Whose, minutes_ago: u64, texts: &'static [(&'static str, &'static str)]) -> Sample {
    Sample { whose, minutes_ago, texts, warning: "", picture: None, goes_on: false }
}

const fn shown(sample: Sample, picture: draw::Sample, alt: &'static str) -> Sample {
    Sample { picture: Some((picture, alt)), ..sample }
}

const fn then(sample: Sample) -> Sample {
    Sample { goes_on: true, ..sample }
}

/// Oldest first, so that a thread finds its beginning.
pub const SAMPLES: &[Sample] = &[
    plain(
        Whose::First,
        40 * DAY,
        &[(
            "en",
            "Good morning. From today you can follow us here, from any server of the fediverse, or simply read this page. \
           No account is needed, and nobody counts your visits.\n\nThis is a sample post. 'instance demo remove' takes it away.",
        )],
    ),
    plain(
        Whose::Director,
        33 * DAY,
        &[(
            "en",
            "Ten weeks, four hundred answers: thank you to everybody who wrote to us about the new rules on repair. \
           What we learned from them: https://example.org/consultation #Repair",
        )],
    ),
    plain(
        Whose::Water,
        30 * DAY,
        &[(
            "de",
            "Die Badesaison ist vorbei. 96 von 104 Badestellen waren den ganzen Sommer über ausgezeichnet. \
           Alle Messwerte: https://example.org/badegewaesser #Badegewässer",
        )],
    ),
    shown(
        plain(
            Whose::Water,
            26 * DAY,
            &[(
                "en",
                "The river in figures: every year a little more of it is in good condition again. #Water #OpenData",
            )],
        ),
        draw::Sample::Chart,
        "A bar chart with six bars, one for each year, that grow from left to right.",
    ),
    plain(
        Whose::First,
        21 * DAY,
        &[(
            "fr",
            "Nous recrutons : douze postes à Lisbonne et à Tallinn, pour des juristes, des ingénieures et des traducteurs. \
             Candidatures jusqu’au 30 du mois : https://example.org/emplois #Emploi",
        )],
    ),
    plain(
        Whose::First,
        18 * DAY,
        &[(
            "en",
            "How do we decide what goes onto a label? A short thread. 1/3\n\nFirst we measure: how long does it take to open the \
             thing, with which tools, and can you close it again? #Repair",
        )],
    ),
    then(plain(
        Whose::First,
        18 * DAY - 2,
        &[(
            "en",
            "2/3 Then we ask for prices: what does a spare part cost, and for how many years can you buy it? A part that costs \
           half of the machine is not a spare part.",
        )],
    )),
    then(plain(
        Whose::First,
        18 * DAY - 4,
        &[(
            "en",
            "3/3 Then we write it down so that it fits on four centimetres. That takes longest. Questions? @director answers \
           some of them on Friday.",
        )],
    )),
    Sample {
        whose: Whose::Director,
        minutes_ago: 12 * DAY,
        texts: &[(
            "en",
            "Yesterday I met the families of the two workers who lost their lives in the accident in May. Their question \
           is right: who checks the checkers? We will publish our answer, in full, before the end of the year.",
        )],
        warning: "A fatal accident",
        picture: None,
        goes_on: false,
    },
    shown(
        plain(
            Whose::First,
            9 * DAY,
            &[(
                "de",
                "Die Steinbrücke wird ab Montag saniert. Zu Fuß und mit dem Rad kommen Sie weiter hinüber. #Verkehr",
            )],
        ),
        draw::Sample::Bridge,
        "Eine gewölbte Steinbrücke über einem Fluss in der Morgendämmerung.",
    ),
    shown(
        plain(
            Whose::First,
            6 * DAY,
            &[
                ("en", "The bridge is closed to cars until Friday. The detour takes seven minutes more. #Traffic"),
                (
                    "de",
                    "Die Brücke ist bis Freitag für Autos gesperrt. Die Umleitung dauert sieben Minuten länger. #Verkehr",
                ),
                (
                    "fr",
                    "Le pont est fermé aux voitures jusqu’à vendredi. La déviation prend sept minutes de plus. #Circulation",
                ),
            ],
        ),
        draw::Sample::Map,
        "A map: the direct road over the river is closed, a dashed line shows the detour over the northern bridge.",
    ),
    plain(
        Whose::Water,
        4 * DAY,
        &[(
            "ar",
            "مياه الشرب في المدينة سليمة. نفحصها كل يوم في اثني عشر موقعًا، وتجدون جميع النتائج هنا: \
           https://example.org/water #مياه",
        )],
    ),
    plain(
        Whose::Director,
        2 * DAY,
        &[(
            "en",
            "On Friday at 15:00 I answer your questions about the repair label, here, in public. Write to @director and say \
           in which language you want the answer. #AskTheDirector",
        )],
    ),
    shown(
        plain(
            Whose::First,
            95,
            &[(
                "en",
                "The new rules on repairable goods start on 1 January. What changes for you: a two-year right to repair, spare \
               parts at fair prices, and a label in every shop. #Repair #Consumer",
            )],
        ),
        draw::Sample::Label,
        "A repair label beside a washing machine: coloured bars from A to G, and the letter B marked.",
    ),
];
