"""Names, times, wishes, addresses, robots.txt and the query file: the small readers that all else stands on."""

import time
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbaru import UserError
from ganbaru.scout import query, taken, times, wishes
from ganbaru.scout.addresses import is_public, public_addresses
from ganbaru.scout.names import plain, plain_tag, shown
from ganbaru.scout.places.visit import language
from ganbaru.scout.places.youtube_feed import hashtags
from ganbaru.scout.robots import read_robots
from ganbaru.scout.statuses import judge
from ganbaru.scout.trouble import Out, OverQuota


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｈｏｓｈｉｎｏ", "hoshino"),
        ("ho\u200bshi\u2060no", "Hoshino"),
        ("\u202eonihsoh", "ONIHSOH"),
        ("ﾎｼﾉ", "ホシノ"),
        ("ガ", "カ\u3099"),
        ("Straße", "STRASSE"),
        ("星\ufe0f野\U000e0061", "星野"),
        ("a \t\u3000 b", "a b"),
    ],
)
def test_names_that_read_the_same_are_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_names_that_differ_stay_different() -> None:
    assert len({plain(name) for name in ("ホシノ", "ほしの", "星野", "hoshino", "hoshin0")}) == 5


@given(st.text())
def test_comparing_is_settled_after_one_step(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_what_is_shown_is_one_line_that_turns_nothing_round(text: str) -> None:
    line = shown(text)
    assert len(line) <= 200
    assert not set(line) & set("\n\r\0\x1b\u202e\u2066\u2028\u2029\u200f")


def test_a_heap_of_accents_is_cut_down_and_joined_pictures_stay() -> None:
    assert len(shown("Z" + "\u0335" * 500 + "algo")) < 10
    family = "👨\u200d👩\u200d👧"
    assert shown(f"{family} 星野") == f"{family} 星野"
    assert shown("x" * 300).endswith("…")


@pytest.mark.parametrize("tag", ["#新人VTuber", "＃新人ＶＴｕｂｅｒ", "新人vtuber", "新人VTuber\u200b"])
def test_a_hashtag_is_one_however_it_is_written(tag: str) -> None:
    assert plain_tag(tag) == "新人vtuber"


def test_hashtags_are_found_in_running_text() -> None:
    assert hashtags("初配信！#新人VTuber ＃Vtuber準備中、#a_b#c # d") == ("新人VTuber", "Vtuber準備中", "a_b", "c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30T12:00:00Z", 1_796_040_000.0),
        ("2026-11-30T21:00:00+09:00", 1_796_040_000.0),
        ("2026-11-30T12:00:00", 1_796_040_000.0),
        ("2026-11-30T07:30:00.250-0430", 1_796_040_000.25),
        ("2016-12-31T23:59:60Z", 1_483_228_799.0),
        (1_796_040_000, 1_796_040_000.0),
        ("2026-13-01T00:00:00Z", None),
        ("2026-11-30T12:00:00+99:00", None),
        ("1969-12-31T00:00:00Z", None),
        ("２０２６-11-30T12:00:00Z", None),
        ("x" * 5_000, None),
        (float("nan"), None),
        (1e300, None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_times_are_read_or_left_out(text: object, expected: float | None) -> None:
    assert times.instant(text) == expected


def test_nothing_was_published_after_it_was_seen() -> None:
    assert times.published("2027-01-01T00:00:00Z", 1_796_040_000.0) == 1_796_040_000.0
    assert times.published("nonsense", 5.0) == 5.0
    assert times.published("2026-11-30T12:00:00Z", 1_796_040_009.0) == 1_796_040_000.0


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("無断転載禁止です", wishes.NO_REPOSTING),
        ("#転載禁止", wishes.NO_REPOSTING),
        ("No reposts please", wishes.NO_REPOSTING),
        ("AI学習禁止", wishes.NO_TRAINING),
        ("ＡＩ学習は禁止", wishes.NO_TRAINING),
        ("ai\u200b学習お断り", wishes.NO_TRAINING),
        ("無断学習しないでね", wishes.NO_TRAINING),
        ("no AI training", wishes.NO_TRAINING),
        ("#noindex #nobot", wishes.NO_INDEX),
    ],
)
def test_wishes_are_read_in_profiles(words: str, wish: str) -> None:
    assert wishes.said("星野", words) == [wish]


@pytest.mark.parametrize(
    "words", ["AIを学習中の大学生です", "君の愛 kimi no ai", "転載の予定なし", "機械学習エンジニア"]
)
def test_words_that_only_look_alike_are_no_wishes(words: str) -> None:
    assert wishes.said(words) == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1%eth0", "fc00::1"),
        *("0.0.0.0", "::", "224.0.0.1", "100.64.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "::7f00:1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "nonsense"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "no.such.name.invalid", "a" * 99]
)
def test_names_that_lead_to_the_own_machine_or_nowhere_are_refused(host: str) -> None:
    with pytest.raises(Out):
        public_addresses(host.strip("[]"), 443, frozenset())


def test_what_the_caller_allowed_is_allowed_at_that_port_only() -> None:
    allowed = frozenset({("127.0.0.1", 8000)})
    assert public_addresses("127.0.0.1", 8000, allowed) == ["127.0.0.1"]
    with pytest.raises(Out):
        public_addresses("127.0.0.1", 8001, allowed)


