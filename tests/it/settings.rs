//! What the institution chooses: at the desk and on the command line by the same names, and seen on every page at once.

use instance::base::time::Clock;
use instance::control::{self, Command};
use instance::model::user::Rank;
use serde_json::Value;

use crate::support::data::Data;
use crate::support::http::{Answer, send};
use crate::support::seat::{Seat, owner_seat, user};
use crate::support::{Instance, START, between, owner};

async fn get(server: &Instance, path: &str) -> Answer {
    send("GET", &server.url(path), &[], "").await
}

async fn set(server: &Instance, name: &str, value: &str) -> Result<Value, control::Fault> {
    let set = Command::SettingSet { name: name.into(), value: value.into() };
    control::run(&server.app, set).await.map_err(control::Fault::from)
}

/// The address of the style sheet that a page names.
fn style(page: &str) -> String {
    let (_, rest) = page.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn colours_come_with_the_style_sheet_and_pale_ones_are_refused() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let before = get(&server, "/").await.text();
    let old = style(&before);
    let plain = get(&server, &old).await.text();
    let desk = owner_seat(&server).await;
    let fields = [("colour.ground", "#ffcc00"), ("colour.text", "#fff"), ("colour.accent", "#9cf"), ("name", "Town")];
    let wrong = desk.post("/desk/settings", &fields).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let wrong = wrong.text();
    assert!(wrong.contains("href=\"#colour.text\"") && wrong.contains("4.5 : 1 is needed"), "{wrong}");
    assert!(wrong.contains("Contrast now: 1.5 : 1."), "of what was typed: {wrong}");
    assert!(wrong.contains("value=\"#ffcc00\"") && wrong.contains("value=\"Town\""), "it comes back as it was sent");
    assert!(get(&server, "/").await.text().contains("City of Example"), "all or nothing");

    let fields =
        [("colour.ground", "#ffcc00"), ("colour.text", "#111"), ("colour.accent", "#7a3b00"), ("name", "Town")];
    let right = desk.post("/desk/settings", &fields).await;
    assert_eq!(right.status.as_u16(), 303, "{}", right.text());
    let page = get(&server, "/").await.text();
    let new = style(&page);
    assert!(new != old && page.contains("Town"), "{new}");
    let sheet = get(&server, &new).await;
    assert!(sheet.header("cache-control").contains("immutable"), "{}", sheet.header("cache-control"));
    let css = sheet.text();
    assert!(css.starts_with(&plain) && css.contains("--brand:#ffcc00;--on:#111111;--link:#7a3b00"), "{css}");
    assert!(css.len() < plain.len() + 250, "no more than it needs");
    let elsewhere = get(&server, "/assets/000000000000/public.css").await;
    assert_eq!(elsewhere.text(), css);
    assert!(!elsewhere.header("cache-control").contains("immutable"), "only the address of today is kept");
    let settings = desk.get("/desk/settings").await.text();
    assert!(style(&settings) == new && settings.contains("Contrast now: 12."), "{settings}");
    assert_eq!(style(&get(&server, "/nowhere").await.text()), new, "errors too");

    set(&server, "colour.ground", "").await.unwrap_err();
    for name in ["colour.text", "colour.accent"] {
        let _ = set(&server, name, "").await;
    }
    let fields = [("colour.ground", ""), ("colour.text", ""), ("colour.accent", "")];
    assert_eq!(desk.post("/desk/settings", &fields).await.status.as_u16(), 303);
    assert_eq!(style(&get(&server, "/").await.text()), old, "ours again");
}

