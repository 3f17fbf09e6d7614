//! Tables of settings, right and wrong.

use super::*;

fn read(text: &str) -> Result<Config> {
    Config::read("/d", text, &Overrides::default())
}

fn problem(result: Result<Config>) -> Problem {
    match result {
        Err(Error::Invalid(problem)) => *problem,
        other => panic!("no problem: {other:?}"),
    }
}

#[test]
fn addresses_have_one_form() {
    for (given, expected) in [
        ("https://social.city.example", "https://social.city.example"),
        ("HTTPS://Social.City.Example:443/", "https://social.city.example"),
        ("https://bürger.example", "https://xn--brger-kva.example"),
        ("http://127.0.0.1:9001/", "http://127.0.0.1:9001"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ] {
        assert_eq!(read(&format!("url = '{given}'")).unwrap().url.as_deref(), Some(expected));
    }
}

#[test]
fn wrong_values_are_refused_with_their_line() {
    for text in [
        "url = 'social.city.example'",
        "url = 'ftp://social.city.example'",
        "url = 'https://social.city.example/fedi'",
        "url = 'https://social.city.example/?x=1'",
        "url = 'https://social.city.example/#x'",
        "url = 'https://me:secret@social.city.example'",
        "url = 'https://me@social.city.example'",
        "url = 'https://'",
        "url = 'https://city.example.'",
        "url = 'https://a b.example'",
        "url = 'https://de,en,fr'",
        "url = 'https://city..example'",
        "url = 'https://-city.example'",
        "url = 'https://city_hall.example'",
        "url = 1",
        "url = ['https://a.example']",
        "url = {}",
        "handle_domain = 'https://city.example'",
        "handle_domain = 'city.example/'",
        "handle_domain = 'press@city.example'",
        "handle_domain = 'city..example:99999'",
        "listen = ''",
        "listen = '8080'",
        "listen = 'localhost'",
        "listen = 'localhost:99999'",
        "listen = 'city.example:80'",
        "contact = 'nobody'",
        "contact = '@city.example'",
        "contact = 'a b@city.example'",
        "contact = 'javascript:alert(1)'",
        "network.allow_private = '127.0.0.1'",
        "network.allow_private = ['127.0.0.1/33']",
        "network.allow_private = ['0.0.0.0/0']",
        "network.allow_private = ['localhost']",
        "network.allow_private = [1]",
        "network.extra_ca = 'not-there.pem'",
        "network.resolver = 'dns.example'",
        "network.resolver = '127.0.0.1:99999'",
        "store.cache_mb = 0",
        "store.cache_mb = -1",
        "store.cache_mb = '16'",
        "store.cache_mb = 1.5",
        "log.format = 'xml'",
        "log.format = 1979-05-27",
    ] {
        let problem = problem(read(&format!("# a comment\n{text}\n")));
        assert_eq!(problem.id, "E013", "{text}: {problem:?}");
        assert!(problem.what.contains("line 2"), "{text}: {}", problem.what);
        assert!(!problem.remedy.is_empty(), "{text}");
    }
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest_and_the_line() {
    for (text, line, near) in [
        ("\nurll = 'x'", 2, Some("'url'")),
        ("handle-domain = 'x'", 1, Some("'handle_domain'")),
        ("[network]\n\nallow_privat = []", 3, Some("'network.allow_private'")),
        ("[netwrok]\nextra_ca = 'x'", 1, Some("'network.extra_ca'")),
        ("[log]\nformats = 'x'", 2, Some("'log.format'")),
        ("extra_ca = 'x'", 1, Some("'network.extra_ca'")),
        ("[store.cache_mb]\nx = 1", 1, None),
        ("quux = 1", 1, None),
        ("[quux]", 1, None),
        ("[url]\nx = 1", 1, Some("url")),
    ] {
        let problem = problem(read(text));
        assert!(matches!(problem.id, "E012" | "E013"), "{text}: {problem:?}");
        assert!(problem.what.contains(&format!("line {line}")), "{text}: {}", problem.what);
        if let Some(near) = near {
            assert!(problem.remedy.contains(near), "{text}: {}", problem.remedy);
        }
    }
    assert!(!problem(read("quux = 1")).remedy.contains("mean"));
}

#[test]
fn what_is_no_toml_is_said_with_its_line() {
    for text in ["\nurl = https://a.example", "\nurl", "url = 'x'\nurl = 'y'", "\n[log"] {
        let problem = problem(read(text));
        assert_eq!(problem.id, "E015", "{text}");
        assert!(problem.what.contains("line 2"), "{text}: {}", problem.what);
    }
}

#[test]
fn the_environment_goes_over_the_file_and_flags_over_both() {
    let env = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let mut over = Overrides {
        env: env(&[("INSTANCE_LISTEN", "127.0.0.1:2"), ("INSTANCE_NETWORK_ALLOW_PRIVATE", "127.0.0.0/8, ::1,")]),
        flags: Vec::new(),
    };
    let text = "url = 'https://a.example'\nlisten = '127.0.0.1:1'\n[network]\nallow_private = ['10.0.0.0/8']";
    let config = Config::read("/d", text, &over).unwrap();
    assert_eq!(config.listen, "127.0.0.1:2");
    assert_eq!(config.network.allow_private, ["127.0.0.0/8", "::1"]);
    assert_eq!(config.origin_of("url"), Origin::File(1));
    assert_eq!(config.origin_of("listen"), Origin::Variable("INSTANCE_LISTEN".into()));
    assert_eq!(config.origin_of("contact"), Origin::Default);

    over.flags.push(("listen", "127.0.0.1:3".into()));
    let config = Config::read("/d", text, &over).unwrap();
    assert_eq!((config.listen.as_str(), config.origin_of("listen")), ("127.0.0.1:3", Origin::Flag));

    over.env = env(&[("INSTANCE_STORE_CACHE_MB", "many"), ("INSTANCE_DATA", "/elsewhere"), ("INSTANCE_ID", "i-0123")]);
    let problem = problem(Config::read("/d", text, &over));
    assert!(problem.id == "E013" && problem.what.contains("INSTANCE_STORE_CACHE_MB"), "{}", problem.what);
}

#[test]
fn a_resolver_has_a_port() {
    for (given, expected) in
        [("", ""), ("127.0.0.1", "127.0.0.1:53"), ("::1", "[::1]:53"), ("[::1]:5353", "[::1]:5353")]
    {
        let config = read(&format!("network.resolver = '{given}'")).unwrap();
        assert_eq!(key("network.resolver").unwrap().get(&config), Value::Text(expected.into()));
    }
}

#[test]
fn an_empty_variable_takes_a_setting_away() {
    let over = Overrides { env: vec![("INSTANCE_URL".into(), String::new())], flags: Vec::new() };
    assert_eq!(Config::read("/d", "url = 'https://a.example'", &over).unwrap().url, None);
}

#[test]
fn a_trial_is_local_and_a_domain_is_live() {
    let trial = read("listen = '127.0.0.1:8081'\nhandle_domain = 'city.example'").unwrap().site();
    assert_eq!(
        (trial.origin.as_str(), trial.handle_domain.as_str(), trial.live),
        ("http://localhost:8081", "localhost:8081", false)
    );
    let live = read("url = 'https://social.city.example'\nhandle_domain = 'City.Example'").unwrap().site();
    assert_eq!(
        (live.origin.as_str(), live.handle_domain.as_str(), live.live),
        ("https://social.city.example", "city.example", true)
    );
    let plain = read("url = 'http://127.0.0.1:9001'").unwrap().site();
    assert_eq!(plain.handle_domain, "127.0.0.1:9001");
}

#[test]
fn without_a_file_nothing_is_set_up() {
    assert_eq!(problem(Config::load("/nowhere/at/all", &Overrides::default())).id, "E010");
}

#[test]
fn the_template_is_the_defaults_and_every_example_is_right() {
    let template = template();
    let config = read(&template).unwrap();
    for key in KEYS {
        assert_eq!(config.origin_of(key.name), Origin::Default, "{}", key.name);
        assert!(key.about.lines().all(|line| line.chars().count() <= 100), "{}", key.name);
        let only = format!("{} = {}", key.name, key.example);
        if key.name != "network.extra_ca" {
            let set = read(&only).unwrap();
            assert_eq!(set.origin_of(key.name), Origin::File(1), "{only}");
            let again = key.value_of(&key.get(&set).to_string()).unwrap();
            assert_eq!(again, key.get(&set), "{only}");
        }
    }
}

#[test]
fn a_change_keeps_the_comments_and_stands_where_it_belongs() {
    let before = template();
    let mut text = before.clone();
    for (name, value) in [
        ("url", "https://a.example"),
        ("network.allow_private", "127.0.0.1,::1"),
        ("store.cache_mb", "32"),
        ("log.format", "json"),
    ] {
        let key = key(name).unwrap();
        text = change(&text, key, &key.value_of(value).unwrap()).unwrap();
    }
    assert_eq!(before.lines().count(), text.lines().count());
    let config = read(&text).unwrap();
    assert_eq!(config.url.as_deref(), Some("https://a.example"));
    assert_eq!(config.network.allow_private, ["127.0.0.1", "::1"]);
    assert_eq!((config.store.cache_mb, config.log.format), (32, LogFormat::Json));

    let own = "# mine\nurl = \"https://a.example\" # stays\n\n[log] # too\n";
    let url = key("url").unwrap();
    let text = change(own, url, &Value::Text("https://b.example".into())).unwrap();
    assert_eq!(text, own.replace("a.example", "b.example"));
    let format = key("log.format").unwrap();
    let text = change(&text, format, &Value::Text("json".into())).unwrap();
    let text = change(&text, key("contact").unwrap(), &Value::Text("a@b.example".into())).unwrap();
    let text = change(&text, key("store.cache_mb").unwrap(), &Value::Number(8)).unwrap();
    assert!(text.contains("# stays") && text.contains("[log] # too"), "{text}");
    let config = read(&text).unwrap();
    assert_eq!(
        (config.log.format, config.contact.as_deref(), config.store.cache_mb),
        (LogFormat::Json, Some("a@b.example"), 8)
    );
    assert!(change("nonsense", url, &Value::Text(String::new())).is_err());
}

#[test]
fn what_is_odd_is_remarked_on() {
    let about =
        |text: &str, word: &str| read(text).unwrap().remarks(&Overrides::default()).iter().any(|r| r.contains(word));
    assert!(about("", "trial"));
    assert!(about("url = 'http://127.0.0.1:1'", "rehearsals"));
    assert!(!about("url = 'https://a.example'", "rehearsals"));
    assert!(about("url = 'https://s.a.example'\nhandle_domain = 'a.example'", "webfinger"));
    assert!(!about("url = 'https://a.example'\nhandle_domain = 'a.example'", "webfinger"));
    assert!(about("listen = '0.0.0.0:8080'", "encryption"));
    assert!(!about("listen = '127.0.0.1:8080'", "encryption") && !about("listen = 'localhost:1'", "encryption"));
    let over = Overrides {
        env: vec![("INSTANCE_LISTN".into(), "x".into()), ("INSTANCE_ID".into(), "x".into())],
        flags: Vec::new(),
    };
    let remarks = read("").unwrap().remarks(&over);
    assert!(
        remarks.iter().any(|r| r.contains("INSTANCE_LISTN")) && !remarks.iter().any(|r| r.contains("INSTANCE_ID ")),
        "{remarks:?}"
    );
}
