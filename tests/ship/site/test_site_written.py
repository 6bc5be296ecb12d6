"""A site on disk: whole, ours alone, and nothing in it runs or reads but what was meant."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from shipped_models import shipped

from ganbaru.errors import UserError
from ganbaru.ship.site import Export, Function, Inside, Section, write_site
from ganbaru.ship.site.package import package_name

HOSTILE = '</script><script>alert(1)</script>"onload="alert(2)'


def test_all_files_are_there_and_named(module: bytes, tmp_path: Path) -> None:
    files = write_site(tmp_path / "new" / "site", module)
    there = {path.relative_to(tmp_path / "new" / "site") for path in tmp_path.rglob("*") if path.is_file()}
    assert there == set(files)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["site"]
    assert (tmp_path / "new/site/model.wasm").read_bytes() == module
    assert (tmp_path / "new/site/package/model.wasm").read_bytes() == module


def test_equal_modules_give_equal_sites(module: bytes, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    for name in write_site(one, module):
        write_site(other, module)
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_an_earlier_site_is_replaced_whole(module: bytes, tmp_path: Path) -> None:
    write_site(tmp_path / "site", shipped(name="an earlier one"))
    write_site(tmp_path / "site", module)
    assert "an earlier one" not in (tmp_path / "site/index.html").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["notes.txt", "package/notes.txt", "index.html"])
def test_what_is_no_site_of_ours_is_left_alone(name: str, module: bytes, tmp_path: Path) -> None:
    if name != "index.html":
        write_site(tmp_path / "site", module)
    place = tmp_path / "site" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("mine")
    with pytest.raises(UserError, match="nothing was replaced"):
        write_site(tmp_path / "site", module)
    assert place.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_in_the_way_is_refused(module: bytes, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(UserError, match="is a file"):
        write_site(tmp_path / "site", module)


def test_an_empty_folder_becomes_the_site(module: bytes, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write_site(tmp_path / "site", module)
    assert (tmp_path / "site/index.html").is_file()


def test_a_failure_leaves_the_earlier_site(module: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path / "site", shipped(name="an earlier one"))
    rename, count = Path.rename, []

    def fail_second(path: Path, target: Path) -> Path:
        count.append(path)
        if len(count) == 2:
            raise OSError("the disk is gone")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_second)
    with pytest.raises(OSError, match="the disk is gone"):
        write_site(tmp_path / "site", module)
    assert "an earlier one" in (tmp_path / "site/index.html").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


class Read(HTMLParser):
    """What a browser makes of a page: elements with attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_names_and_texts_stay_text(tmp_path: Path) -> None:
    inside = Inside((Section(HOSTILE, 1),), (Export(HOSTILE, HOSTILE, HOSTILE),), (Function(*[HOSTILE] * 3),))
    write_site(tmp_path / "site", shipped(name=HOSTILE, made_with=HOSTILE), inside=inside)
    read = Read((tmp_path / "site/index.html").read_text("utf-8"))
    scripts = [attributes.get("src") for tag, attributes in read.found if tag == "script"]
    assert scripts == [None, "ganbaru-voice.js", None]
    assert not any(name.startswith("on") for _, attributes in read.found for name in attributes)
    assert sum(HOSTILE in text for text in read.texts) == 10


def test_the_policy_lets_only_the_page_s_own_run(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    (policy,) = (a["content"] for tag, a in Read(page).found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
    assert "unsafe-inline" not in policy
    for tag in ("style", "script"):
        texts = re.findall(f"<{tag}[^>]*>([^<].*?)</{tag}>", page, flags=re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert re.findall("'sha256-(.*?)'", rules[f"{tag}-src"]) == digests


def test_what_is_not_given_of_the_inside_is_left_out(module: bytes, tmp_path: Path) -> None:
    write_site(tmp_path / "site", module)
    assert 'id="inside"' not in (tmp_path / "site/index.html").read_text("utf-8")


def test_script_and_module_hold_the_same_source(site: Path) -> None:
    script, module = ((site / name).read_text("utf-8") for name in ("ganbaru-voice.js", "package/index.js"))
    body = script.partition("const HOME = null;\n")[2].removesuffix("})();\n")
    assert len(body) > 10_000
    assert body in module
    assert "import.meta" not in script


@pytest.mark.parametrize(
    ("version", "licence", "written", "stated"),
    [
        ("1.2.3", "CC0-1.0", "1.2.3", "(CC0-1.0 AND Apache-2.0)"),
        ("step 400", None, "0.0.0-step-400", "UNLICENSED"),
        ("", "ask my aunt, please", "0.0.0-unknown", "SEE LICENSE IN LICENSE"),
    ],
)
def test_the_package_says_what_npm_asks(
    version: str, licence: str | None, written: str, stated: str, tmp_path: Path
) -> None:
    write_site(tmp_path / "site", shipped(version=version, licence=licence))
    package = tmp_path / "site/package"
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    assert (manifest["version"], manifest["license"]) == (written, stated)
    assert manifest["name"] == "ganbaru-voice-small-tones"
    named = {manifest["types"], *manifest["exports"]["."].values(), manifest["exports"]["./model.wasm"]}
    assert all((package / name).is_file() for name in {*named, *manifest["files"]})
    for name in ("README.md", "LICENSE"):
        told = (package / name).read_text("utf-8")
        assert "R. Andom" in told
        assert (licence or "licence not stated") in told


def test_a_package_s_name_is_one_that_npm_takes() -> None:
    for name in ("Drums No. 5", "声", "../../etc", "a" * 40, ""):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", package_name(name))


def test_the_types_name_what_the_module_exports(site: Path) -> None:
    exported = re.search(r"export \{ (.*) \};", (site / "package/index.js").read_text("utf-8"))
    declared = re.findall(r"^export (?:class|function) (\w+)", (site / "package/index.d.ts").read_text("utf-8"), re.M)
    assert exported is not None
    assert sorted(exported[1].split(", ")) == sorted(declared)
