"""Tags inside sounds: read in every format, written in five, and never a crash on files that lie."""

import base64
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from righted_sounds import KINDS, ledger_of, put, samples, sound

from ganbaru.errors import UserError
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Proof
from ganbaru.rights.reading import c2pa, tagged
from ganbaru.rights.reading.tags import Field, read_tags
from ganbaru.rights.reading.tags.window import LARGEST
from ganbaru.rights.writing import FORMATS, Statement, with_tags
from ganbaru.rights.writing.vorbis import checksum

SAID = Statement("CC-BY-3.0-DE", "© 2026 太鼓工房", "a remark", "ganbaru 1")
PROOF = Proof("a", "", "0" * 64, "2026-11-30")


def fields(data: bytes, folder: Path, name: str = "a.bin") -> dict[str, str]:
    (folder / name).write_bytes(data)
    tags = read_tags(folder / name)
    assert not tags.broken, tags
    return {field.name: field.value for field in tags.fields}


@pytest.mark.parametrize("kind", KINDS)
def test_tags_come_back_and_the_sound_is_untouched(kind: str, tmp_path: Path) -> None:
    plain = sound(kind)
    written = with_tags(plain, kind, SAID)
    assert np.array_equal(samples(written), samples(plain))
    found = fields(written, tmp_path)
    for words in (SAID.licence, SAID.copyright, SAID.comment):
        assert words in found.values()
    assert with_tags(written, kind, SAID) == written, "written once more they are the same"
    other = fields(with_tags(written, kind, Statement(licence="CC0-1.0")), tmp_path)
    assert "CC0-1.0" in other.values()
    assert SAID.licence not in other.values()


def test_a_ledger_reads_what_was_written(tmp_path: Path) -> None:
    for kind in KINDS:
        (tmp_path / f"a.{kind}").write_bytes(with_tags(sound(kind), kind, SAID))
    for clip in ledger_of(tmp_path).clips:
        assert {grant.licence for grant in clip.grants} == {"CC-BY-3.0-DE"}
        assert {grant.holder for grant in clip.grants} == {"太鼓工房"}
        assert clip.seconds == pytest.approx(0.1, abs=0.05)


def test_opus_is_tagged_too_and_long_comments_cross_pages(tmp_path: Path) -> None:
    plain = sound("ogg", subtype="OPUS")
    long = Statement("CC0-1.0", "© Jane", "x" * 150_000)
    written = with_tags(plain, "ogg", long)
    assert np.array_equal(samples(written), samples(plain))
    assert fields(written, tmp_path)["Vorbis LICENSE"] == "CC0-1.0"
    shorter = with_tags(written, "ogg", Statement("CC0-1.0", "© Jane", "x"))
    assert len(shorter) < len(written) - 140_000
    assert np.array_equal(samples(shorter), samples(plain))


def test_the_checksum_of_ogg_is_that_of_a_page_that_libsndfile_wrote() -> None:
    data = sound("ogg")
    end = 27 + data[26] + sum(data[27 : 27 + data[26]])
    page = data[:22] + b"\0" * 4 + data[26:end]
    assert checksum(page) == int.from_bytes(data[22:26], "little")


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_such_file_is_not_written(kind: str) -> None:
    other = sound("flac" if kind == "wav" else "wav")
    for data in (b"", b"x" * 50, other, sound(kind)[:40]):
        if kind == "mp3" and data == sound(kind)[:40]:
            continue  # a whole frame's head is all that an MP3 file needs
        with pytest.raises(UserError):
            with_tags(data, kind, SAID)


def id3(version: int, *frames: bytes, flags: int = 0) -> bytes:
    content = b"".join(frames)
    length = bytes(len(content) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + length + content


def frame(name: str, content: bytes, version: int = 3) -> bytes:
    if version == 2:
        return name.encode() + len(content).to_bytes(3, "big") + content
    size = len(content)
    length = bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) if version == 4 else size.to_bytes(4, "big")
    return name.encode() + length + b"\0\0" + content


def test_id3_of_every_version(tmp_path: Path) -> None:
    body = sound("mp3")
    second = id3(2, frame("TCR", b"\0" + b"2010 Jane", 2), frame("WCP", b"https://example.com/terms", 2))
    assert fields(second + body, tmp_path) == {"ID3 TCOP": "2010 Jane", "ID3 WCOP": "https://example.com/terms"}
    third = id3(
        3,
        frame("TCOP", b"\x01" + "2010 太鼓".encode("utf-16")),
        frame("TXXX", b"\0License\0CC0-1.0"),
        frame("USER", b"\0engCC BY 4.0"),
        frame("WOAF", b"https://example.com/a\0garbage"),
    )
    assert fields(third + body, tmp_path) == {
        "ID3 TCOP": "2010 太鼓",
        "ID3 TXXX:License": "CC0-1.0",
        "ID3 USER": "CC BY 4.0",
        "ID3 WOAF": "https://example.com/a",
    }
    fourth = id3(4, frame("TCOP", b"\x03" + "2010 太鼓".encode() + b"x" * 200, 4))
    assert fields(fourth + body, tmp_path)["ID3 TCOP"].startswith("2010 太鼓x")


