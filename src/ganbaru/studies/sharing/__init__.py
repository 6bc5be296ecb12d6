"""One study on many machines: they meet in a database, and each ends with the whole table in its own folder.

Every machine has a folder and a ledger, as if it were alone; these are the truth, and the database can be lost. It
holds who is at what: a trial is claimed by one machine at a time, which says every quarter of a minute that it lives.
If it does not for a minute, another takes the trial over, and what the first one says of it later is refused. What a
machine says of a trial that it holds is counted once, and entered into every other machine's ledger.
"""

from ganbaru.studies.sharing.meeting import Meeting

__all__ = ["Meeting"]
