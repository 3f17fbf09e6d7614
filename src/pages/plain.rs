//! Small texts for programs: robots.txt and security.txt.

use crate::base::time::Timestamp;
use crate::model::institution::Institution;
use crate::model::site::Site;
use crate::pages::about::Contact;

const DAY: u64 = 24 * 3600 * 1000;

/// A trial is not to be found; a live site is, but for what only its own people need.
pub fn robots(site: &Site) -> String {
    if site.live {
        "User-agent: *\nDisallow: /desk\nDisallow: /api/\nDisallow: /ap/\n".to_owned()
    } else {
        "User-agent: *\nDisallow: /\n".to_owned()
    }
}

/// RFC 9116. None without a contact that a program can use. It is made anew with every request, so it expires half a
/// year after today.
pub fn security(site: &Site, institution: &Institution, contact: &str, now: Timestamp) -> Option<String> {
    let contact = Contact::read(contact).href?;
    let expires = Timestamp((now.0 / DAY + 182) * DAY).rfc3339();
    let languages: Vec<&str> = institution.languages.iter().map(crate::base::lang::Lang::as_str).collect();
    Some(format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: {}\nCanonical: {}/.well-known/security.txt\n",
        languages.join(", "),
        site.origin
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::samples;

    #[test]
    fn security_txt_names_a_way_to_reach_somebody() {
        let house = samples::House::new();
        let institution = house.store.read(crate::store::meta::institution).unwrap();
        let text = |contact| security(&samples::site(), &institution, contact, Timestamp(1_795_424_400_000));
        let found = text("web@city.example").unwrap();
        assert!(found.starts_with("Contact: mailto:web@city.example\nExpires: 2027-05-24T00:00:00Z\n"), "{found}");
        assert!(found.contains("Preferred-Languages: en, de, ar\n"));
        assert!(text("https://city.example/contact").unwrap().contains("Contact: https://city.example/contact\n"));
        assert_eq!(text("the town hall"), None);
        assert_eq!(text("a@b\nExpires: never").map(|t| t.matches("Expires:").count()), None);
    }

    #[test]
    fn a_trial_is_not_to_be_found() {
        let trial = Site { live: false, ..samples::site() };
        assert!(robots(&trial).contains("Disallow: /\n"));
        assert!(!robots(&samples::site()).contains("Disallow: /\n"));
    }
}
