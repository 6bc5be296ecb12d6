"""The query file: whom to look for, where, and at what cost at most. It holds no key, only the names of variables."""

import os
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ganbaru.errors import UserError, unknown
from ganbaru.scout.limits import Limits
from ganbaru.scout.names import plain_tag

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.ASCII)


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a server; write it like 'misskey.example', without https://")
    return value


def _tag(value: str) -> str:
    if not plain_tag(value) or any(sign.isspace() for sign in value.strip()):
        raise ValueError(f"{value!r} is not a hashtag; write one word, with or without #")
    return value.strip().lstrip("#＃")


def _language(value: str) -> str:
    if not re.fullmatch("[a-z]{2}", value):
        raise ValueError(f"{value!r} is not a language; write two small letters, like 'ja'")
    return value


def _contact(value: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise ValueError(f"{value!r} is no address; write a page or an address of mail, without spaces")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch("[A-Z][A-Z0-9_]*", value):
        raise ValueError("name the environment variable that holds the key, like 'SCOUT_KEY'; never the key itself")
    return value


Host = Annotated[str, AfterValidator(_host)]
Tag = Annotated[str, AfterValidator(_tag)]
Language = Annotated[str, AfterValidator(_language)]
Variable = Annotated[str, AfterValidator(_variable)]
Pages = Annotated[int, Field(ge=1, le=100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AnySource(_Part):
    """What every source has.

    Attributes:
        on: whether it is asked.
        despite_robots: why robots.txt need not be obeyed here, one sentence, such as the keeper's permission and its
            date; "" to obey it.
    """

    on: bool = True
    despite_robots: str = ""


class BlueskySource(AnySource):
    """Bluesky's stream of all public posts, filtered here.

    Attributes:
        stream: the server of the stream (Jetstream).
        profiles: the server that shows profiles to guests.
        lookback_minutes: how far back the first run goes.
        seconds: for how long a run reads at most.
        discovery: handles of accounts whose posts and reposts name newcomers.
    """

    stream: Host = "jetstream2.us-east.bsky.network"
    profiles: Host = "public.api.bsky.app"
    lookback_minutes: int = Field(default=60, ge=1, le=4320)
    seconds: float = Field(default=120.0, gt=0, le=3600)
    discovery: list[str] = []


class MisskeySource(AnySource):
    """Misskey servers.

    Attributes:
        servers: their names.
        pages: of 100 notes, from each server and run at most.
        discovery: "name@server" of accounts whose posts and reposts name newcomers.
    """

    servers: list[Host]
    pages: Pages = 10
    discovery: list[str] = []


class MastodonSource(AnySource):
    """Mastodon servers.

    Attributes:
        servers: their names.
        pages: of 40 posts, from each group of five tags, server and run at most.
        discovery: "name@server" of accounts whose posts and reposts name newcomers.
    """

    servers: list[Host]
    pages: Pages = 10
    discovery: list[str] = []


class YoutubeFeedSource(AnySource):
    """The Atom feeds of channels.

    Attributes:
        channels: their identifiers, "UC" and 22 signs more.
        server: where the feeds lie.
        trainability: where it is asked whether a video may be trained on.
    """

    channels: list[Annotated[str, Field(pattern=r"^UC[A-Za-z0-9_-]{22}$")]]
    server: Host = "www.youtube.com"
    trainability: Host = "youtube.googleapis.com"


class YoutubeApiSource(AnySource):
    """YouTube's Data API with the user's own key; its figures are kept raw, apart, and for 30 days.

    Attributes:
        key: the environment variable that holds the key.
        searches: how many of the day's 100 searches a run may use.
        server: of the API.
    """

    key: Variable
    searches: int = Field(default=5, ge=0, le=100)
    server: Host = "www.googleapis.com"


class TwitchSource(AnySource):
    """Live streams of Twitch with the user's own application.

    Attributes:
        client_id, client_secret: the environment variables that hold them.
        pages: of 100 streams, in each run at most.
        server, login: of the API and of its tokens.
    """

    client_id: Variable
    client_secret: Variable
    pages: Pages = 10
    server: Host = "api.twitch.tv"
    login: Host = "id.twitch.tv"


class HolodexSource(AnySource):
    """Holodex's list of channels with the user's own key.

    Attributes:
        key: the environment variable that holds the key.
        pages: of 50 channels, the newest first, in each run at most.
        server: of the API.
    """

    key: Variable
    pages: Pages = 4
    server: Host = "holodex.net"


class XSource(AnySource):
    """X with the user's own key, paid by use; it does not start without a budget.

    Attributes:
        token: the environment variable that holds the key.
        budget_usd: what a calendar month (UTC) may cost at most.
        post_usd, user_usd: the price of one post and of one profile; the price list changes, so look at it.
        server: of the API.
    """

    token: Variable
    budget_usd: float = Field(gt=0)
    post_usd: float = Field(gt=0)
    user_usd: float = Field(gt=0)
    server: Host = "api.x.com"


class FileSource(AnySource):
    """A file of one's own.

    Attributes:
        path: of a .json or .csv file, from the folder of the query file.
        holds: what a CSV file has in its lines; a JSON file says it itself.
    """

    path: str
    holds: Literal["posts", "accounts"] = "posts"


class Caps(_Part):
    """As of `Limits`."""

    requests_per_host: int = Field(default=Limits.requests_per_host, ge=1, le=10_000)
    bytes_per_answer: int = Field(default=Limits.bytes_per_answer, ge=10_000, le=100_000_000)
    seconds_per_answer: float = Field(default=Limits.seconds_per_answer, gt=0, le=300)
    seconds_per_source: float = Field(default=Limits.seconds_per_source, gt=0, le=7200)
    seconds_per_run: float = Field(default=Limits.seconds_per_run, gt=0, le=86_400)
    gap: float = Field(default=Limits.gap, ge=0, le=60)
    patience: float = Field(default=Limits.patience, ge=0, le=600)
    tries: int = Field(default=Limits.tries, ge=1, le=10)

    def limits(self) -> Limits:
        """As the rest of the room takes them."""
        return Limits(**self.model_dump())


class Query(_Part):
    """The whole file.

    Attributes:
        hashtags: what to look for.
        languages: of the posts that are kept (posts that tell none are kept too); empty for all.
        contact: a page or an address of mail where keepers of servers can reach whoever runs this.
        opt_out: "place/identifier" or "place/handle" of people who asked to be left out.
        caps: at most.
        bluesky, misskey, …: the sources; those that are not named are not asked.
        folder: of the file, from which the paths in it start.
    """

    hashtags: list[Tag] = Field(min_length=1, max_length=50)
    languages: list[Language] = []
    contact: Annotated[str, AfterValidator(_contact)] = Field(default="", max_length=200)
    opt_out: list[str] = []
    caps: Caps = Caps()
    bluesky: BlueskySource | None = None
    misskey: MisskeySource | None = None
    mastodon: MastodonSource | None = None
    youtube_feed: YoutubeFeedSource | None = None
    youtube_api: YoutubeApiSource | None = None
    twitch: TwitchSource | None = None
    holodex: HolodexSource | None = None
    x: XSource | None = None
    files: list[FileSource] = []
    folder: Path = Field(default=Path("."), exclude=True, strict=False)

    @property
    def tags(self) -> frozenset[str]:
        """The hashtags for comparing."""
        return frozenset(plain_tag(tag) for tag in self.hashtags)

    def left_out(self) -> list[tuple[str, str]]:
        """Place and name of each on the opt-out list.

        Raises:
            UserError: one of them is neither.
        """
        parted = [entry.partition("/") for entry in self.opt_out]
        for entry, (place, _, name) in zip(self.opt_out, parted, strict=True):
            if not place or not name:
                raise UserError(f"opt_out: {entry!r} names nobody", hint="write 'place/identifier' or 'place/handle'")
        return [(place, name) for place, _, name in parted]


def load(path: Path) -> Query:
    """Read a query file.

    Raises:
        UserError: it cannot be read, or says something that has no meaning; with the line or the name of the entry.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the query file {str(path)!r}: {error.strerror}", hint=_EXAMPLE_HINT) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{str(path)!r} is not a TOML file: {error}") from error
    return read(document, folder=path.parent, name=str(path))


def read(document: Mapping[str, Any], *, folder: Path = Path("."), name: str = "the query") -> Query:
    """A query from what the file holds.

    Raises:
        UserError: as `load`.
    """
    try:
        return Query.model_validate({**document, "folder": folder})
    except ValidationError as error:
        raise _kind(error, name) from error


def _kind(error: ValidationError, name: str) -> UserError:
    """The first thing that is wrong, in one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        asked = str(first["loc"][-1])
        known = _known(first["loc"][:-1])
        return UserError(f"{name}: {unknown('entry', asked, known)}", hint="")
    message = first["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return UserError(f"{name}: {where}: {message[0].lower() + message[1:]}", hint=_EXAMPLE_HINT)


def _known(location: tuple[str | int, ...]) -> list[str]:
    """The entries that a part of the file may have."""
    part = str(location[0]) if location else ""
    model = _PARTS.get(part, Query)
    return [field for field in model.model_fields if field != "folder"]


_PARTS: dict[str, type[_Part]] = {
    "caps": Caps,
    "bluesky": BlueskySource,
    "misskey": MisskeySource,
    "mastodon": MastodonSource,
    "youtube_feed": YoutubeFeedSource,
    "youtube_api": YoutubeApiSource,
    "twitch": TwitchSource,
    "holodex": HolodexSource,
    "x": XSource,
    "files": FileSource,
}
_EXAMPLE_HINT = "`ganbaru scout example` writes a file to start from"


def secret(variable: str) -> str:
    """The key in an environment variable.

    Raises:
        UserError: there is none.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise UserError(f"the environment variable {variable} holds no key", hint="set it, or take the source out")
    return value


def example() -> str:
    """A query file with every entry explained, which needs no account."""
    return files("ganbaru.scout").joinpath("example.toml").read_text(encoding="utf-8")
