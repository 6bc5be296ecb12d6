"""The causes that are looked for, one small file each, in the order of the six steps."""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes import amount, blocked, bugs, data, heard, hyper, model

CAUSES: tuple[Cause, ...] = (
    *bugs.CAUSES,
    *amount.CAUSES,
    *data.CAUSES,
    *blocked.CAUSES,
    *heard.CAUSES,
    *hyper.CAUSES,
    *model.CAUSES,
)
