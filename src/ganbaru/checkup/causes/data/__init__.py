"""Step 3: are the sounds clean and in the right form?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.data import (
    clipped,
    corrupt_files,
    dc_offset,
    duplicates,
    level_spread,
    mixed_rates,
    near_duplicates,
    noisy,
    outliers,
    silence,
    split_leak,
    too_short,
    upsampled,
    wrong_scale,
)

CAUSES: tuple[Cause, ...] = (
    corrupt_files.CAUSE,
    clipped.CAUSE,
    dc_offset.CAUSE,
    silence.CAUSE,
    too_short.CAUSE,
    mixed_rates.CAUSE,
    upsampled.CAUSE,
    level_spread.CAUSE,
    wrong_scale.CAUSE,
    duplicates.CAUSE,
    near_duplicates.CAUSE,
    split_leak.CAUSE,
    outliers.CAUSE,
    noisy.CAUSE,
)
