"""The evidence of a run of `fit`: what its folder says, and what its networks and its source still can say."""

from ganbaru.checkup.run.gathering import gather

__all__ = ["gather"]
