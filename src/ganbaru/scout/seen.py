"""What a source tells, in one form for all of them: posts, accounts, deletions; and how well the source is.

Text is kept as it came; whoever shows it escapes it. No picture, clip or page is ever copied: these are links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["well", "closed", "over quota", "out", "not asked"]


@dataclass(frozen=True)
class Link:
    """A link that a person has published on their own profile.

    Attributes:
        url: where it leads.
        verified: the place checked that the page there links back (rel=me).
    """

    url: str
    verified: bool = False


@dataclass(frozen=True)
class Account:
    """One account at one place, as it was seen.

    Attributes:
        place: which one: "bluesky", "misskey:misskey.io", "mastodon:mstdn.jp", "youtube", "file:NAME" …
        id: the place's own, lasting identifier.
        handle: the name in its address; may change.
        name: as displayed.
        about: what the profile says.
        url: of the profile.
        created: when it was opened (UTC seconds since 1970); None where not told.
        followers, following, posts: counts as told; None where not told.
        links: from the profile.
        language: two letters; "" where not told.
        wishes: what its owner asks for, such as "not discoverable", "noindex", "no AI training", "no reposting".
        bot: it says that it is automated.
        seen: when it was looked at (UTC seconds).
        whole: the profile itself was read; False where only what stands beside a post is known.
    """

    place: str
    id: str
    handle: str
    name: str = ""
    about: str = ""
    url: str = ""
    created: float | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    links: Sequence[Link] = ()
    language: str = ""
    wishes: Sequence[str] = ()
    bot: bool = False
    seen: float = 0.0
    whole: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What names it in a store: place and identifier."""
        return self.place, self.id


@dataclass(frozen=True)
class Post:
    """One post, stream announcement or video.

    Attributes:
        place: as of `Account`.
        id: the place's own identifier.
        author: the account's ``id``.
        at: when it was published (UTC seconds).
        text: what it says.
        tags: hashtags without the sign, as written.
        url: of the post.
        language: two letters; "" where not told.
        likes, reposts, replies, views: counts as told; None where not told.
        sort: "post", "video" or "stream".
        mentions: ids or handles of the accounts that it names.
        repost_of: the id of what it repeats; "" where it is its author's own.
        seen: when it was looked at (UTC seconds).
    """

    place: str
    id: str
    author: str
    at: float
    text: str = ""
    tags: Sequence[str] = ()
    url: str = ""
    language: str = ""
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    views: int | None = None
    sort: Literal["post", "video", "stream"] = "post"
    mentions: Sequence[str] = ()
    repost_of: str = ""
    seen: float = 0.0


@dataclass(frozen=True)
class Gone:
    """A post or an account that its place says was deleted.

    Attributes:
        place: as of `Account`.
        id: of the post or account.
        sort: which of the two.
    """

    place: str
    id: str
    sort: Literal["post", "account"]


@dataclass(frozen=True)
class Health:
    """How a source fared the last time.

    Attributes:
        source: its name in the query file.
        state: "closed": it shows guests nothing; "over quota": it asked to wait; "out": it fails; none of these is ever
            read as "nothing was posted".
        said: one sentence.
        at: when (UTC seconds).
        until: when it may be asked again (UTC seconds); 0 where at once.
    """

    source: str
    state: State
    said: str
    at: float
    until: float = 0.0


@dataclass(frozen=True)
class Lent:
    """A figure that its place lends for a while only: kept raw, apart from all others, and dropped when time is over.

    Attributes:
        place: as of `Account`.
        id: of the account or post that it is about.
        name: what the place calls it, such as "viewCount".
        value: as it came.
        at: when it was told (UTC seconds).
        until: when it must be dropped (UTC seconds).
    """

    place: str
    id: str
    name: str
    value: str
    at: float
    until: float


Seen = Account | Post | Gone | Lent


@dataclass(frozen=True)
class Batch:
    """What was seen between two points at which a source may be cut and gone on with.

    Attributes:
        seen: in the order in which it was told.
        marks: where to go on from and what to ask for a change of, by name; they are stored with ``seen`` or not at
            all, so that a cut loses nothing.
    """

    seen: Sequence[Seen] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
