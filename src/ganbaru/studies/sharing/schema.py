"""The tables by which several machines share a study, and the database's clock, the only one that they agree on."""

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, MetaData, String, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

metadata = MetaData()

STUDIES = Table(
    "ganbaru_studies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("document", Text, nullable=False),  # the plan, sealed
    Column("version", BigInteger, nullable=False),  # one more at each change of a trial's state
    Column("searcher", Text, nullable=False),  # who asks the search for more trials just now; empty if nobody does
    Column("expires", Double, nullable=False),  # when another may (s, the database's clock)
)

PLANS = Table(
    "ganbaru_plans",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("study", String(64), nullable=False),
)
"""Which study a plan asks for: as it was first, and after each extension."""

TRIALS = Table(
    "ganbaru_trials",
    metadata,
    Column("study", String(64), primary_key=True),
    Column("cell", Text, primary_key=True),
    Column("seed", Text, primary_key=True),  # a whole number of any length
    Column("place", BigInteger, nullable=False),  # in the order of running
    Column("state", String(8), nullable=False),
    Column("owner", Text, nullable=False),  # who claimed it last
    Column("claim", BigInteger, nullable=False),  # how often it was claimed: one claim is told from the next by it
    Column("expires", Double, nullable=False),  # when the claim ends, unless it is renewed (s, the database's clock)
    Column("crashes", BigInteger, nullable=False),
    Column("told", Text, nullable=False),  # what became of it the last time, one sealed line
    Column("version", BigInteger, nullable=False),  # the study's when that was
    Index("ganbaru_trials_news", "study", "version"),
)

FREE, CLAIMED, DONE, FAILED = "free", "claimed", "done", "failed"


class now(FunctionElement[float]):
    """The database's clock (s since 1970)."""

    type = Double()
    inherit_cache = True


class up_since(FunctionElement[float]):
    """When the database was started (s since 1970): before that, nobody could renew a claim."""

    type = Double()
    inherit_cache = True


@compiles(now, "postgresql")
def _(element: now, compiler: Any, **_: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


@compiles(now, "sqlite")
def _(element: now, compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(up_since, "postgresql")
def _(element: up_since, compiler: Any, **_: Any) -> str:
    return "extract(epoch from pg_postmaster_start_time())::double precision"


@compiles(up_since, "sqlite")
def _(element: up_since, compiler: Any, **_: Any) -> str:
    return "0.0"
