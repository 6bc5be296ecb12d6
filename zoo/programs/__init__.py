"""Loops as different people write them, each with the bugs that people make in such a loop.

Every file has ``BUGS``, from the planted cause (and, behind a dot, where) to what was done, and a function
``run(bug, *, world, seed, steps, device)`` that trains under `watch` and gives the evidence.
"""
