"""A run of its own process, to be killed: ``python scout_driver.py STORE QUERY.json HOST:PORT …``."""

import json
import sys
from pathlib import Path

from scout_world import NOW

from ganbaru.scout import query
from ganbaru.scout.collecting import collect
from ganbaru.scout.store import Store


def main(store: str, asked: str, *hosts: str) -> None:
    local = frozenset((host.partition(":")[0], int(host.partition(":")[2])) for host in hosts)
    with Store(Path(store)) as opened:
        told = collect(query.read(json.loads(Path(asked).read_text())), opened, local=local, clock=lambda: NOW)
    print(json.dumps([one.state for one in told.health]), told.stopped)


if __name__ == "__main__":
    main(*sys.argv[1:])
