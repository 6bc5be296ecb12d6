"""Former identities and real names: what is said of them is recognised so that it is never followed.

Many of these performers have been somebody else before, or have a name of their own, and wish neither to be found. So a
profile that speaks of such a thing ties its account to no other, however well the links would prove it.
"""

import re

from ganbaru.scout.names import plain
from ganbaru.scout.seen import Account

_SAID = re.compile(
    r"転生|前世|元の?(名前|名義|活動名)|旧名|旧姓|旧名義|前の?(名前|名義|活動)|元\s?(vtuber|個人勢|企業勢|ライバー)|改名前|"
    r"中の人|中身は|本名|リアルの(名前|垢)|本垢|"
    r"\bformerly\b|\bformer (name|identity|vtuber|persona)\b|\bpreviously known\b|\bused to be\b|\bpast life\b|"
    r"\bex-?vtuber\b|\breincarnat|\bmy real name\b|\birl account\b|\bf\.?k\.?a\.?\b|\bvoiced by\b"
)


def speaks_of_former(account: Account) -> bool:
    """Whether a profile speaks of who somebody was before, or is elsewhere."""
    return bool(_SAID.search(plain(f"{account.name}\n{account.about}")))
