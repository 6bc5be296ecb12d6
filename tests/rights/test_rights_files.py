"""Files that speak of sounds: Debian's copyright, REUSE, LICENSE and README texts, Croissant, rights.toml."""

import hashlib
import json
from pathlib import Path

import pytest
from righted_sounds import ledger_of, put, stated

from ganbaru.errors import UserError
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.reading import debian, globs
from ganbaru.rights.reading.texts import known_text

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four sounds, two of them in a sub-folder."""
    for number, name in enumerate(("a.wav", "b.wav", "deep/c.wav", "deep/d e.wav")):
        put(tmp_path / name, seed=number)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def said(folder: Path) -> dict[str, list[str]]:
    return {path: [grant.licence for grant in grants] for path, grants in stated(folder)[0].items()}


# Debian


def test_the_last_paragraph_that_matches_speaks(folder: Path) -> None:
    text = "Files: *\nCopyright: A\nLicense: CC0\n\nFiles: deep/* b.w?v\nCopyright: B\nLicense: CC-BY-3.0\n"
    write(folder, "copyright", FORMAT + text + "\nFiles: deep/d?e.wav\nCopyright: C\nLicense: Expat\n")
    assert said(folder) == {
        "a.wav": ["CC0-1.0"],
        "b.wav": ["CC-BY-3.0"],
        "deep/c.wav": ["CC-BY-3.0"],
        "deep/d e.wav": ["MIT"],
    }


def test_debian_stars_match_slashes_and_backslashes_take_them_as_such() -> None:
    assert globs.debian("*.wav").matches("deep/c.wav")
    assert globs.debian("./a.wav").matches("a.wav")
    assert globs.debian(r"\*.wav").matches("*.wav")
    assert not globs.debian(r"\*.wav").matches("a.wav")
    assert not globs.debian("deep").matches("deep/c.wav")


def test_fields_of_a_paragraph(folder: Path) -> None:
    text = (
        "Files:\n a.wav\n b.wav\nCopyright: 2013-2015 Jane Doe\n           2016 John Doe\nLicense: mine\nComment: x\n"
        "# a comment line\n\nLicense: mine\n This work is licensed under\n .\n CC BY 4.0\n"
    )
    write(folder, "copyright", FORMAT.strip() + "\nSource: https://example.com/all\n\n" + text)
    grants, _ = stated(folder)
    (grant,) = grants["a.wav"]
    assert grant.licence == "CC-BY-4.0", "of the paragraph that holds the text"
    assert grant.holder == "Jane Doe; John Doe"
    assert grant.source == "https://example.com/all", "of the header"
    assert grant.proof.place == "line 4"
    assert not grants["deep/c.wav"]


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("GPL-2+ or Artistic-2.0, and BSD-3-clause", "(GPL-2.0-or-later OR Artistic-2.0) AND (BSD-3-Clause)"),
        ("GPL-3 and CC-BY-3.0", "GPL-3.0-only AND CC-BY-3.0"),
        ("CC0", "CC0-1.0"),
        ("public-domain", "LicenseRef-public-domain-mark"),
        ("GPL-2+ with OpenSSL exception", NO_ASSERTION),
        ("something-else", NO_ASSERTION),
    ],
)
def test_names_of_licences_in_debian_files(name: str, licence: str) -> None:
    assert debian.licence_named(name) == licence


def test_a_copyright_file_of_another_form_is_no_statement(folder: Path) -> None:
    write(folder, "copyright", "Files: *\nLicense: CC0\n")
    assert said(folder)["a.wav"] == []


def test_debian_folders_and_lower_ones_speak_of_their_own(folder: Path) -> None:
    write(folder, "debian/copyright", FORMAT + "Files: a.wav\nCopyright: A\nLicense: CC0\n")
    write(folder, "deep/copyright", FORMAT + "Files: c.wav\nCopyright: A\nLicense: Expat\n")
    assert said(folder) == {"a.wav": ["CC0-1.0"], "b.wav": [], "deep/c.wav": ["MIT"], "deep/d e.wav": []}


def test_files_without_a_licence_are_noted(folder: Path) -> None:
    write(folder, "copyright", FORMAT + "Files: *\nCopyright: A\n")
    grants, notes = stated(folder)
    assert any("line 3: Files without a License" in note for note in notes)
    assert not any(grants.values())


# REUSE


def table(path: str, licence: str = "", *, precedence: str = "", holder: str = "") -> str:
    lines = [f'path = "{path}"']
    lines += [f'SPDX-License-Identifier = "{licence}"'] if licence else []
    lines += [f'SPDX-FileCopyrightText = "{holder}"'] if holder else []
    lines += [f'precedence = "{precedence}"'] if precedence else []
    return "\n[[annotations]]\n" + "\n".join(lines) + "\n"


def test_reuse_stars_match_no_slash_and_double_stars_do() -> None:
    assert not globs.reuse("*.wav").matches("deep/c.wav")
    assert globs.reuse("**.wav").matches("deep/c.wav")
    assert globs.reuse("**/c.wav").matches("c.wav")
    assert globs.reuse("deep/**").matches("deep/er/c.wav")
    assert globs.reuse("\\*.wav").matches("*.wav")
    assert not globs.reuse("\\*.wav").matches("a.wav")
    assert not globs.reuse("?.wav").matches("a.wav"), "REUSE knows stars only"


def test_of_rules_the_last_that_matches_counts_whether_plain_or_wild() -> None:
    given = (["a.wav", "*.wav"], ["b.wav"], ["a*"], ["c.wav"], ["c.*", r"\*.wav"])
    rules = globs.Rules([globs.debian(pattern) for pattern in patterns] for patterns in given)
    slow = [[globs.debian(pattern) for pattern in patterns] for patterns in given]
    for path in ("a.wav", "b.wav", "c.wav", "d.wav", "*.wav", "x"):
        matching = [number for number, patterns in enumerate(slow) if any(one.matches(path) for one in patterns)]
        assert rules.last(path) == (matching[-1] if matching else None)


def test_hostile_patterns_take_no_time() -> None:
    assert not globs.debian("*a" * 60 + "b").matches("a" * 3_000)
    assert globs.reuse("**/*a*a*a*a*a*a*a*a*a").matches("b/" + "a" * 300)


def test_the_sidecar_is_the_files_own_word_over_the_closest_table(folder: Path) -> None:
    write(folder, "REUSE.toml", "version = 1\n" + table("**", "MIT", holder="2020 Jane"))
    write(folder, "a.wav.license", "SPDX-License-Identifier: CC-BY-4.0\n")
    write(folder, "b.wav.license", "SPDX-FileCopyrightText: 2021 John\n")
    grants, _ = stated(folder)
    assert [(each.licence, each.holder) for each in grants["a.wav"]] == [("CC-BY-4.0", "Jane")]
    assert [(each.licence, each.holder) for each in grants["b.wav"]] == [("MIT", "John")]
    assert [(each.licence, each.holder) for each in grants["deep/c.wav"]] == [("MIT", "Jane")]
    write(folder, "a.wav.license", "SPDX-License-Identifier: Freeware\n")
    assert said(folder)["a.wav"] == [NO_ASSERTION], "a licence that is not known here is still the file's own word"


def test_aggregate_adds_and_override_replaces(folder: Path) -> None:
    write(folder, "a.wav.license", "SPDX-License-Identifier: CC-BY-4.0\n")
    write(folder, "REUSE.toml", "version = 1\n" + table("a.wav", "MIT", precedence="aggregate"))
    assert sorted(said(folder)["a.wav"]) == ["CC-BY-4.0", "MIT"]
    write(folder, "REUSE.toml", "version = 1\n" + table("a.wav", "MIT", precedence="override"))
    assert said(folder)["a.wav"] == ["MIT"]


def test_of_several_files_the_closest_counts_and_of_overrides_the_outermost(folder: Path) -> None:
    write(folder, "REUSE.toml", "version = 1\n" + table("**", "MIT"))
    write(folder, "deep/REUSE.toml", "version = 1\n" + table("**", "ISC"))
    assert said(folder)["deep/c.wav"] == ["ISC"]
    write(folder, "deep/REUSE.toml", "version = 1\n" + table("**", "ISC", precedence="override"))
    assert said(folder)["deep/c.wav"] == ["ISC"]
    write(folder, "REUSE.toml", "version = 1\n" + table("**", "MIT", precedence="override"))
    assert said(folder)["deep/c.wav"] == ["MIT"]


def test_the_last_table_of_a_file_that_covers_a_sound_counts_alone(folder: Path) -> None:
    write(folder, "REUSE.toml", "version = 1\n" + table("**", "MIT") + table("a.*", "ISC"))
    assert said(folder)["a.wav"] == ["ISC"]
    assert said(folder)["b.wav"] == ["MIT"]


def test_several_identifiers_hold_together_and_ignored_parts_do_not_count(folder: Path) -> None:
    write(folder, "a.wav.license", "SPDX-License-Identifier: MIT OR ISC\nSPDX-License-Identifier: CC-BY-4.0\n")
    write(
        folder,
        "b.wav.license",
        "SPDX-License-Identifier: MIT\nREUSE-IgnoreStart\nSPDX-License-Identifier: ISC\nREUSE-IgnoreEnd\n",
    )
    assert said(folder)["a.wav"] == ["(MIT OR ISC) AND CC-BY-4.0"]
    assert said(folder)["b.wav"] == ["MIT"]


def test_dep5_of_reuse_is_added_to_the_sidecar(folder: Path) -> None:
    write(folder, ".reuse/dep5", FORMAT + "Files: *\nCopyright: A\nLicense: MIT\n")
    write(folder, "a.wav.license", "SPDX-License-Identifier: CC-BY-4.0\n")
    assert sorted(said(folder)["a.wav"]) == ["CC-BY-4.0", "MIT"]
    assert said(folder)["deep/c.wav"] == ["MIT"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version = 1\n[[annotations", "is no TOML"),
        ("version = 1\n" + table("../x", "MIT"), "below its own folder"),
        ("version = 1\n" + table("**", "MIT", precedence="nearest"), "precedence is 'nearest'"),
        ("version = 1\n[[annotations]]\npath = 3\n", "path is neither a text"),
        ("version = 2\n" + table("x", "MIT"), "version is 2"),
    ],
)
def test_a_wrong_reuse_toml_is_noted(folder: Path, text: str, why: str) -> None:
    write(folder, "REUSE.toml", text)
    assert any(why in note for note in stated(folder)[1])


# texts

MIT_TEXT = """MIT License

