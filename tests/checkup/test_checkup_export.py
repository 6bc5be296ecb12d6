"""Findings for machines: what is written is valid, complete, and runs nothing."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from said_samples import ALL, FEW, NASTY, any_findings

from ganbaru.checkup.export import sarif, summary, to_tensorboard
from ganbaru.checkup.export.summary import escaped
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import MEANING

SCHEMA = json.loads(files("ganbaru.checkup").joinpath("findings.schema.json").read_text(encoding="utf-8"))
_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "null": type(None), "integer": int}


def valid(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is as a JSON Schema has it; knows the words that ours uses, and no others."""
    known = {"type", "enum", "const", "anyOf", "$ref", "items", "properties", "required", "additionalProperties"}
    assert set(schema) <= known | {"$schema", "$defs", "title", "description"}
    if "$ref" in schema:
        return valid(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return any(valid(value, each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return any(value == each and type(value) is type(each) for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if "type" in schema and (not isinstance(value, _TYPES[schema["type"]]) or isinstance(value, bool)):
        return False
    if isinstance(value, list):
        return all(valid(item, schema.get("items", {})) for item in value)
    return not isinstance(value, dict) or _valid_object(value, schema)


def _valid_object(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    others = schema.get("additionalProperties", {})
    return set(schema.get("required", ())) <= set(value) and all(
        valid(item, schema["properties"][key])
        if key in schema.get("properties", {})
        else others is not False and valid(item, others)
        for key, item in value.items()
    )


@FEW
@given(any_findings)
def test_what_is_written_is_as_the_schema_has_it(findings: Findings) -> None:
    assert valid(json.loads(json.dumps(findings.to_json())), SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [{"schema": "ganbaru.findings/2"}, {"findings": [{}]}, {"findings": 3}, {"more": 1}, {"notes": [1]}],
)
def test_the_schema_refuses_what_is_otherwise(wrong: dict[str, Any]) -> None:
    assert not valid(ALL.to_json() | wrong, SCHEMA)


def test_the_schema_knows_every_cause_and_every_field() -> None:
    held = SCHEMA["$defs"]["finding"]["properties"]
    assert held["cause"]["enum"] == list(MEANING)
    assert set(held) == set(Finding("clipped", "fine").to_json())


def test_sarif_has_what_the_standard_requires() -> None:
    log = sarif(ALL, path="sounds")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(MEANING)
    for result in run["results"]:
        assert result["message"]["text"]
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert {result["ruleId"]: result["level"] for result in run["results"]} == {
        "clip-too-large": "error",
        "exploding-gradient": "note",
        "clipped": "warning",
    }
    (note,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert note["associatedRule"]["id"] == "known-domain-failed"


def test_sarif_points_at_the_file_concerned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my run").mkdir()
    (tmp_path / "my run/metrics.jsonl").write_text("")
    root, _, of_files = sarif(ALL, path="my run")["runs"][0]["results"]
    assert _uris(root) == ["my%20run/metrics.jsonl"]
    assert [unquote(uri) for uri in _uris(of_files)] == ["my run/a.wav", "my run/b\n.wav"]
    outside = sarif(ALL, path="/elsewhere")["runs"][0]["results"][0]
    assert _uris(outside) == ["file:///elsewhere"]


def _uris(result: dict[str, Any]) -> list[str]:
    return [place["physicalLocation"]["artifactLocation"]["uri"] for place in result["locations"]]


@FEW
@given(any_findings)
def test_sarif_is_json_whatever_was_found(findings: Findings) -> None:
    assert json.loads(json.dumps(sarif(findings, path="x"), allow_nan=False))["runs"]


@FEW
@given(any_findings)
def test_a_summary_is_a_table_whose_cells_hold_only_text(findings: Findings) -> None:
    text = summary(findings)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.count("|") == 7 for line in rows)
    assert not set(re.findall(r"<[^>]*>", text)) - {"<details>", "</details>", "<summary>", "</summary>"}
    assert text.isprintable() or set(text) >= {"\n"}
    assert "](" not in text


def test_markdown_takes_the_text_of_others_for_text() -> None:
    said = escaped(NASTY)
    for sign in "<>|`*_[]@\n\x1b":
        assert sign not in said
    assert "://" not in said
    assert "#1" not in said.replace("&#1", "")
    assert escaped("plain words, 3 %") == "plain words, 3 %"


def test_findings_are_read_back_from_tensorboard(tmp_path: Path) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    to_tensorboard(ALL, tmp_path)
    (file,) = tmp_path.iterdir()
    values = {
        value.tag: (event.step, value.tensor.string_val[0].decode())
        for event in reader.LegacyEventFileLoader(str(file)).Load()
        for value in event.summary.value
    }
    assert set(values) == {
        f"checkup{tag}/text_summary" for tag in ("", "/clip-too-large", "/exploding-gradient", "/clipped")
    }
    step, text = values["checkup/clip-too-large/text_summary"]
    assert step == 1200
    assert "9.6 times the bound" in text
