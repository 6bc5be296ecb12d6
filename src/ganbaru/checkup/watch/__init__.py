"""Two lines around anybody's training loop: what it does is seen, and what is wrong with it is said."""

from ganbaru.checkup.watch.watching import Watch, watch

__all__ = ["Watch", "watch"]
