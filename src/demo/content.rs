//! The words of the samples: what a town might say in a month, in five languages. Every link leads to example.org.

use crate::media::draw;
use crate::model::post::Visibility;

/// A sample account.
pub struct Office {
    /// The second is for institutions whose own account has the first.
    pub handles: [&'static str; 2],
    pub name: &'static str,
    pub summary: &'static str,
    pub language: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
}

pub const OFFICES: [Office; 2] = [
    Office {
        handles: ["director", "mayor"],
        name: "Office of the Director",
        summary: "What the head of this institution works on, decides and answers for. Written by the office; \
                  words by the director are signed AM.\n\nA sample account: 'instance demo remove' takes it away.",
        language: "en",
        fields: &[
            ("Office hours", "Thursday, 16 to 18 o'clock"),
            ("Calendar", "https://example.org/director/calendar"),
        ],
    },
    Office {
        handles: ["water", "rivers"],
        name: "Water and Environment",
        summary: "Drinking water, rivers, trees and air. Measured values, warnings, and what you can do.\n\n\
                  A sample account: 'instance demo remove' takes it away.",
        language: "en",
        fields: &[
            ("Measured values", "https://example.org/water"),
            ("Emergencies", "Call 112, we read this page by day only"),
        ],
    },
];

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The institution's own first account.
    First,
    Office(usize),
}

pub struct Words {
    pub who: Who,
    /// How many days ago, and at what hour and minute (UTC).
    pub days: u64,
    pub at: (u64, u64),
    /// Language, text, content warning.
    pub versions: &'static [(&'static str, &'static str, &'static str)],
    /// With what it shows, in the language of each version.
    pub picture: Option<(draw::Sample, &'static [&'static str])>,
    /// Its place in this list.
    pub answers: Option<usize>,
    pub visibility: Visibility,
}

const PLAIN: Words = Words {
    who: Who::First,
    days: 0,
    at: (9, 0),
    versions: &[],
    picture: None,
    answers: None,
    visibility: Visibility::Public,
};

