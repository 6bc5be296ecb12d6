"""Trials on the nodes of a Ray cluster: Ray carries settings there and answers back, and decides nothing.

Plan, ledger, retries and limits stay the driver's, as for processes on one machine. On a node, a trial runs in a worker
process like any other, in a folder there; what the trial's folder held goes with it, and what it holds at the end comes
back. The modules of the trial must be installed on every node, with this package.
"""

from ganbaru.studies.cluster.nodes import Nodes

__all__ = ["Nodes"]
