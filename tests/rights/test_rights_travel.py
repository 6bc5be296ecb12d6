"""One ledger in the forms that others read: Croissant, REUSE, the model card, credits."""

import json
import shutil
import warnings
from pathlib import Path

import pytest
import yaml
from righted_sounds import ledger_of, licences_of, put

from ganbaru.errors import UserError
from ganbaru.rights.facts import Ledger
from ganbaru.rights.ledger import from_json
from ganbaru.rights.travel import credits_of, licence_for, write_papers
from ganbaru.rights.travel.card import licence_lines
from ganbaru.rights.verdicts import verdict

ACTS = ("train", "publish-weights", "sell-sounds", "redistribute-clips")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sounds of two makers, one of whom asks to be named."""
    sounds = tmp_path / "my sounds"
    put(sounds / "kick 1.wav", licence="CC0-1.0", copyright="2010 Joan")
    put(sounds / "deep" / "snare*.flac", seed=1, licence="CC-BY-3.0-DE", copyright="© 2012 Jane_Doe <x>")
    return sounds


@pytest.fixture
def papers(folder: Path, tmp_path: Path) -> Path:
    """All papers of these sounds."""
    ledger = ledger_of(folder)
    written = write_papers(ledger, tmp_path / "papers", verdicts=[verdict(ledger, act) for act in ACTS])
    assert [path.name for path in written] == [
        "rights.json",
        "croissant.json",
        "REUSE.toml",
        "CREDITS.txt",
        "MODEL_CARD.md",
    ]
    return tmp_path / "papers"


def test_croissant_is_valid_and_its_conditions_are_there(papers: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rdflib, which warns about itself
        described = mlcroissant.Dataset(jsonld=str(papers / "croissant.json"))
    issues = described.metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings
    said = described.metadata.to_json()
    assert {file["sha256"] for file in said["distribution"]} == {
        clip["sha256"] for clip in json.loads((papers / "rights.json").read_text())["clips"]
    }
    offer, *terms = json.loads((papers / "croissant.json").read_text())["usageInfo"]
    assert offer["@type"] == ["CreativeWork", "odrl:Offer"]
    allowed = {rule["odrl:action"]["@id"] for rule in offer["odrl:permission"]}
    assert "urn:ganbaru:act:train" in allowed
    assert [term["name"].split(":")[0] for term in terms] == list(ACTS)
    assert all(term["description"] for term in terms)


def test_the_ledgers_own_croissant_and_reuse_read_back_as_the_same_licences(folder: Path, papers: Path) -> None:
    before = licences_of(ledger_of(folder))
    bare = folder.parent / "bare"
    put(bare / "kick 1.wav")
    put(bare / "deep" / "snare*.flac", seed=1)
    put(bare / "deep" / "snare2.flac", seed=2)
    shutil.copyfile(papers / "REUSE.toml", bare / "REUSE.toml")
    after = licences_of(ledger_of(bare))
    assert {path: set(said) for path, said in before.items()} == {
        path: set(said) for path, said in after.items() if said
    }
    assert after["deep/snare2.flac"] == [], "the star in a name is a star"


def test_papers_beside_the_sounds_contradict_nothing(folder: Path, papers: Path) -> None:
    before = licences_of(ledger_of(folder))
    shutil.copytree(papers, folder, dirs_exist_ok=True)
    ledger = ledger_of(folder)
    assert not ledger.conflicts
    assert {path: set(said) for path, said in licences_of(ledger).items()} == {
        path: set(said) for path, said in before.items()
    }


def test_the_head_of_the_card_is_yaml_with_licence_and_credits(papers: Path) -> None:
    text = (papers / "MODEL_CARD.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["library_name"] == "ganbaru"
    assert any("Jane_Doe" in line and "CC-BY-3.0-DE" in line for line in head["credits"])
    body = text.split("---\n", 2)[2]
    assert "Jane\\_Doe" in body, "words of others are no markup"
    assert "machine-made" in body
    assert "# my sounds" in body
    assert str(papers.parent) not in text


@pytest.mark.parametrize(
    ("licence", "head"),
    [
        ("CC-BY-4.0", {"license": "cc-by-4.0"}),
        ("GPL-3.0-or-later", {"license": "gpl-3.0"}),
        (
            "CC-BY-3.0-DE",
            {
                "license": "other",
                "license_name": "cc-by-3.0-de",
                "license_link": "https://creativecommons.org/licenses/by/3.0/de/",
            },
        ),
        ("", {"license": "other", "license_name": "not-stated"}),
    ],
)
def test_licences_as_the_hub_names_them(licence: str, head: dict[str, str]) -> None:
    assert yaml.safe_load("\n".join(licence_lines(licence))) == head


def test_credits_are_those_that_are_owed(folder: Path, papers: Path) -> None:
    ledger = ledger_of(folder)
    (line,) = credits_of(ledger)
    assert line.startswith("Jane_Doe")
    assert line.endswith("(deep/snare*.flac)")
    thanked = (papers / "CREDITS.txt").read_text(encoding="utf-8").split("With thanks to")[1]
    assert "Joan" in thanked
    assert credits_of(Ledger("empty", ())) == []


def test_a_result_of_share_alike_carries_its_licence(tmp_path: Path) -> None:
    put(tmp_path / "a.flac", licence="CC-BY-SA-4.0", copyright="© Jane")
    assert licence_for(ledger_of(tmp_path), "publish-weights") == "CC-BY-SA-4.0"
    assert licence_for(Ledger("empty", ())) is None


def test_rights_json_is_the_ledger_without_the_place_where_it_lay(folder: Path, papers: Path) -> None:
    ledger = from_json(json.loads((papers / "rights.json").read_text()))
    assert ledger.name == "my sounds"
    assert ledger.clips == ledger_of(folder).clips


def test_papers_are_written_anew_and_other_files_are_left_alone(folder: Path, papers: Path, tmp_path: Path) -> None:
    ledger = ledger_of(folder)
    (papers / "REUSE.toml").write_text("old")
    write_papers(ledger, papers)
    assert (papers / "REUSE.toml").read_text() != "old"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "REUSE.toml").write_text("mine")
    with pytest.raises(UserError, match=r"REUSE\.toml is there already"):
        write_papers(ledger, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["REUSE.toml"]