#[tokio::test]
async fn legal_pages_are_linked_from_every_page_in_its_language() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let desk = owner_seat(&server).await;
    assert_eq!(get(&server, "/about/imprint").await.status.as_u16(), 404);
    assert!(!get(&server, "/").await.text().contains("/about/imprint"));
    let page = desk.get("/desk/settings").await.text();
    assert_eq!(page.matches("missing").count(), 8, "four pages in two languages");

    let text = "## City\r\nTown Hall <b>1</b>\r\n\r\n- https://city.example";
    let put = desk.post("/desk/settings/legal/imprint/de", &[("text", text)]).await;
    assert_eq!(put.status.as_u16(), 303, "{}", put.text());
    let german = get(&server, "/about/imprint").await.text();
    assert!(german.contains("<html lang=\"de\"") && german.contains("<h1>Impressum</h1>"), "{german}");
    assert!(german.contains("<h2>City</h2>") && german.contains("Town Hall &lt;b&gt;1&lt;/b&gt;"), "{german}");
    set(&server, "legal.imprint.en", "Who we are").await.unwrap();
    let english = get(&server, "/about/imprint").await.text();
    assert!(english.contains("<html lang=\"en\"") && english.contains("<a href=\"/about/imprint/de\" lang=\"de\""));
    assert_eq!(get(&server, "/about/imprint/de").await.status.as_u16(), 200);
    for absent in ["/about/imprint/fr", "/about/imprint/DE", "/about/privacy", "/about/law"] {
        assert_eq!(get(&server, absent).await.status.as_u16(), 404, "{absent}");
    }
    assert!(get(&server, "/@press").await.text().contains("<a href=\"/about/imprint\""));
    assert!(get(&server, "/about").await.text().contains("<a href=\"/about#privacy\">Privacy</a>"));
    let form = desk.get("/desk/settings/legal/imprint/de").await.text();
    assert!(
        form.contains("## City\nTown Hall &#60;b&#62;1") || form.contains("## City\nTown Hall &lt;b&gt;1"),
        "{form}"
    );
    assert!(form.contains("Changed by owner@city.example, 23 November 2026"), "{form}");
    let long = "x".repeat(instance::limits::settings::LEGAL + 1);
    let fault = set(&server, "legal.terms.en", &long).await.unwrap_err();
    assert_eq!(fault.id, "E706");
    desk.post("/desk/settings/legal/imprint/de", &[("text", "")]).await;
    assert_eq!(get(&server, "/about/imprint/de").await.status.as_u16(), 404);
    let log = Command::AuditShow(control::AuditShow { act: Some("setting".into()), ..Default::default() });
    let log = control::run(&server.app, log).await.unwrap().to_string();
    assert!(log.contains("legal.imprint.de") && !log.contains("Town Hall"), "{log}");
}

#[tokio::test]
async fn both_doors_say_the_same_and_who_changed_what() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let desk = owner_seat(&server).await;
    let told = set(&server, "contact.phone", " +49 30 123 ").await.unwrap();
    assert_eq!((&told["value"], &told["changed"]), (&"+49 30 123".into(), &true.into()));
    assert_eq!(set(&server, "contact.phone", "+49 30 123").await.unwrap()["changed"], false);
    assert!(get(&server, "/about").await.text().contains("<a href=\"tel:+4930123\">+49 30 123</a>"));
    let page = desk.get("/desk/settings").await.text();
    assert!(page.contains("Changed by the operator, 23 November 2026, 09:00 (UTC)"), "{page}");
    assert!(page.contains("id=\"contact.phone\"") && page.contains("value=\"+49 30 123\""));
    assert!(
        page.contains("<code>listen</code>") && page.contains("Set in: default"),
        "what stands in the file is shown"
    );
    desk.post("/desk/settings", &[("time_zone", "Europe/Brussels"), ("languages", "de, en"), ("hold", "10")]).await;
    let all = control::run(&server.app, Command::SettingList).await.unwrap();
    let of = |name: &str| all["settings"][name].clone();
    assert_eq!(
        (&of("time_zone")["value"], &of("time_zone")["changed_by"]),
        (&"Europe/Brussels".into(), &"owner@city.example".into())
    );
    assert_eq!((&of("languages")["value"], &of("hold")["value"]), (&"de,en".into(), &"10".into()));
    assert_eq!((&of("audit_years")["value"], &of("audit_years")["changed_at"]), (&"5".into(), &Value::Null));
    assert!(get(&server, "/").await.text().contains("<html lang=\"de\""));
    for (name, value, id) in [("time_zone", "Mars", "E705"), ("colour.text", "red", "E705"), ("colour", "#fff", "E012")]
    {
        assert_eq!(set(&server, name, value).await.unwrap_err().id, id, "{name}");
    }
}

