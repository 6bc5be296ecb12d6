"""Searches: which settings a study tries next, chosen and given up by Optuna, while plan and ledger stay the study's.

A point of the space is tried in `stages`; `searching` decides after each by what lies in the plan and the ledger, and
asks Optuna (`chooser`), which runs in the driver alone. `rungs` are trials that stop and go on.
"""