/// Oldest first, so that an answer comes after what it answers.
pub const POSTS: [Words; 14] = [
    Words {
        days: 27,
        at: (9, 5),
        versions: &[
            (
                "en",
                "Good morning, fediverse! This is our official account. Here you find what we decide, build and repair, \
                    and whom to ask about it.\n\nYou need no account to read us, and nobody counts what you read. \
                    All our accounts: https://example.org/accounts\n\n#Introduction #OpenGovernment",
                "",
            ),
            (
                "de",
                "Guten Morgen, Fediverse! Das ist unser amtliches Konto. Hier steht, was wir beschließen, bauen und \
                    reparieren, und wen Sie dazu fragen können.\n\nZum Lesen brauchen Sie kein Konto, und niemand zählt mit. \
                    Alle unsere Konten: https://example.org/accounts\n\n#Introduction #OpenGovernment",
                "",
            ),
            (
                "fr",
                "Bonjour le fédivers ! Voici notre compte officiel. Vous y trouverez ce que nous décidons, construisons \
                    et réparons, et à qui vous adresser.\n\nPas besoin de compte pour nous lire, et personne ne compte vos \
                    visites. Tous nos comptes : https://example.org/accounts\n\n#Introduction #OpenGovernment",
                "",
            ),
        ],
        ..PLAIN
    },
    Words {
        who: Who::Office(1),
        days: 25,
        at: (7, 40),
        versions: &[(
            "en",
            "The tap water of this week: hardness 14 °dH, nitrate 9 mg/l (limit 50), no pesticides found. \
                            All 46 values as a table and as open data: https://example.org/water/values\n\n#DrinkingWater #OpenData",
            "",
        )],
        ..PLAIN
    },
    Words {
        who: Who::Office(0),
        days: 22,
        at: (14, 15),
        versions: &[(
            "de",
            "Der Haushalt für das nächste Jahr liegt im Entwurf vor. Auf 12 Seiten erklären wir, woher das Geld \
                            kommt und wohin es geht, ohne Amtsdeutsch.\n\nSagen Sie uns bis Monatsende, was fehlt: \
                            https://example.org/haushalt\n\n#Haushalt #Beteiligung",
            "",
        )],
        ..PLAIN
    },
    Words {
        days: 20,
        at: (10, 30),
        versions: &[
            (
                "en",
                "The Mill Bridge gets new bearings. From Monday it is closed to cars and buses for two weeks. \
                    On foot, by bicycle and in a wheelchair you can cross at all times.\n\n#MillBridge #Traffic",
                "",
            ),
            (
                "de",
                "Die Mühlbrücke bekommt neue Lager. Ab Montag ist sie zwei Wochen lang für Autos und Busse gesperrt. \
                    Zu Fuß, mit dem Rad und im Rollstuhl kommen Sie jederzeit hinüber.\n\n#MillBridge #Verkehr",
                "",
            ),
            (
                "fr",
                "Le pont du Moulin reçoit de nouveaux appuis. À partir de lundi, il est fermé aux voitures et aux bus \
                    pendant deux semaines. À pied, à vélo et en fauteuil roulant, vous passez à toute heure.\n\n#MillBridge #Circulation",
                "",
            ),
        ],
        picture: Some((
            draw::Sample::Bridge,
            &[
                "An old stone bridge with three arches over a calm river at dawn; hills in the mist behind it.",
                "Eine alte Steinbrücke mit drei Bögen über einem ruhigen Fluss in der Morgendämmerung; dahinter Hügel im Dunst.",
                "Un vieux pont de pierre à trois arches sur une rivière calme à l’aube ; derrière, des collines dans la brume.",
            ],
        )),
        ..PLAIN
    },
    Words {
        days: 20,
        at: (10, 42),
        versions: &[(
            "en",
            "The way around: cars use the northern bypass. Bus lines 3 and 7 stop at the market square instead of \
                            at the mill. Timetables: https://example.org/traffic/mill-bridge\n\n#MillBridge",
            "",
        )],
        picture: Some((
            draw::Sample::Map,
            &["A town plan. The road over the bridge is crossed out in red; a dashed blue line leads around \
                                           the old town in the north and comes back on the other side of the river."],
        )),
        answers: Some(3),
        ..PLAIN
    },
    Words {
        who: Who::Office(1),
        days: 17,
        at: (16, 5),
        versions: &[(
            "en",
            "About forty dead fish were found in the mill pond this morning. The cause was warm water with too little \
                            oxygen, not poison; samples were taken on the spot. The pumps run, the pond recovers. Please do not \
                            touch the fish and keep dogs on a lead there until Friday.\n\n#MillPond",
            "Dead animals, no pictures",
        )],
        ..PLAIN
    },
    Words {
        days: 15,
        at: (11, 0),
        versions: &[(
            "ar",
            "يمكنكم الآن حجز موعد في مكتب خدمات السكان باللغة العربية أيضًا، بالهاتف أو عبر الإنترنت. \
                            المترجمون موجودون كل يوم ثلاثاء من الساعة 9 إلى 12، والخدمة مجانية.\n\nhttps://example.org/appointments/ar\n\n#خدمات",
            "",
        )],
        ..PLAIN
    },
    Words {
        who: Who::Office(0),
        days: 13,
        at: (13, 20),
        versions: &[(
            "en",
            "Five years ago we promised solar power on every public roof that can carry it. The chart shows where we \
                            are: from 0.4 to 3.1 megawatts, and 61 of 80 roofs done. The other 19 wait for new trusses; the list \
                            says when. AM\n\nhttps://example.org/solar\n\n#SolarPower #ClimateAction",
            "",
        )],
        picture: Some((
            draw::Sample::Chart,
            &["Bar chart with six bars, one for each year. They grow from year to year; the last is about \
                                             eight times as high as the first."],
        )),
        ..PLAIN
    },
    Words {
        who: Who::Office(1),
        days: 11,
        at: (8, 10),
        versions: &[(
            "fr",
            "Bonne nouvelle : après les pluies de cette semaine, les restrictions d'arrosage sont levées dans toute la \
                            commune. La nappe reste basse ; merci de continuer à arroser le soir.\n\n\
                            https://example.org/eau\n\n#Eau #Sécheresse",
            "",
        )],
        ..PLAIN
    },
    Words {
        days: 8,
        at: (9, 45),
        versions: &[(
            "en",
            "How long will it last, and can it be repaired? Since this month washing machines in the shops carry the \
                            repair label. Our advice centre explains the classes A to G, free of charge, every Wednesday \
                            afternoon: https://example.org/repair\n\n#RightToRepair",
            "",
        )],
        picture: Some((
            draw::Sample::Label,
            &["A label with seven coloured arrows from A, green, to G, red, beside the drawing of a washing \
                                             machine. A black arrow points to class B."],
        )),
        ..PLAIN
    },
    Words {
        days: 6,
        at: (15, 30),
        versions: &[(
            "en",
            "The Mill Bridge is open again, three days early. Thank you for your patience, and thanks to the crew who \
                            worked through the rain. Buses 3 and 7 are back on their usual route.\n\n#MillBridge",
            "",
        )],
        answers: Some(4),
        ..PLAIN
    },
    Words {
        who: Who::Office(0),
        days: 4,
        at: (10, 0),
        versions: &[(
            "fr",
            "Cette semaine, une délégation de notre ville jumelle est chez nous. Au programme : les crèches, le chauffage \
                            urbain et un match de football. Les habitants sont invités à la soirée de vendredi, sans inscription.\n\n\
                            https://example.org/jumelage\n\n#Jumelage",
            "",
        )],
        ..PLAIN
    },
    Words {
        days: 2,
        at: (12, 0),
        versions: &[(
            "de",
            "Wir suchen zwei Menschen für das Stadtarchiv (m/w/d), auch in Teilzeit. Sie retten Akten vor dem Vergessen, \
                            auf Papier und auf Platten.\n\nBewerbung in einfacher Sprache, ohne Foto: https://example.org/jobs\n\n#Jobs #Archiv",
            "",
        )],
        ..PLAIN
    },
    Words {
        days: 1,
        at: (8, 30),
        versions: &[(
            "en",
            "The council meets on Thursday at 18:00. On the agenda: school meals, the night bus, the tree list. In the \
                            hall and as a live stream with captions and sign language; questions from the public come first.\n\n\
                            https://example.org/council\n\n#Council",
            "",
        )],
        ..PLAIN
    },
];
