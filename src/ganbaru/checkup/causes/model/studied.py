"""What a study of capacity answered about the size of one network: the probe ``capacity_study``."""

from collections.abc import Callable

from ganbaru.checkup.cause import Change, Ruling
from ganbaru.checkup.causes.model.by_heart import handful
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Verdict

_MEANS: dict[str, Verdict] = {"too small": "found", "large enough": "fine"}


def studied(evidence: Evidence, network: str) -> Ruling | None:
    """The ruling by a study; None where none lies beside the training, or it left this network alone.

    One size of a network that is too small is enough; it is large enough where each that was tried is.

    Args:
        evidence: the probe is read; see `checkup.studied`.
        network: "generator" or "critic".
    """
    probe = evidence.probes.get("capacity_study", {"sizes": {}})
    sizes = {name: size for name, size in probe["sizes"].items() if name.startswith(f"{network}.")}
    if not sizes:
        return None
    worst = next((verdict for verdict in ("too small", "can't tell", "large enough") if _any(sizes, verdict)), "")
    name, size = next((name, size) for name, size in sizes.items() if size["verdict"] == worst)
    gain = dict(zip(("gain_of_a_larger_one", "gain_low", "gain_high"), size["gain"] or (), strict=False))
    numbers = {name.partition(".")[2]: size["present"], **gain}
    return Ruling(_MEANS.get(worst, "not-checked"), numbers, network, reason=f"the study says: {probe['said']}")


def weighed(
    evidence: Evidence,
    network: str,
    is_too_small: Callable[[Evidence], bool],
    by_heart: Callable[[Evidence], Ruling],
) -> Ruling:
    """The ruling by how few weights there are, by a study or by what was learnt by heart.

    What cannot be learnt by heart is a proof; that it can be says less than a study that tells.

    Args:
        evidence: of the training.
        network: "generator" or "critic".
        is_too_small: whether learning by heart proves it.
        by_heart: the ruling by that alone.
    """
    if few := handful(evidence, network):
        return by_harm(evidence, few, network, harmless="no harm is seen yet")
    answered, lacking = studied(evidence, network), evidence.lacks(f"{network}_by_heart")
    told = answered is not None and answered.verdict != "not-checked"
    if answered is not None and (lacking or (told and not is_too_small(evidence))):
        return answered
    return Ruling("not-checked", reason=lacking) if lacking else by_heart(evidence)


def recommended(evidence: Evidence, network: str) -> Change | None:
    """The sizes of the network that the study recommends; None where it does not."""
    change = evidence.probes.get("capacity_study", {"change": {}})["change"]
    return {name: value for name, value in change.items() if name.startswith(f"{network}.")} or None


def _any(sizes: dict[str, dict[str, object]], verdict: str) -> bool:
    return any(size["verdict"] == verdict for size in sizes.values())