Copyright (c) 2020 Jane

Permission is hereby granted, free of charge, to any person obtaining a copy, to deal in it without restriction, and so
on. IT IS PROVIDED "AS IS".
"""


def test_a_known_text_grants_for_its_folder_and_below_and_a_nearer_one_for_its_own(folder: Path) -> None:
    write(folder, "LICENSE", MIT_TEXT)
    write(folder, "deep/LICENCE.txt", "Creative Commons Zero 1.0 Universal\n")
    assert said(folder) == {"a.wav": ["MIT"], "b.wav": ["MIT"], "deep/c.wav": ["CC0-1.0"], "deep/d e.wav": ["CC0-1.0"]}


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("Apache-2.0", "Apache-2.0"),
        ("BSD", "BSD-3-Clause"),
        ("CC0-1.0", "CC0-1.0"),
        ("GPL-2", "GPL-2.0-only"),
        ("GPL-3", "GPL-3.0-only"),
        ("LGPL-2", "LGPL-2.0-only"),
        ("LGPL-2.1", "LGPL-2.1-only"),
        ("LGPL-3", "LGPL-3.0-only"),
        ("Artistic", None),
        ("MPL-2.0", None),
    ],
)
def test_the_texts_that_debian_ships_are_known_by_their_own_names(name: str, licence: str | None) -> None:
    path = Path("/usr/share/common-licenses") / name
    if not path.is_file():
        pytest.skip(f"no {path} here")
    assert known_text(path.read_text(encoding="utf-8", errors="replace")) == licence


def test_a_text_with_more_in_it_is_no_known_one() -> None:
    assert known_text(MIT_TEXT) == "MIT"
    assert known_text(MIT_TEXT + '\n"Commons Clause" License Condition v1.0\n') is None
    assert known_text(MIT_TEXT + "\nNot for non-commercial and other use.\n") is None
    assert known_text(MIT_TEXT + "\nThe voices: " + "ask their owners. " * 200) is None
    other = "Redistribution and use in source and binary forms are permitted. AS IS."
    assert known_text(MIT_TEXT + other) is None, "of two it is not said which is for the sounds"


def test_a_legal_code_of_creative_commons_is_known_by_its_title() -> None:
    filler = "The Licensor grants rights in the Licensed Material. They terminate automatically. " * 60
    assert known_text("Attribution-NonCommercial 4.0 International\n\n" + filler) == "CC-BY-NC-4.0"
    assert (
        known_text("Creative Commons Legal Code\n\nAttribution-ShareAlike 3.0 Unported\n\n" + filler) == "CC-BY-SA-3.0"
    )
    assert known_text("An essay on Attribution 4.0 International\n") is None


@pytest.mark.parametrize(
    "line", ["License: CC-BY-4.0", "**License:** CC BY 4.0", "license: cc-by-4.0", "ライセンス:CC BY 4.0"]
)
def test_a_readme_that_states_its_licence_in_a_line_of_its_own_grants_it(folder: Path, line: str) -> None:
    write(folder, "README.md", f"# Drums\n\n{line}\n")
    assert said(folder)["deep/c.wav"] == ["CC-BY-4.0"]


@pytest.mark.parametrize(
    "text",
    [
        "Some of these were under CC BY 4.0 once.\n",
        "License: CC-BY-4.0\n\nFor the voices:\n\nLicense: CC-BY-NC-4.0\n",
        "The code is MIT, see https://opensource.org/licenses/MIT for it\n",
    ],
)
def test_a_mention_grants_nothing_and_is_noted_as_suspected(folder: Path, text: str) -> None:
    write(folder, "README.md", text)
    grants, notes = stated(folder)
    assert not any(grants.values())
    assert any(note.startswith("suspected: README.md, line ") for note in notes)


MANY = 1 << 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LICENSE", "\n" * 3 * MANY),
        ("LICENSE", "License: " + "_" * MANY),
        ("README", "CC BY " * (MANY // 2)),
        ("README", "creativecommons.org/licenses/" * (MANY // 30)),
        ("copyright", FORMAT + "Files: " + "*a" * MANY + "\nLicense: MIT"),
        ("copyright", FORMAT + "Files: *\nLicense: " + " or " * (MANY // 4)),
        ("copyright", FORMAT + "Files: *\nLicense: " + "(MIT OR " * 1_000),
        ("a.wav.license", "SPDX-License-Identifier: x" + " \t" * MANY),
        ("REUSE.toml", 'version = 1\n[[annotations]]\nSPDX-License-Identifier = "MIT"\npath = "' + "*a" * MANY + '"\n'),
        ("REUSE.toml", "a=[" * 100_000),
        ("README", "x" * (5 * MANY)),
    ],
)
def test_hostile_files_end_soon_and_grant_nothing(folder: Path, name: str, text: str) -> None:
    write(folder, name, text)
    grants, _ = stated(folder)
    assert {grant.licence for each in grants.values() for grant in each} <= {NO_ASSERTION}


# Croissant


def test_croissant_gives_its_licence_and_its_wishes(folder: Path) -> None:
    described = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "sc:Dataset",
        "name": "drums",
        "license": ["https://creativecommons.org/licenses/by-nc/4.0/"],
        "creator": [{"@type": "Person", "name": "Jane"}],
        "usageInfo": [{"@type": "DefinedTerm", "name": "no synthesis of voices"}],
    }
    write(folder, "deep/croissant.json", json.dumps(described))
    clips = {clip.path: clip for clip in ledger_of(folder).clips}
    (grant,) = clips["deep/c.wav"].grants
    assert (grant.licence, grant.holder, grant.kind) == ("CC-BY-NC-4.0", "Jane", "croissant")
    assert clips["deep/c.wav"].wishes == (("croissant usageInfo", "no synthesis of voices"),)
    assert not clips["a.wav"].grants


@pytest.mark.parametrize(
    "text", ["{", "[" * 100_000, '{"@type": "Person", "license": "MIT"}', "null", '{"license": 3}']
)
def test_what_is_no_croissant_says_nothing(folder: Path, text: str) -> None:
    write(folder, "croissant.json", text)
    assert not any(stated(folder)[0].values())


def test_croissant_may_say_it_file_by_file(folder: Path) -> None:
    files = [
        {"@type": "cr:FileObject", "contentUrl": "c.wav", "license": "CC0-1.0"},
        {
            "@type": "cr:FileObject",
            "contentUrl": "d%20e.wav",
            "license": "https://creativecommons.org/licenses/by/4.0/",
        },
    ]
    described = {"@type": "sc:Dataset", "license": ["CC0-1.0", "CC-BY-4.0"], "distribution": files}
    write(folder, "deep/croissant.json", json.dumps(described))
    assert said(folder)["deep/c.wav"] == ["CC0-1.0"]
    assert said(folder)["deep/d e.wav"] == ["CC-BY-4.0"]
    write(folder, "deep/croissant.json", json.dumps({**described, "distribution": []}))
    grants, notes = stated(folder)
    assert not any(grants.values()), "of several it is not said which is whose"
    assert any("names CC0-1.0, CC-BY-4.0 for all files together" in note for note in notes)


# rights.toml

WHOLE = """version = 1

