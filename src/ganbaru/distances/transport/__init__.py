"""Exact optimal transport between two samples, with its proof.

>>> import numpy as np
>>> found = transport(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
>>> found.cost, found.bound, found.method
(5.0, 5.0, 'network simplex')
"""

from ganbaru.distances.transport.many import transport_many
from ganbaru.distances.transport.result import Transport
from ganbaru.distances.transport.solve import transport

__all__ = ["Transport", "transport", "transport_many"]
