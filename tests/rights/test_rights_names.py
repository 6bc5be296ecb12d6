"""From words and addresses to licences: with version and port, or not at all."""

import subprocess
import sys

import pytest

from ganbaru.rights.expressions import NO_ASSERTION, alternatives, canonical, leaves, same
from ganbaru.rights.names import (
    ALL_RIGHTS_RESERVED,
    PUBLIC_DOMAIN,
    SAMPLING_PLUS,
    CreativeCommons,
    creative_commons,
    forbids_commerce,
    from_address,
    licence_of,
    notice,
    same_holder,
)


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-sa-3.0", "CC-BY-SA-3.0"),
        ("CC BY-NC-SA 3.0 DE", "CC-BY-NC-SA-3.0-DE"),
        ("CC-BY-SA-2.1-JP", "CC-BY-SA-2.1-JP"),
        ("http://creativecommons.org/licenses/by/3.0/de/deed.ja", "CC-BY-3.0-DE"),
        ("https://creativecommons.org/licenses/by/4.0/deed.ja", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc/2.1/jp/", "LicenseRef-CC-BY-NC-2.1-JP"),
        ("http://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        ("http://creativecommons.org/licenses/sampling+/1.0/", SAMPLING_PLUS),
        ("https://creativecommons.org/publicdomain/mark/1.0/", PUBLIC_DOMAIN),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("This work is licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)", "CC-BY-4.0"),
        ("CC BY (https://creativecommons.org/licenses/by/4.0/)", "CC-BY-4.0"),
        ("CC BY 3.0 IGO", "CC-BY-3.0-IGO"),
        ("CC BY 3.0 igo", "CC-BY-3.0-IGO"),
        ("CC BY-NC 2.1 JP", "LicenseRef-CC-BY-NC-2.1-JP"),
        ("Creative Commons Attribution-NonCommercial 4.0 International License", "CC-BY-NC-4.0"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("GPL-2+", "GPL-2.0-or-later"),
        ("Expat", "MIT"),
        ("MIT OR cc-by-3.0-de", "MIT OR CC-BY-3.0-DE"),
        ("All rights reserved.", ALL_RIGHTS_RESERVED),
        ("https://spdx.org/licenses/OFL-1.1.html", "OFL-1.1"),
    ],
)
def test_what_names_one_licence_is_that_licence(said: str, licence: str) -> None:
    assert licence_of(said) == licence


@pytest.mark.parametrize(
    "said",
    [
        "not CC BY 4.0",
        "CC BY 3.0 not",
        "CC BY 4.0 NOT",
        "CC BY-NC (https://creativecommons.org/licenses/by/4.0/)",
        "CC BY-NC, see http://creativecommons.org/licenses/by-sa/3.0/",
        "CC BY 4.0 or CC BY-SA 4.0, ask me",
        "free for non-commercial use",
        "https://example.com/terms",
        "CC BY 4.0 except for the voice",
        "see README",
        "",
        "x" * 5_000,
        "MIT AND (",
    ],
)
def test_what_does_not_name_one_licence_is_none(said: str) -> None:
    assert licence_of(said) is None


@pytest.mark.parametrize("said", ["CC-BY", "Creative Commons BY-NC", "https://creativecommons.org/licenses/by/"])
def test_creative_commons_without_a_version_is_no_licence(said: str) -> None:
    assert licence_of(said) == NO_ASSERTION


def test_parts_of_creative_commons() -> None:
    assert creative_commons("CC-BY-NC-SA-3.0-DE") == CreativeCommons("BY-NC-SA", "3.0", "DE")
    assert creative_commons("LicenseRef-CC-BY-2.1-JP") == CreativeCommons("BY", "2.1", "JP")
    assert creative_commons("CC0-1.0") is None


def test_an_address_of_anything_else_is_no_licence() -> None:
    assert from_address("https://creativecommons.org/about/") is None
    assert from_address("https://evil.example/creativecommons.org/licenses/by/4.0/") is None


def test_notices_are_taken_apart() -> None:
    embedded = (
        "2004 Jane Doe. Licensed to the public under http://creativecommons.org/licenses/by/2.0/ "
        "verify at http://example.com/jane"
    )
    assert notice(embedded) == ("CC-BY-2.0", "Jane Doe")
    assert notice("© 2012 Foo Bar. All rights reserved.") == (ALL_RIGHTS_RESERVED, "Foo Bar")
    assert notice("Copyright (c) 2013, 2015-2017 太鼓工房") == (NO_ASSERTION, "太鼓工房")
    assert notice("© Jane. Licensed under my own terms") == (NO_ASSERTION, "Jane")


def test_holders_are_compared_by_their_words() -> None:
    assert same_holder("2013 EKVelika", "(c) EKVelika <a@example.com>")
    assert same_holder("Doe, Jane", "Jane Doe")
    assert not same_holder("Jane Doe", "John Doe")


def test_commerce_is_forbidden_only_where_no_choice_allows_it() -> None:
    assert forbids_commerce("CC-BY-NC-4.0")
    assert forbids_commerce(SAMPLING_PLUS)
    assert forbids_commerce("MIT AND CC-BY-NC-4.0")
    assert not forbids_commerce("MIT OR CC-BY-NC-4.0")
    assert not forbids_commerce("CC-BY-SA-4.0")


def test_expressions_are_taken_apart() -> None:
    assert alternatives("MIT AND (CC0-1.0 OR ISC)") == [("MIT", "CC0-1.0"), ("MIT", "ISC")]
    assert alternatives("MIT OR ISC AND CC0-1.0") == [("MIT",), ("ISC", "CC0-1.0")]
    assert leaves("(MIT OR ISC) AND MIT") == ["MIT", "ISC"]
    assert same("MIT AND ISC", "ISC AND MIT")
    assert not same("MIT AND ISC", "ISC OR MIT")


@pytest.mark.parametrize(
    "wrong", ["", "MIT AND", "MIT ISC", "(MIT", "MIT)", "(" * 400 + "MIT" + ")" * 400, "MIT WITH", "Nonsense-1.0"]
)
def test_what_is_no_expression_is_told(wrong: str) -> None:
    assert canonical(wrong) is None


def test_an_expression_with_very_many_alternatives_is_none() -> None:
    assert canonical(" AND ".join(["(MIT OR ISC)"] * 30)) is not None, "equal alternatives are one"
    pairs = [f"(LicenseRef-{number}a OR LicenseRef-{number}b)" for number in range(12)]
    assert canonical(" AND ".join(pairs)) is None


def test_without_the_optional_package_common_licences_are_known_and_it_is_said() -> None:
    code = """
import sys
sys.modules["license_expression"] = None
from ganbaru.rights.expressions import canonical, complete
print(canonical("cc-by-3.0-de OR mit"), canonical("CC-BY-NC-ND-2.5"), canonical("Zimbra-1.4"), complete())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "CC-BY-3.0-DE OR MIT CC-BY-NC-ND-2.5 None False"