ROBOTS = """
User-agent: *
Disallow: /   # all
Allow: /api/v1/$
Allow: /feeds
Disallow: /feeds/*.xml
Disallow: /*/private*secret

User-Agent: GPTBot
User-agent: ganbaru
Crawl-delay: 2
Disallow: /no
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", False),
        ("/api/v1/", True),
        ("/api/v1/x", False),
        ("/feeds/a.atom", True),
        ("/feeds/videos.xml?channel_id=1", False),
        ("/feeds/a/private/the/secret", False),
        ("/f%65eds", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    assert read_robots(ROBOTS, "otherbot").allows(path) is allowed


def test_the_group_that_names_us_is_ours_alone() -> None:
    ours = read_robots(ROBOTS)
    assert (ours.allows("/anything"), ours.allows("/nothing"), ours.delay) == (True, False, 2.0)


@pytest.mark.parametrize(
    "text", ["", "Disallow: /", "\ufeffUser-agent: *\nDisallow:", "<html>" * 1000, "User-agent: *\nAllow"]
)
def test_robots_that_forbid_nothing(text: str) -> None:
    assert read_robots(text).allows("/x")


def test_a_rule_made_of_stars_costs_no_time() -> None:
    rules = read_robots("User-agent: *\nDisallow: /" + "*a" * 2_000 + "b$")
    assert rules.allows("/" + "a" * 5_000)


@pytest.mark.parametrize(
    ("tag", "two"), [("ja", "ja"), ("ja-JP", "ja"), ("EN", "en"), ("jpn", ""), ("", ""), ("日本", "")]
)
def test_languages_are_two_letters(tag: str, two: str) -> None:
    assert language(tag) == two


def test_html_becomes_text_and_links() -> None:
    found, links = taken.from_html(
        '<p>a &lt;b&gt;<br>c</p><a href="https://x.example/y">z</a><a href="javascript:1">q</a>'
    )
    assert found.split("\n") == ["a <b>", "czq"]
    assert links == ("https://x.example/y",)


def test_links_are_found_in_japanese_text() -> None:
    words = "配信はこちらhttps://a.example/x、歌（https://b.example）javascript:alert(1) https://[bad ftp://c.example"
    assert taken.links_in(words) == ("https://a.example/x", "https://b.example")


def test_the_example_is_a_query_that_needs_no_account() -> None:
    import tomllib

    read = query.read(tomllib.loads(query.example()))
    assert "新人vtuber" in read.tags
    assert None not in (read.misskey, read.mastodon, read.bluesky)
    assert {read.youtube_api, read.twitch, read.holodex, read.x} == {None}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "hashtags: field required"),
        ({"hashtags": []}, "hashtags"),
        ({"hashtags": ["a b"]}, "one word"),
        ({"hashtags": ["\u200b"]}, "not a hashtag"),
        ({"hashtags": "a"}, "hashtags"),
        ({"hashtags": ["a"], "languages": ["Japanese"]}, "two small letters"),
        ({"hashtags": ["a"], "bluesky": {"sconds": 1.0}}, "did you mean 'seconds'"),
        ({"hashtags": ["a"], "blusky": {}}, "did you mean 'bluesky'"),
        ({"hashtags": ["a"], "misskey": {"servers": ["https://misskey.io/"]}}, "without https"),
        ({"hashtags": ["a"], "mastodon": {"servers": ["a@b"]}}, "name of a server"),
        ({"hashtags": ["a"], "youtube_api": {"key": "AIzaSyD-secret"}}, "never the key itself"),
        ({"hashtags": ["a"], "youtube_feed": {"channels": ["@handle"]}}, "channels.0"),
        (
            {"hashtags": ["a"], "x": {"token": "X_TOKEN", "post_usd": 0.005, "user_usd": 0.01}},
            "x.budget_usd: field required",
        ),
        ({"hashtags": ["a"], "x": {"token": "T", "budget_usd": 0.0, "post_usd": 1.0, "user_usd": 1.0}}, "budget_usd"),
        ({"hashtags": ["a"], "caps": {"gap": -1.0}}, "caps.gap"),
        ({"hashtags": ["a"], "contact": "me\r\nX-Evil: 1"}, "contact"),
    ],
)
def test_what_is_wrong_in_a_query_is_said_in_one_line(document: dict[str, object], words: str) -> None:
    with pytest.raises(UserError) as caught:
        query.read(document)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"hashtags = [", b"\xff\xfe\x00", b'hashtags = ["a"]\nhashtags = ["b"]'])
def test_a_file_that_is_no_toml_is_said_with_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "query.toml"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"query\.toml"):
        query.load(path)


def test_a_missing_query_and_a_missing_key_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="cannot read the query file"):
        query.load(tmp_path / "none.toml")
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(UserError, match="NO_SUCH_KEY"):
        query.secret("NO_SUCH_KEY")


@pytest.mark.parametrize("entry", ["nobody", "/x", "bluesky/"])
def test_an_opt_out_that_names_nobody_is_said(entry: str) -> None:
    with pytest.raises(UserError, match="names nobody"):
        query.read({"hashtags": ["a"], "opt_out": [entry]}).left_out()


@pytest.mark.parametrize("zone", ["GMT", "-0000", "", "+0000"])
def test_a_time_to_wait_until_is_utc_wherever_this_runs(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_796_040_000.0
    told = f"{formatdate(now + 60).removesuffix(' -0000')} {zone}".strip()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        with pytest.raises(OverQuota) as found:
            judge("a.example", 429, {"retry-after": told}, (), now)
        assert found.value.until == now + 60
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_contact_that_is_no_address_is_told_in_words() -> None:
    with pytest.raises(UserError, match="is no address; write a page or an address of mail"):
        query.read({"hashtags": ["a"], "contact": "me at home"})
