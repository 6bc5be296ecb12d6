"""Trials on the nodes of a real Ray cluster: two nodes on this machine, one of which dies."""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.studies import Live, results, run_study
from ganbaru.studies.cluster import luggage
from ganbaru.studies.lines import Lines

_MEMORY = 80_000_000
"""Bytes for each node's objects, the least that Ray takes."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head, to which drivers connect, and another node; two processors each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    utils = pytest.importorskip("ray.cluster_utils", reason="Ray is not installed (pip install 'ganbaru[cluster]')")
    quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}
    given = {"num_cpus": 2, "object_store_memory": _MEMORY, "include_dashboard": False}
    started = utils.Cluster(initialize_head=True, head_node_args={**given, "_system_config": quick})
    yield started
    started.shutdown()


@pytest.fixture
def node(cluster: Any) -> Iterator[Any]:
    """The other node, anew."""
    added = cluster.add_node(num_cpus=2, object_store_memory=_MEMORY)
    cluster.wait_for_nodes()
    yield added
    if added in cluster.worker_nodes:
        cluster.remove_node(added, allow_graceful=False)


def raylet(node: Any) -> Any:
    """The process that is a node."""
    return node.all_processes["raylet"][0].process


def where(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """Says on which node it ran."""
    trainees.note(folder)
    print("said", seed)
    time.sleep(settings["sleep"])
    return {"score": float(10 * settings["width"] + seed), "node": int(os.environ["RAY_RAYLET_PID"])}


def marked(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """As `where`; while it is at work, a file says on which node."""
    mark = Path(settings["marks"]) / f"{os.environ['RAY_RAYLET_PID']}-{settings['width']}-{seed}"
    mark.touch()
    told = where(settings, seed, folder)
    mark.unlink()
    return told


def done(folder: Path) -> list[Any]:
    lines = Lines(folder / "ledger.jsonl").read()
    return sorted((record["cell"], record["seed"]) for _, record in lines if record["event"] == "done")


@pytest.mark.long
def test_twenty_trials_are_spread_over_both_nodes_and_bring_back_what_they_left(
    tmp_path: Path, cluster: Any, node: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = trainees.plan(2, 10, sleep=0.1)
    found = run_study(tmp_path, plan, where, jobs=4, cluster=cluster.address)
    assert found.complete
    assert done(tmp_path) == sorted(plan.keys)
    assert {trial.details["node"] for trial in found.trials.values()} == {
        raylet(cluster.head_node).pid,
        raylet(node).pid,
    }
    assert [trainees.calls(found.place(key)) for key in plan.keys] == [1] * 20
    assert all(found.place(key).with_suffix(".log").read_text() == f"said {key[1]}\n" for key in plan.keys)
    assert capfd.readouterr() == ("", ""), "Ray says nothing to the user"


@pytest.mark.long
def test_a_node_that_is_killed_loses_no_trial_and_none_counts_twice(
    tmp_path: Path, cluster: Any, node: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    plan, killed = trainees.plan(2, 6, sleep=0.6, marks=str(marks)), []

    def listener(live: Live) -> None:
        if not killed and live.done and list(marks.glob(f"{raylet(node).pid}-*")):
            killed.append(raylet(node).kill())

    found = run_study(tmp_path / "study", plan, marked, jobs=4, cluster=cluster.address, progress=listener)
    assert killed
    assert found.complete
    assert done(found.folder) == sorted(plan.keys)
    assert found.scores.tolist() == [[10.0 * width + seed for seed in plan.seeds] for width in (1, 2)]
    again = {key: trial for key, trial in found.trials.items() if trial.attempt > 1}
    assert len(again) <= 2, "only what that node was at"
    assert all(trial.crashes == 0 for trial in again.values()), "it is not the trial's fault"
    assert capfd.readouterr() == ("", "")


@pytest.mark.long
def test_what_an_attempt_left_goes_with_the_next_and_one_that_crashes_is_shown(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil="raise"), trainees.ill, jobs=2, cluster=cluster.address)
    assert found.failures == {("width 2", 1): "ValueError: the critic is no good"}
    folder = found.place(("width 2", 1))
    assert trainees.calls(folder) == 2
    assert folder.with_suffix(".log").read_text().count("Traceback") == 2
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    plan = trainees.plan(1, 1, steps=150)
    found = run_study(tmp_path / "long", plan, trainees.stepping, cluster="auto", limit_seconds=1.0, retries=9)
    assert found.complete
    assert found.detail("first")[0, 0] > 5, "it went on where it was"


def large(settings: dict[str, Any], seed: int, folder: Path) -> float:
    (folder / "model").write_bytes(b"\0" * (luggage.MOST_BYTES + 1))
    return 1.0


@pytest.mark.long
def test_a_folder_that_is_too_large_stays_where_it_is_which_is_said(
    tmp_path: Path, cluster: Any, caplog: pytest.LogCaptureFixture
) -> None:
    found = run_study(tmp_path, trainees.plan(1, 1), large, cluster=cluster.address)
    assert found.scores.tolist() == [[1.0]]
    (said,) = caplog.messages
    kept = Path(said.split(" stays at ")[1].split(" on ")[0])
    assert (kept / "model").stat().st_size > luggage.MOST_BYTES
    shutil.rmtree(kept.parent)
    assert not found.place(("width 1", 0)).exists()


@pytest.mark.long
def test_a_driver_that_is_killed_leaves_nothing_at_work_and_the_next_goes_on(tmp_path: Path, cluster: Any) -> None:
    plan = trainees.plan(2, 6, sleep=0.2)
    here = Path(__file__).parent
    code = (
        "import sys; from test_study_cluster import *\n"
        f"run_study({str(tmp_path)!r}, trainees.plan(2, 6, sleep=0.2), where, jobs=2, cluster={cluster.address!r})"
    )
    path = os.pathsep.join([str(here), *(part for part in sys.path if part)])
    driver = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path})
    threading.Timer(50, driver.kill).start()
    while not (tmp_path / "ledger.jsonl").exists() or len(done(tmp_path)) < 3:
        assert driver.poll() is None
        time.sleep(0.02)
    driver.kill()
    driver.wait()
    counted = len(done(tmp_path))
    found = run_study(tmp_path, plan, where, jobs=2, cluster=cluster.address)
    assert found.complete
    assert counted < 12
    assert done(tmp_path) == sorted(plan.keys)


def test_no_cluster_and_no_module_are_said_in_one_line(tmp_path: Path, cluster: Any) -> None:
    with pytest.raises(UserError, match="a worker process cannot start: ImportError: not here"):
        run_study(tmp_path / "a", trainees.plan(1, 1), trainees.Unloadable(trainees.refuse), cluster=cluster.address)
    for address, said in (("127.0.0.1:1", r"no Ray cluster at 127\.0\.0\.1:1.*ray start --head"), ("x", "no address")):
        with pytest.raises(UserError, match=said):
            run_study(tmp_path / "b", trainees.plan(1, 1), trainees.steady, cluster=address)
    assert results(tmp_path / "b").missing == [("width 1", 0)]


def test_a_folder_travels_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "seed-0"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/model").write_bytes(b"\0\1")
    (folder / "away").symlink_to("/etc/passwd")
    packed = luggage.packed(folder)
    assert packed == {"deep/model": b"\0\1"}
    (tmp_path / "there").mkdir()
    (tmp_path / "there/old").write_text("x")
    luggage.unpack(packed, tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").rglob("*")] == ["deep", "model"]
    assert luggage.packed(tmp_path / "none") == {}
    for name in ("../x", "/x", "a/../../x"):
        with pytest.raises(ValueError, match="leads out"):
            luggage.unpack({name: b""}, tmp_path / "there")
    monkeypatch.setattr(luggage, "MOST_BYTES", 1)
    with pytest.raises(luggage.TooLarge):
        luggage.packed(folder)


@pytest.mark.soak
def test_a_node_is_killed_at_whatever_instant(tmp_path: Path, cluster: Any) -> None:
    chance, plan = random.Random(3), trainees.plan(2, 8, sleep=0.2)
    for number in range(8):
        added = cluster.add_node(num_cpus=2, object_store_memory=_MEMORY)
        cluster.wait_for_nodes()
        kill = threading.Timer(chance.uniform(0.2, 5.0), raylet(added).kill)
        kill.start()
        found = run_study(tmp_path / str(number), plan, where, jobs=4, cluster=cluster.address)
        kill.join()
        assert found.complete
        assert done(found.folder) == sorted(plan.keys)
        cluster.remove_node(added, allow_graceful=False)