[[sounds]]
files = ["**"]
licence = "CC-BY-3.0-DE"
holder = "Jane Doe"
source = "https://example.com/kicks"
obtained = 2026-04-01
letter = "letters/jane.txt"

[[sounds]]
files = "deep/*"
terms = "amitaro"

[sounds.consent]
lamp = "given"
speaker = "Amitaro"
scope = ["train", "publish-weights"]
proof = "letters/consent.txt"
"""


def test_rights_toml_says_everything_with_the_hashes_of_the_letters(folder: Path) -> None:
    write(folder, "rights.toml", WHOLE)
    write(folder, "letters/jane.txt", "you may")
    write(folder, "letters/consent.txt", "I agree")
    clips = {clip.path: clip for clip in ledger_of(folder).clips}
    (grant,) = clips["a.wav"].grants
    assert (grant.licence, grant.holder, grant.source) == ("CC-BY-3.0-DE", "Jane Doe", "https://example.com/kicks")
    assert grant.obtained == "2026-04-01"
    assert hashlib.sha256(b"you may").hexdigest() in grant.proof.quote
    assert clips["a.wav"].consent.lamp == "unknown"
    spoken = clips["deep/c.wav"]
    assert [each.licence for each in spoken.grants] == ["LicenseRef-terms-amitaro"], "the last table counts alone"
    assert (spoken.consent.lamp, spoken.consent.speaker) == ("given", "Amitaro")
    assert spoken.consent.scope == ("train", "publish-weights")
    assert spoken.consent.proof is not None
    assert spoken.consent.proof.sha256 == hashlib.sha256(b"I agree").hexdigest()


def test_licence_and_consent_are_settled_apart(folder: Path) -> None:
    write(
        folder, "rights.toml", HEAD + 'licence = "MIT"\n[[sounds]]\nfiles = "a.wav"\n[sounds.consent]\nlamp = "none"\n'
    )
    write(folder, "deep/rights.toml", HEAD + 'licence = "CC0-1.0"\n')
    clips = {clip.path: clip for clip in ledger_of(folder).clips}
    assert [(each.licence, clips["a.wav"].consent.lamp) for each in clips["a.wav"].grants] == [("MIT", "none")]
    assert [(each.licence, clips["b.wav"].consent.lamp) for each in clips["b.wav"].grants] == [("MIT", "unknown")]
    assert [each.licence for each in clips["deep/c.wav"].grants] == ["CC0-1.0"]


HEAD = 'version = 1\n[[sounds]]\nfiles = "*"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version = 1\n[[sounds]\n", "is no TOML"),
        ('[[sounds]]\nfiles = "*"\nlicence = "MIT"\n', "version: field required"),
        ('version = 1\n[[sounds]]\nlicence = "MIT"\n', "sounds.1.files: field required"),
        (HEAD + 'license = "MIT"\n', "sounds.1.license: extra inputs"),
        (HEAD + 'licence = "CC BY"\n', "'CC BY' lacks its version"),
        (HEAD + 'licence = "free"\n', "'free' is no licence"),
        (HEAD + 'licence = "MIT"\nterms = "x"\n', "both licence and terms"),
        (HEAD, "neither licence, terms nor consent"),
        (HEAD + 'licence = "MIT"\nobtained = "yesterday"\n', "obtained"),
        (HEAD + 'licence = "MIT"\nletter = "gone.pdf"\n', "'gone.pdf' cannot be read"),
        (HEAD + 'licence = "MIT"\nletter = "../../etc/passwd"\n', "cannot be read"),
        (HEAD + '[sounds.consent]\nlamp = "yes"\n', "consent.lamp"),
        (HEAD + '[sounds.consent]\nlamp = "given"\nscope = ["trian"]\n', "unknown act"),
        (HEAD + 'overrules = "x"\n[sounds.consent]\nlamp = "none"\n', "overrules needs a licence"),
        ("version = 1\nsounds = 3\n", "sounds"),
    ],
)
def test_a_wrong_rights_toml_is_told_with_its_place(folder: Path, text: str, why: str) -> None:
    write(folder, "rights.toml", text)
    with pytest.raises(UserError) as told:
        ledger_of(folder)
    message = str(told.value.args[0])
    assert why in message
    assert "rights.toml" in message
    assert "\n" not in message
    assert told.value.hint


def test_a_pattern_that_matches_nothing_is_noted(folder: Path) -> None:
    write(folder, "rights.toml", 'version = 1\n[[sounds]]\nfiles = "kick*"\nlicence = "MIT"\n')
    assert ledger_of(folder).notes == ("rights.toml, sounds 1: no sound matches kick*",)
