"""A podcast's feed as feedparser reads it. Reads one feed from standard input; prints what is wrong, a line each.

python read.py EPISODES LANGUAGE
"""

import sys

import feedparser


def complaints(feed, episodes, language):
    if feed.bozo:
        yield f"it is not well-formed: {feed.bozo_exception}"
    if feed.version != "rss20":
        yield f"it is {feed.version or 'no feed'}"
    channel = feed.feed
    for name in ("title", "link", "description", "language", "author", "image", "itunes_explicit"):
        if name not in channel:
            yield f"the channel has no {name}"
    if channel.get("language") != language:
        yield f"the language is {channel.get('language')}"
    if not [tag for tag in channel.get("tags", []) if tag.get("scheme") == "http://www.itunes.com/"]:
        yield "the channel has no category"
    if not [link for link in channel.get("links", []) if link.rel == "self"]:
        yield "the channel does not say where it is"
    if len(feed.entries) != episodes:
        yield f"it has {len(feed.entries)} episodes"
    if len({entry.get("id") for entry in feed.entries}) != len(feed.entries):
        yield "two episodes have one id"
    for entry in feed.entries:
        if not entry.get("published_parsed"):
            yield f"the date of {entry.get('title')} cannot be read"
        sounds = entry.get("enclosures", [])
        if len(sounds) != 1 or int(sounds[0].length) <= 0 or not sounds[0].type.startswith("audio/"):
            yield f"{entry.get('title')} cannot be heard: {sounds}"


if __name__ == "__main__":
    found = list(complaints(feedparser.parse(sys.stdin.buffer.read()), int(sys.argv[1]), sys.argv[2]))
    print("\n".join(found))
    sys.exit(bool(found))
