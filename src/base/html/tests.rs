//! Hostile and ordinary HTML.

use proptest::prelude::*;

use super::*;

/// No active content in any reading: looks only inside tags, text may say what it wants.
fn assert_inert(html: &str, from: &str) {
    let lower = html.to_lowercase();
    assert!(!lower.contains("<script") && !lower.contains("<style") && !lower.contains("<!--"), "{from}: {html}");
    for part in lower.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag ends");
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(TAGS.contains(&name), "{from}: {html}");
        for attribute in tag.split("=\"").filter_map(|before| before.rsplit_once(' ')).map(|(_, name)| name) {
            let known = ["href", "rel", "class", "translate", "start", "reversed", "value"];
            assert!(!attribute.starts_with("on") || known.contains(&attribute), "{from}: {html}");
        }
        if let Some(href) = attribute(tag, "href") {
            assert!(href.starts_with("https://") || href.starts_with("http://"), "{from}: {html}");
            assert!(tag.contains(&format!("rel=\"{REL}\"")), "{from}: {html}");
        }
    }
    assert!(html.chars().all(text::printable), "{from}: {html}");
}

#[test]
fn attacks_are_defused() {
    for attack in [
        "<script>alert(1)</script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<p onclick=alert(1) style=\"position:fixed\" id=x>y</p>",
        "<p/onmouseover=alert(1)>y",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" jav&#x09;ascript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript&colon;alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<a href='vbscript:x'>x</a>",
        "<a href=\"//evil.example\">x</a>",
        "<a href=\"/etc\">x</a>",
        "<a href=\"https://bank.example@evil.example/\">x</a>",
        "<a href=\"https://evil.example/&quot; onclick=&quot;alert(1)\">x</a>",
        "<a href=https://evil.example/ target=_blank rel=me download ping=x>x</a>",
        "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<noscript><style></noscript><img src=x onerror=alert(1)>",
        "<template><script>alert(1)</script></template>",
        "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
        "<select><iframe></select><img src=x onerror=alert(1)>",
        "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<object data=javascript:alert(1)><embed src=javascript:alert(1)>",
        "<base href=https://evil.example/><meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
        "<link rel=stylesheet href=https://evil.example/x.css><style>@import 'x'</style>",
        "<body onload=alert(1)><html onclick=x>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<a href=\"https://a.example\"><a href=\"javascript:x\">y</a></a>",
        "\u{0}<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<p translate=\"x\" class=\"modal overlay\">y</p>",
        "<plaintext><script>x",
        "x\u{202e}y&#x202e;z&#x2067;&#0;&#1;&#xfffe;&#13;",
    ] {
        let safe = sanitise(attack);
        assert_inert(&safe, attack);
        assert_eq!(sanitise(&safe), safe, "{attack}");
    }
}

#[test]
fn what_mastodon_sends_survives() {
    let mention = "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://city.example/@press\" class=\"u-url mention\" \
                   rel=\"nofollow ugc noopener noreferrer\">@<span>press</span></a></span> a<br>b</p>";
    assert_eq!(sanitise(mention), mention);
    let others = "<ol start=\"3\" reversed=\"\"><li value=\"7\">x</li></ol><ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby>\
                  <p class=\"quote-inline\">RE: <b>q</b></p><blockquote><pre><code>a\n  b</code></pre></blockquote>";
    assert_eq!(sanitise(others), others);
}

#[test]
fn attributes_are_reduced() {
    assert_eq!(sanitise("<span class=\"h-card modal  u-url\">x</span>"), "<span class=\"h-card u-url\">x</span>");
    assert_eq!(sanitise("<p class=\"modal\">x</p>"), "<p>x</p>");
    assert_eq!(sanitise("<ol start=\"3;x\"><li value=-2>x</ol>"), "<ol><li value=\"-2\">x</li></ol>");
    let link = sanitise("<a title=t rel=\"me tag\" href=' HTTPS://City.example/a b?c=\"d\"&amp;e'>x</a>");
    assert_eq!(
        link,
        "<a href=\"https://city.example/a%20b?c=%22d%22&amp;e\" rel=\"nofollow ugc noopener noreferrer\">x</a>"
    );
    assert_eq!(sanitise("<h1>Big</h1><h6>small</h6>"), "<p><strong>Big</strong></p><p><strong>small</strong></p>");
    assert_eq!(sanitise("  a &amp; b &nbsp;&copy; &lt;b&gt; "), "a &amp; b &nbsp;© &lt;b&gt;");
    assert_eq!(sanitise("plain"), "plain");
}

