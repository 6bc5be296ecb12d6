"""The built wheel, installed into a fresh virtual environment with what it depends on, does its work."""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pip(python: Path | str, *words: str) -> "subprocess.CompletedProcess[str]":
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    command = [str(python), "-m", "pip", "--quiet", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **quiet}, check=False)


@pytest.fixture(scope="module")
def index() -> None:
    """Skips where no package index answers; whatever fails where one does is a fault."""
    asked = pip(sys.executable, "install", "--dry-run", "--ignore-installed", "--no-deps", "hatchling")
    if asked.returncode:
        pytest.skip(f"no package index can be reached: {asked.stderr.splitlines()[-1]}")


@pytest.fixture(scope="module")
def wheel(index: None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        built = pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, str(ROOT))
        assert built.returncode == 0, built.stderr
        (path,) = Path(folder).glob("*.whl")
        yield path


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"ganbaru", wheel.name.rsplit("-", 3)[0] + ".dist-info"}
    sources = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src" / "ganbaru").rglob("*.*")}
    endings = (".py", ".css", ".html", ".js", ".json", ".md", ".toml", ".ts", ".txt", ".typed")
    wanted = {name for name in sources if name.endswith(endings)}
    assert wanted == {name for name in names if name.startswith("ganbaru/")}
    assert any(name.endswith("LICENSE") for name in names)


@pytest.mark.long
def test_a_fresh_environment_trains_and_reports(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    done = pip(python, "install", "--constraint", str(ROOT / "constraints.txt"), str(wheel))
    assert done.returncode == 0, done.stderr

    def ganbaru(*words: str) -> str:
        command = [str(python.with_name("ganbaru")), *words]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr
        return said.stdout

    tiny = [f"--set={setting}" for setting in ("steps=4", "generator.channels=16", "critic.channels=16")]
    assert ganbaru("fit", "toy:ring", "--out", "run", *tiny).endswith("run: run\n")
    assert ganbaru("report", "run") == "run/report.html\n"
    assert "<svg" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    wrong = subprocess.run(
        [python.with_name("ganbaru"), "fit", "speech:digits"], cwd=tmp_path, capture_output=True, text=True
    )
    assert wrong.returncode == 1
    assert "pip install 'ganbaru[speech]'" in wrong.stderr