#[tokio::test]
async fn a_colour_that_its_words_forbid_comes_with_them() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let fault = set(&server, "colour.ground", "#ffd400").await.unwrap_err();
    assert!(fault.id == "E704" && fault.what.contains("#ffffff on #ffd400"), "{}", fault.what);
    let both = between(&fault.remedy, "instance config set colour.ground '", "'").to_owned();
    for typed in [both.as_str(), "#ffd400 #000000"] {
        let told = set(&server, "colour.ground", typed).await.unwrap();
        assert_eq!((&told["value"], &told["changed"]), (&"#ffd400".into(), &true.into()));
    }
    let words = Command::SettingGet { name: "colour.text".into() };
    assert_eq!(control::run(&server.app, words).await.unwrap()["value"], "#000000");
    assert_eq!(set(&server, "colour.ground", "#ffd400 #000000").await.unwrap()["changed"], false);
    assert_eq!(set(&server, "colour.accent", "#7a3b00 #000000").await.unwrap_err().id, "E705", "it has no words");
}

#[tokio::test]
async fn whoever_has_said_no_name_is_called_something() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let first = server.app.store.write(move |tx| instance::actions::users::first(tx, owner())).await.unwrap();
    let desk = Seat::of(&server, first.id).await;
    desk.post("/desk/settings", &[("hold", "10")]).await;
    let page = desk.get("/desk/settings").await.text();
    assert!(page.contains("Changed by the first owner, 23 November 2026"), "{page}");
    let all = control::run(&server.app, Command::SettingList).await.unwrap();
    assert_eq!(all["settings"]["hold"]["changed_by"], "the first owner");
}

#[test]
fn what_was_typed_is_what_is_wrong() {
    let data = Data::set_up();
    for (key, value, example) in [
        ("listen", "nowhere", "instance config set listen '127.0.0.1:8080'"),
        ("store.cache_mb", "much", "instance config set store.cache_mb '16'"),
        ("network.trusted_proxies", "all", "'127.0.0.0/8,::1'"),
        ("network.extra_ca", "none.pem", "instance config set network.extra_ca 'extra-ca.pem'"),
        ("hold", "1000", "0 to 300"),
    ] {
        let (code, told) = data.fails(&["config", "set", key, value]);
        assert!(code == 4 || code == 1, "{key}: {code}");
        assert!(told.contains(example) && !told.contains("instance.toml"), "{key}: {told}");
    }
    // Another line of the file may be to blame.
    let file = data.path.join("instance.toml");
    let right = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("listen = \"nowhere\"\n{right}")).unwrap();
    assert!(data.fails(&["config", "set", "contact", "web@city.example"]).1.contains("instance.toml, line 1"));
    std::fs::write(&file, right).unwrap();

    let noted = |name: &str| {
        let output = data.run(&["config", "set", name, "Words"]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap().contains("is none of the languages of the institution (en, de)")
    };
    assert_eq!((noted("legal.imprint.fr"), noted("legal.imprint.de")), (true, false));
    let nobody = data.fine(&["user", "break-glass"]);
    assert!(nobody.ends_with("Name one: instance user break-glass EMAIL"), "{nobody}");
}

#[test]
fn config_reaches_the_file_and_the_institution() {
    let data = Data::set_up();
    assert_eq!(data.fine(&["config", "get", "name"]), "City of Example");
    assert!(data.fine(&["config", "set", "name", "Town"]).contains("Set name to Town."));
    assert_eq!(data.fine(&["config", "get", "name"]), "Town");
    data.fine(&["config", "set", "contact", "web@city.example"]);
    assert_eq!(data.fine(&["config", "get", "contact"]), "web@city.example");
    let all = data.json(&["config", "show"]);
    for (name, setting) in all["settings"].as_object().unwrap().iter().filter(|(name, _)| !name.starts_with("legal.")) {
        assert!(setting["about"].as_str().is_some_and(|about| about.len() > 10), "{name}: {setting}");
        assert!(setting.get("default").is_some(), "{name}: {setting}");
    }
    assert_eq!(all["settings"]["listen"]["default"], "127.0.0.1:8080");
    let shown = data.fine(&["config", "show"]);
    assert!(shown.contains("\n    Memory for the pages of the database, in mebibytes."), "{shown}");
    assert_eq!(
        (&all["settings"]["name"]["value"], &all["settings"]["contact"]["value"]),
        (&"Town".into(), &"web@city.example".into())
    );
    assert_eq!(data.run(&["config", "set", "colour.accent", "#ddd"]).status.code(), Some(1));
    assert_eq!(data.run(&["config", "get", "nonsense"]).status.code(), Some(4));
    let log = data.json(&["audit", "show", "--act", "setting.change"]);
    let told =
        |n: usize| ["object", "before", "after"].map(|field| log["entries"][n][field].as_str().unwrap().to_owned());
    assert_eq!(told(0), ["contact", "", "web@city.example"].map(str::to_owned));
    assert_eq!(told(1), ["name", "City of Example", "Town"].map(str::to_owned));
}

