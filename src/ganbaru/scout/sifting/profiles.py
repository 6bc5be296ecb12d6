"""The address of a profile as something to compare: people write the same one in many ways."""

from urllib.parse import unquote, urlsplit

from ganbaru.scout.names import plain
from ganbaru.scout.seen import Account

_ALIASES = {
    "twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "m.youtube.com": "youtube.com",
    "m.twitch.tv": "twitch.tv",
}
_TABS = {"youtube.com": ("videos", "streams", "featured", "about", "live", "shorts", "community")}
"""Last parts of a path that show another side of the same profile."""
_DEEPEST = 2
"""Parts of the path of a profile: ``/@name``, ``/channel/UC…``, ``/profile/name``, ``/users/name``."""


def profile_key(url: str) -> str:
    """An address for comparing: host, path, without scheme, ``www.``, query and the tabs of a profile.

    Returns:
        "" where the address cannot be one of a profile: a bare host, a single post, no address at all.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = plain(parts.hostname or "").removeprefix("www.")
    host = _ALIASES.get(host, host)
    path = [plain(unquote(part)) for part in parts.path.split("/") if part]
    if path and path[-1] in _TABS.get(host, ()):
        path.pop()
    if not host or not 0 < len(path) <= _DEEPEST or parts.scheme not in ("http", "https"):
        return ""
    if host == "x.com":
        path[0] = path[0].lstrip("@")
    return "/".join([host, *path])


def keys_of(account: Account) -> set[str]:
    """All addresses under which an account's profile may be linked to."""
    found = {profile_key(account.url)}
    where, _, server = account.place.partition(":")
    handle, name = plain(account.handle).lstrip("@"), plain(account.id)
    if where == "bluesky":
        found |= {f"bsky.app/profile/{each}" for each in (handle, name) if each}
    if where in ("mastodon", "misskey") and handle:
        local, _, home = handle.partition("@")
        found |= {f"{home or plain(server)}/@{local}", f"{home or plain(server)}/users/{local}"}
    if where == "youtube":
        found |= {f"youtube.com/channel/{name}", *({f"youtube.com/@{handle}"} if handle else ())}
    if where in ("twitch", "x") and handle:
        found.add(f"{'twitch.tv' if where == 'twitch' else 'x.com'}/{handle}")
    return found - {""}