@pytest.mark.parametrize("version", [3, 4])
def test_what_stands_behind_a_large_picture_is_read(version: int, tmp_path: Path) -> None:
    frames = frame("APIC", bytes(LARGEST + 5), version), frame("TCOP", b"\0Jane", version)
    assert fields(id3(version, *frames) + sound("mp3"), tmp_path) == {"ID3 TCOP": "Jane"}


def test_id3_unsynchronised_and_packed_frames(tmp_path: Path) -> None:
    body = sound("mp3")
    plain = frame("TCOP", b"\0ab\xffcd").replace(b"\xff", b"\xff\x00")
    assert fields(id3(3, plain, flags=128) + body, tmp_path)["ID3 TCOP"] == "abÿcd"
    packed = b"TCOP" + (8).to_bytes(4, "big") + b"\0\x80" + b"\0packed!"
    assert fields(id3(3, packed, frame("WCOP", b"http://x")) + body, tmp_path) == {"ID3 WCOP": "http://x"}


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    plain = sound("wav")
    extra = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(plain) - 8 + len(extra)) + plain[8:] + extra


XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:cc="http://creativecommons.org/ns#">
<rdf:Description xmpRights:WebStatement="https://creativecommons.org/licenses/by/4.0/">
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2020 Jane</rdf:li></rdf:Alt></dc:rights>
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def test_xmp_ixml_and_id3_in_wav(tmp_path: Path) -> None:
    ixml = b"<BWFXML><NOTE>CC0</NOTE><USER><LICENSE>CC0-1.0</LICENSE></USER></BWFXML>"
    tag = id3(3, frame("TCOP", b"\0Joan"))
    found = fields(riff((b"_PMX", XMP.encode()), (b"iXML", ixml), (b"id3 ", tag)), tmp_path)
    assert found == {
        "XMP xmpRights:WebStatement": "https://creativecommons.org/licenses/by/4.0/",
        "XMP dc:rights": "© 2020 Jane",
        "XMP cc:license": "https://creativecommons.org/licenses/by/4.0/",
        "iXML NOTE": "CC0",
        "iXML LICENSE": "CC0-1.0",
        "ID3 TCOP": "Joan",
    }


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" * 5_000,
        "<a",
        "",
        "\0" * 50,
        "<a>" + "<b/>" * 50_000 + "</a>",
    ],
)
@pytest.mark.parametrize("name", [b"_PMX", b"iXML"])
def test_hostile_xml_is_told_and_not_expanded(tmp_path: Path, name: bytes, xml: str) -> None:
    (tmp_path / "a.wav").write_bytes(riff((name, xml.encode())))
    tags = read_tags(tmp_path / "a.wav")
    assert tags.broken
    assert not tags.fields


def test_damaged_tags_are_noted_and_the_rest_goes_on(tmp_path: Path) -> None:
    put(tmp_path / "a.wav", licence="CC0-1.0")
    (tmp_path / "b.wav").write_bytes(riff((b"iXML", BOMB.encode())))
    ledger = ledger_of(tmp_path)
    (note,) = ledger.notes
    assert note.startswith("b.wav: its tags are damaged")
    assert ledger.unknown == ("b.wav",)


SIGNED = Path(__file__).parent / "data" / "signed.mp3"
"""A sound of ours, signed by c2pa-python 0.38.1 with a certificate made for it, that asks not to be trained on."""


def test_a_manifest_of_c2pa_is_read_or_it_is_said_that_it_was_not(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(riff((b"C2PA", b"\0\0\0\x20jumb" + b"\0" * 40)))
    (tmp_path / "b.mp3").write_bytes(SIGNED.read_bytes())
    ledger = ledger_of(tmp_path)
    torn, signed = ledger.clips
    assert torn.wishes == (("C2PA", "a manifest is there; it was not looked at"),)
    assert any(note.startswith("a.wav: holds a C2PA manifest, which was not looked at") for note in ledger.notes)
    if c2pa.installed():
        assert dict(signed.wishes)["C2PA cawg.ai_generative_training"] == "notAllowed, signed by Test Leaf"
    else:
        assert signed.wishes == torn.wishes
    assert not any(clip.grants for clip in ledger.clips), "a wish is no licence"


def test_the_wishes_of_a_manifest() -> None:
    store = {
        "active_manifest": "urn:c2pa:1",
        "manifests": {
            "urn:c2pa:1": {
                "assertions": [
                    {"label": "c2pa.actions.v2", "data": {"actions": []}},
                    {
                        "label": "cawg.training-mining",
                        "data": {
                            "entries": {
                                "cawg.ai_generative_training": {"use": "notAllowed"},
                                "cawg.data_mining": {"use": "constrained", "constraint_info": "ask me"},
                            }
                        },
                    },
                ],
                "signature_info": {"common_name": "Jane"},
            },
            "urn:c2pa:0": {
                "assertions": [{"label": "c2pa.training-mining", "data": {"entries": {"x": {"use": "allowed"}}}}]
            },
        },
    }
    assert list(c2pa.asserted(store)) == [
        ("C2PA cawg.ai_generative_training", "notAllowed, signed by Jane"),
        ("C2PA cawg.data_mining", "constrained (ask me), signed by Jane"),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        [],
        {},
        {"active_manifest": []},
        {"active_manifest": "a", "manifests": {"a": {"assertions": [1, None, {}]}}},
    ],
)
def test_manifests_of_another_shape_wish_nothing(odd: object) -> None:
    assert list(c2pa.asserted(odd)) == []


