"""What is known of the rights, in the forms that others read: all of them from one ledger."""

from ganbaru.rights.travel.credits import credits_of, licence_for
from ganbaru.rights.travel.papers import write_papers

__all__ = ["credits_of", "licence_for", "write_papers"]
