"""Words for the draft, in English and Japanese: names of acts, answers and kinds, and how numbers are said."""

from collections.abc import Mapping, Sequence
from typing import Any

from ganbaru.rights.picture import Picture
from ganbaru.rights.said import Text

ACT_NAMES = {
    "measure": Text("measuring", "測定"),
    "train": Text("training", "学習"),
    "convert": Text("voice conversion", "音声変換"),
    "merge": Text("merging models", "モデルのマージ"),
    "publish-weights": Text("publishing the weights", "重みの公開"),
    "publish-sounds": Text("publishing generated sounds", "生成音の公開"),
    "sell-sounds": Text("selling generated sounds", "生成音の販売"),
    "redistribute-clips": Text("redistributing the clips", "元の音声の再配布"),
    "imitate": Text("imitating an identifiable person", "特定の人物の模倣"),
}
ANSWER_NAMES = {
    "allowed": Text("allowed", "可"),
    "allowed with duties": Text("allowed, with duties", "条件付きで可"),
    "ask": Text("ask", "要確認"),
    "refused": Text("refused", "不可"),
}
ACTOR_NAMES = {
    "person": Text("a private person", "個人"),
    "firm": Text("a firm", "法人"),
    "research": Text("a research body", "研究機関"),
}
CONDITION_NAMES = {
    "commercial": Text("whether money is meant to be made", "営利かどうか"),
    "changed": Text("whether the clips were altered", "音声に手を加えたかどうか"),
    "advertising": Text("whether it advertises something", "広告に使うかどうか"),
}
LAMP_NAMES = {
    "given": Text("has agreed", "同意あり"),
    "refused": Text("has refused", "拒否"),
    "unknown": Text("not known", "不明"),
    "none": Text("nobody speaks or sings", "人の声なし"),
}
DUTY_NAMES = {
    "credit": Text("credit", "表示"),
    "notice": Text("notice", "文面の添付"),
    "share-alike": Text("share-alike", "継承"),
    "non-commercial": Text("noncommercial", "非営利"),
    "forbidden-use": Text("forbidden use", "禁止事項"),
    "terms": Text("terms", "規約の引き継ぎ"),
    "permission": Text("permission", "許諾"),
}
_KINDS = {
    "rights.toml": Text("the user's rights.toml", "利用者の書いた rights.toml"),
    "sidecar": Text("files beside the sounds", "音声に添えられたファイル"),
    "reuse": Text("REUSE.toml", "REUSE.toml"),
    "debian": Text("a Debian copyright file", "Debian形式の copyright ファイル"),
    "tag": Text("tags inside the sounds", "音声内のタグ"),
    "text": Text("texts such as a README", "READMEなどの文書"),
    "croissant": Text("Croissant metadata", "Croissantのメタデータ"),
    "c2pa": Text("C2PA manifests", "C2PAのマニフェスト"),
    "recipe": Text("the recipe of the program that made them", "合成したプログラムの記録"),
}
_PHRASES = {
    "aim": Text(", and the result is meant to resemble it", "。結果をそれに似せることが目的です"),
    "not measured": Text("not measured", "測定していません"),
    "memorisation unmeasured": Text(
        "Memorisation was not measured for this model.", "このモデルでは、記憶の程度を測定していません。"
    ),
    "memorisation above": Text(
        "{figure} of generated sounds lie suspiciously near a training sound, which is more than chance explains.",
        "生成音のうち学習音声に不自然に近いものの割合が{figure}で、偶然では説明できない高さです。",
    ),
    "nowhere": Text("no file at all", "存在しないファイル"),
    "without": Text("; nothing is stated of {count}", "。{count}には記載がありません"),
    "heard": Text("People are heard in {count}", "{count}に人の声が入っており"),
    "heard perhaps": Text(
        "Whether anybody is heard is not stated of {count}", "{count}に人の声が入っているかは記載がなく"
    ),
}


def say(phrase: str, lang: str, **places: object) -> str:
    """A phrase with its places filled."""
    return _PHRASES[phrase].say(lang).format(**places)


def act_name(act: str, lang: str) -> str:
    """What an act is called."""
    return ACT_NAMES[act].say(lang)


def kind_name(kind: str, lang: str) -> str:
    """Where statements of that kind stand."""
    return _KINDS[kind].say(lang)


def listed(names: Sequence[str], lang: str) -> str:
    """One after another: "a, b and c"; in Japanese with 、 between them."""
    if lang == "ja":
        return "、".join(names)
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def percent(share: float) -> str:
    """A share of all; small ones with one digit more."""
    return f"{share:.0%}" if share >= 0.1 or share == 0 else f"{share:.1%}"


def count(number: int, picture: Picture, lang: str) -> str:
    """So many of all clips."""
    whole = len(picture.ledger.clips)
    if number == whole:
        alone = "この1点" if lang == "ja" else "the one clip"
        return alone if whole == 1 else (f"全{whole:,}点" if lang == "ja" else f"all {whole:,} clips")
    if lang == "ja":
        return f"{whole:,}点中{number:,}点"
    return f"{number:,} of {whole:,} clips"


def estimate(figure: Mapping[str, Any]) -> str:
    """A measured share with its interval."""
    return f"{figure['value']:.1%} [{figure['low']:.1%}, {figure['high']:.1%}]"