def test_which_fields_state_what() -> None:
    def grants(*pairs: tuple[str, str]) -> list[tuple[str, str, str]]:
        found = tagged.grants(tuple(Field(*pair) for pair in pairs), PROOF)
        return [(grant.licence, grant.holder, grant.proof.place) for grant in found]

    assert grants(("RIFF ICMT", "recorded in my kitchen")) == []
    assert grants(("RIFF ICMT", "CC0")) == [("CC0-1.0", "", "RIFF ICMT")]
    assert grants(("ID3 COMM", "I like CC0 and bread")) == []
    assert grants(("ID3 TCOP", "2010 Jane"), ("ID3 WCOP", "https://creativecommons.org/licenses/by/4.0/")) == [
        ("CC-BY-4.0", "Jane", "ID3 WCOP")
    ]
    assert grants(("Vorbis COPYRIGHT", "2010 Jane")) == [(NO_ASSERTION, "Jane", "Vorbis COPYRIGHT")]
    assert grants(("ID3 WCOP", "https://example.com/terms")) == [(NO_ASSERTION, "", "ID3 WCOP")]
    assert grants(("Vorbis LICENSE", "CC0-1.0"), ("Vorbis LICENSE", "CC-BY-NC-4.0")) == [
        ("CC0-1.0", "", "Vorbis LICENSE"),
        ("CC-BY-NC-4.0", "", "Vorbis LICENSE"),
    ]


def test_no_tag_says_nothing_and_surely_not_public_domain(tmp_path: Path) -> None:
    put(tmp_path / "a.mp3")
    ledger = ledger_of(tmp_path)
    assert ledger.clips[0].grants == ()
    assert ledger.unknown == ("a.mp3",)


def seeds() -> list[bytes]:
    """Files with every sort of tag."""
    ixml = b"<BWFXML><NOTE>CC0</NOTE></BWFXML>"
    picture = base64.b64encode(b"x" * 3_000).decode()
    made = [with_tags(sound(kind), kind, SAID) for kind in KINDS]
    made.append(riff((b"_PMX", XMP.encode()), (b"iXML", ixml), (b"id3 ", id3(3, frame("TCOP", b"\0Joan")))))
    made.append(id3(2, frame("TCR", b"\0Jane", 2)) + sound("mp3"))
    made.append(id3(4, frame("TXXX", b"\x01" + "License\0CC0".encode("utf-16"), 4), flags=64) + sound("flac"))
    made.append(with_tags(sound("ogg", subtype="OPUS"), "ogg", Statement(comment=picture)))
    return made


def hurt(data: bytes, rng: np.random.Generator) -> bytes:
    """One to four bytes changed, a length set to an extreme, a piece cut out, doubled, or the end cut off."""
    bent = bytearray(data)
    for _ in range(int(rng.integers(1, 5)) if bent else 0):
        at = int(rng.integers(min(len(bent), 600) if rng.random() < 0.7 else len(bent)))
        way = int(rng.integers(6))
        if way == 0:
            bent[at] ^= 1 << int(rng.integers(8))
        elif way == 1:
            bent[at] = int(rng.integers(256))
        elif way == 2:
            bent[at : at + 4] = struct.pack(
                "<I" if rng.random() < 0.5 else ">I", int(rng.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
            )
        elif way == 3:
            del bent[at + 1 : at + int(rng.integers(1, 200))]
        elif way == 4:
            bent[at:at] = bent[at : at + int(rng.integers(1, 200))]
        else:
            del bent[max(at, 1) :]
    return bytes(bent)


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_mutated_files_each_are_read_and_written_without_a_crash(seed: int, tmp_path: Path) -> None:
    rng, whole = np.random.default_rng(seed), seeds()
    for number in range(100):
        path = tmp_path / "a.bin"
        path.write_bytes(hurt(whole[number % len(whole)], rng))
        tags = read_tags(path)
        assert len(tags.fields) <= 512
        assert all(len(field.value) <= 20_000 for field in tags.fields)
        list(tagged.grants(tags.fields, PROOF))
        list(tagged.wishes(tags.fields))
        for kind in FORMATS:
            with suppress(UserError):  # what is torn is refused, and nothing else goes wrong
                with_tags(path.read_bytes(), kind, SAID)