#[test]
fn size_and_depth_are_bounded() {
    for part in [
        "<div>",
        "<b>",
        "<p>",
        "<p><b>",
        "<b id=1>",
        "<a>",
        "<a href=x>",
        "<ul><li>",
        "<table><tr><td>",
        "<svg>",
        "<math>",
        "<h1>",
        "<div/ ",
        "<!--",
        "<![",
        "</",
        "<",
        "&",
        "&amp;",
        "\"",
        "<b></i>",
        "<ruby><rt>",
        "<pre>\n",
        "<select>",
        "<script>",
        "<a href=http://a.b>c.d",
        "<span class=invisible>",
        "<p a=1 ",
        "((((",
        "@@@@",
        "\u{202e}",
        "é",
        "<style>",
        "</p>",
        "</br>",
        "<li>",
        "<font><p>",
        "<nobr><b>",
        "<form>",
        "<template>",
        "<button>",
    ] {
        let html = part.repeat(600_000 / part.len());
        let safe = sanitise(&html);
        assert!(safe.len() <= crate::limits::text::HTML, "{part}: {}", safe.len());
        assert_inert(&safe, part);
        assert!(sanitise(&safe) == safe, "{part}");
        assert!(to_text(&html).len() <= crate::limits::text::HTML);
    }
    let attributes = (0..20_000).map(|n| format!(" a{n}=1")).collect::<Vec<_>>().concat();
    assert_eq!(sanitise(&format!("<b{attributes}>x</b>y")), "");
    let cut = sanitise(&"é&".repeat(40_000));
    assert!(cut.len() > 16 * 1024 && cut.len() <= crate::limits::text::HTML);
}

#[test]
fn what_never_settles_loses_its_markup() {
    let growing = |html: &str| format!("<b>{html}</b>");
    assert!(!settle("<i>x</i>".into(), growing).contains(['<', '>']));
    let two_steps = |html: &str| html.replace("aa", "a");
    assert_eq!(settle("<b>aaaa</b>".into(), two_steps), "<b>a</b>");
}

#[test]
fn text_of_html() {
    for (html, text) in [
        ("<p>One &amp; two<br>three</p><p>four</p>", "One & two\nthree\n\nfour"),
        ("a<br><br>b", "a\n\nb"),
        ("<p>x</p><ul><li>a</li><li><p>b</p></li></ul><p>y</p>", "x\n\n- a\n- b\n\ny"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n\n- b"),
        ("<p>a\n  b</p>\n<p>c</p>", "a b\n\nc"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("<script>x</script>&lt;script&gt;&amp;lt;", "<script>&lt;"),
        ("<p>@<span>press</span> <b>b</b>old</p>", "@press bold"),
        ("", ""),
        ("<h2>T</h2>x", "T\n\nx"),
        ("a&nbsp;b", "a b"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn text_stands_for_itself() {
    assert_eq!(escape("</title><script>\"'&amp;"), "&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp;amp;");
}

const PARTS: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=\"https://a.example/\">",
    "<a href=javascript:x>",
    "</a>",
    "<ul>",
    "</ul>",
    "<ol start=1>",
    "</ol>",
    "<li>",
    "</li>",
    "<pre>",
    "</pre>",
    "<pre>\n\n",
    "\n",
    "<br>",
    "</br>",
    "<ruby>",
    "<rt>",
    "<rp>",
    "</ruby>",
    "<span class=invisible>",
    "<span class='h-card x'>",
    "</span>",
    "<h1>",
    "</h1>",
    "<div>",
    "</div>",
    "<table>",
    "<td>",
    "<svg>",
    "<math>",
    "<mtext>",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<noscript>",
    "<template>",
    "<textarea>",
    "</textarea>",
    "<!--",
    "-->",
    "--!>",
    "<![CDATA[",
    "]]>",
    "<img onerror=x ",
    " onclick=y",
    "\"",
    "'",
    ">",
    "<",
    "/",
    "=",
    "&",
    ";",
    "&lt;",
    "&amp;",
    "&#10;",
    "&#60;",
    "&#x202e;",
    "&nbsp;",
    "a.example",
    "b.example",
    " ",
    "https://",
    "(a.example)",
    "\u{0}",
    "\u{202e}",
    "é",
    "<blockquote>",
    "</blockquote>",
    "<code>",
];

/// Random HTML made of the pieces that matter.
fn soup() -> impl Strategy<Value = String> {
    let part = prop_oneof![prop::sample::select(PARTS).prop_map(str::to_owned), "[\\s\\S]{0,4}",];
    prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn sanitised_html_is_inert_and_stays_as_it_is(html in soup()) {
        let safe = sanitise(&html);
        assert_inert(&safe, &html);
        prop_assert_eq!(sanitise(&safe), safe);
    }

    #[test]
    fn text_contains_no_markup_of_ours(html in soup()) {
        let text = to_text(&html);
        prop_assert_eq!(to_text(&escape(&text)).split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
    }

    #[test]
    fn escaped_text_reads_as_it_was(text in "[ -~é\n]{0,40}") {
        let expected: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(to_text(&escape(&text)), expected);
    }
}
