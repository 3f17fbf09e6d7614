//! French.

use super::{Plural, Words};

pub static WORDS: Words = Words {
    lang: "fr",
    group: '\u{202f}',
    zero_is_one: true,

    skip: "Aller au contenu principal",
    site: "Site",
    accounts: "Comptes",
    about: "À propos",
    privacy: "Vie privée",
    accessibility: "Accessibilité",
    feeds: "Flux",
    times_in: "Heures : {}",
    trial: "Essai",
    trial_says: "Rien ici n’est officiel, et rien ne quitte ce serveur.",

    home_title: "Comptes officiels",
    lead: "Voici nos comptes officiels sur le fédivers. Suivez-nous depuis n’importe quel serveur, par flux, ou lisez \
           simplement ici : sans compte, sans cookies, sans traçage.",
    latest: "Dernières publications",
    all_posts: "Toutes les publications",
    nothing_yet: "Rien n’a encore été publié ici.",
    older: "Publications plus anciennes",
    newest: "Publications les plus récentes",
    pages: "Pages",

    posts: Plural { one: "{} publication", other: "{} publications" },
    followers: Plural { one: "{} abonné", other: "{} abonnés" },
    last_post: "Dernière publication : {}",
    official: "Officiel : ce serveur appartient à {}",
    follow: "Suivre depuis votre serveur",
    follow_how: "Copiez cette adresse dans le champ de recherche de Mastodon ou d’une autre application du fédivers :",
    by_feed: "Par flux :",
    tab_posts: "Publications",
    tab_replies: "Publications et réponses",
    pinned: "Épinglé",
    sample: "Exemple",
    sample_says: "Exemple : visible pendant l’essai seulement, ce n’est pas une annonce.",
    moved: "Ce compte a déménagé vers {}",
    profile_says: "Publications officielles de {}",

    post_by: "Publication de {}",
    in_reply: "En réponse à {}",
    also_in: "Aussi en :",
    megabyte: "Mo",
    download: "Télécharger",
    captions: "Sous-titres",
    transcript: "Transcription",
    play: "Sous-titres, transcription et fichier",
    video_by: "Vidéo de {}",
    sound_by: "Enregistrement de {}",
    to_post: "Vers la publication",
    without: "Sans sous-titres : {}",
    no_speech: "rien n’est dit.",
    in_picture: "ce qui est dit est écrit dans l’image.",
    in_text: "le texte de la publication dit la même chose.",
    description: "Description de l’image",
    sensitive: "Image sensible : afficher",
    warning: "Avertissement",
    edited: "modifié le {}",
    likes: Plural { one: "{} favori", other: "{} favoris" },
    boosts: Plural { one: "{} partage", other: "{} partages" },
    replies: Plural { one: "{} réponse", other: "{} réponses" },
    join: "Répondre, partager ou mettre en favori",
    join_how: "Copiez cette adresse dans le champ de recherche de votre serveur ou de votre application :",

    quotes: "Cite {}",
    voters: Plural { one: "{} personne a voté", other: "{} personnes ont voté" },
    poll_open: "ouvert jusqu’au {}",
    poll_closed: "clos {}",
    poll_multiple: "plusieurs réponses possibles",

    podcast: "Podcast",
    podcasts: "Podcasts :",
    subscribe: "S’abonner au podcast",
    subscribe_how: "Copiez cette adresse dans une application de podcasts :",
    episodes: "Épisodes",
    all_episodes: "Tous les épisodes",
    season: "Saison {}",
    episode: "Épisode {}",
    trailer: "Bande-annonce",
    bonus: "Bonus",
    explicit: "Contenu explicite",
    chapters: "Chapitres",
    more: "En savoir plus",
    persons: "Avec",
    host: "animation",
    guest: "invité·e",

    replies_title: "Réponses",
    no_replies: "Il n’y a pas encore de réponses ici.",
    not_ours: "Les réponses viennent d’autres serveurs et n’engagent pas {}.",
    hidden: Plural {
        one: "{} réponse a été masquée selon nos règles de modération.",
        other: "{} réponses ont été masquées selon nos règles de modération.",
    },
    waiting: Plural {
        one: "{} réponse n’a pas encore été examinée.",
        other: "{} réponses n’ont pas encore été examinées.",
    },
    elsewhere: Plural {
        one: "{} autre réponse peut être lue sur d’autres serveurs.",
        other: "{} autres réponses peuvent être lues sur d’autres serveurs.",
    },
    replies_closed: "Les réponses d’autres serveurs ne sont pas affichées ici.",
    ours: "réponse officielle",
    file: "Fichier joint : {}",

    tagged: "Publications sur {}",

    about_what: "Ce serveur publie les comptes officiels de {}. Personne d’autre ne peut écrire ici : il n’y a pas \
                 d’inscription.",
    about_fediverse: "Il fait partie du fédivers, le réseau de Mastodon et de beaucoup d’autres serveurs indépendants. \
                      Qui a un compte sur l’un d’eux peut suivre et répondre de là-bas. Tous les autres peuvent lire \
                      ici ou par flux.",
    about_counts: "Publié ici : {}",
    privacy_readers: "Quand vous lisez, rien n’est conservé à votre sujet : pas de cookies, pas de scripts, pas de \
                      statistiques, rien n’est chargé chez d’autres entreprises.",
    privacy_others: "Quand vous suivez, partagez, aimez ou répondez depuis votre propre serveur, celui-ci nous envoie \
                     votre nom public et ce que vous avez fait ou écrit. Nous n’affichons que les réponses publiques, et \
                     aucune image venue d’ailleurs.",
    privacy_kept: "Nous le gardons jusqu’à ce que vous le retiriez sur votre propre serveur : un abonnement annulé, une \
                   réponse ou un profil supprimés le sont ici aussi.",
    privacy_copies: "Nos publications sont copiées sur les serveurs de ceux qui nous suivent. Quand nous en modifions ou \
                     supprimons une, nous le disons à ces serveurs ; c’est à eux de faire de même.",
    accessibility_says: "Ces pages fonctionnent sans scripts, au clavier, avec un lecteur d’écran, à toute taille, en \
                         clair et en sombre, et sur papier. Elles sont faites pour satisfaire aux WCAG 2.2 AA et sont \
                         vérifiées par machine ; une image ne peut être publiée sans description.",
    accessibility_tell: "Quelque chose ne marche pas pour vous ? Dites-le-nous.",
    contact: "Contact",
    software: "Logiciel",
    software_says: "Ce serveur fonctionne avec {}, un logiciel libre sous licence EUPL.",

    not_found: "Page introuvable",
    not_found_typed: "Si vous avez tapé l’adresse, vérifiez qu’elle est correcte.",
    not_found_pasted: "Si vous l’avez collée, vérifiez que vous l’avez copiée en entier.",
    gone: "Cette page a été retirée",
    gone_says: "Ce qui se trouvait ici a été supprimé et ne reviendra pas.",
    gone_on: "Supprimé le {}.",
    busy: "Le service est surchargé",
    busy_wait: "Réessayez dans {} secondes.",
    broken: "Désolé, le service rencontre un problème",
    broken_later: "Réessayez plus tard.",
    broken_number: "Si vous nous écrivez à ce sujet, indiquez ce numéro : {}",
    bad_request: "Cette demande n’a pas pu être comprise",
    to_accounts: "Voir nos comptes",
};