/// What the next start would refuse is refused here.
#[tokio::test]
async fn an_address_that_others_know_does_not_change() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let file = |url: Option<&str>| Command::SettingFile {
        key: "url".into(),
        before: String::new(),
        after: url.unwrap_or_default().into(),
        url: url.map(str::to_owned),
    };
    let known = server.app.site.origin.clone();
    server
        .app
        .store
        .write(move |tx| {
            let mut institution = instance::store::meta::institution(tx)?;
            institution.origin = Some(known.clone());
            institution.first_delivery = Some(START);
            instance::store::meta::put_institution(tx, &institution)
        })
        .await
        .unwrap();
    control::run(&server.app, file(Some(&server.app.site.origin))).await.unwrap();
    for wrong in [None, Some("https://other.example")] {
        let fault: control::Fault = control::run(&server.app, file(wrong)).await.unwrap_err().into();
        assert_eq!(fault.id, "E070");
    }
}

#[tokio::test]
async fn an_auditor_reads_every_setting_and_profile_and_is_given_no_form() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let auditor = user(&server, "eva@city.example", Rank::Auditor, server.account.id, &[]).await;
    let (owner, seat) = (owner_seat(&server).await, Seat::of(&server, auditor.id).await);
    owner.post("/desk/settings/legal/imprint/de", &[("text", "Rathaus 1")]).await;
    let profile = format!("/desk/accounts/{}", server.account.id);
    for (path, words) in [
        ("/desk/settings", "City of Example"),
        ("/desk/settings", "Memory for the pages of the database, in mebibytes."),
        ("/desk/settings", "Default: <bdi>127.0.0.1:8080</bdi>"),
        ("/desk/settings/legal/imprint/de", "Rathaus 1"),
        ("/desk/settings/emblem", "There is none yet"),
        ("/desk/accounts", "Look at what it says"),
        (&profile, "How posts in several languages reach other servers"),
    ] {
        let page = seat.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        let page = page.text();
        assert!(page.contains(words), "{path}: {page}");
        assert_eq!(page.matches("<form").count(), 1, "to log out, and no other: {path}");
        assert!(owner.get(path).await.text().contains("<form class=\"desk\"") || path == "/desk/accounts", "{path}");
    }
    for path in ["/desk/settings", "/desk/settings/legal/imprint/de", &profile] {
        assert_eq!(seat.post_parts(path, &[("name", "Mine"), ("text", "")]).await.status.as_u16(), 403, "{path}");
    }
    let places = seat.get("/desk/posts").await.text();
    assert!(places.contains("href=\"/desk/settings\"") && places.contains("href=\"/desk/accounts\""), "{places}");
}

#[tokio::test]
async fn what_is_wrong_with_a_form_has_the_focus() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let wrong = owner_seat(&server).await.post("/desk/settings", &[("colour.text", "pale")]).await.text();
    let login =
        Seat::empty(&server).post("/desk/login", &[("email", "a@city.example"), ("password", "x")]).await.text();
    for page in [wrong, login] {
        assert!(between(&page, "<div class=\"sum\"", ">").ends_with("tabindex=\"-1\" autofocus"), "{page}");
        assert_eq!(page.matches("autofocus").count(), 1);
    }
}
