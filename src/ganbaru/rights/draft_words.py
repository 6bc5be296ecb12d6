"""The sentences of the draft for an expert, in both languages; names in braces are filled in."""

from ganbaru.rights.said import Text

WORDS = {
    "title": Text("# Questions to an expert: {name}", "# 専門家への質問(草案): {name}"),
    "opening": Text(
        "A draft: the facts of this project as its own files state them on {day}, and the questions that follow from "
        "them. It holds no legal opinion.",
        "これは草案です。{day}の時点でこのプロジェクトのファイルに記録されている事実と、そこから生じる質問を"
        "まとめました。法的な意見は含みません。",
    ),
    "facts": Text("## 1. The facts", "## 1. 事実関係"),
    "sounds": Text("### Sounds", "### 音声"),
    "amount": Text("There are {clips} clips{length}.", "音声は{clips}点です{length}。"),
    "one": Text("There is one clip{length}.", "音声は1点です{length}。"),
    "program": Text(" All that {program} said is counted as one.", "{program}の合成音は、まとめて1点と数えています。"),
    "length": Text(", {seconds} of sound", "。長さは合計{seconds}です"),
    "length of some": Text(
        ", {seconds} of sound in the {known} whose length is known", "。長さの分かる{known}点の合計は{seconds}です"
    ),
    "licences head": Text(
        "| licence or terms | clips | share | read in |\n| --- | ---: | ---: | --- |",
        "| ライセンス・規約 | 点数 | 割合 | 記載の場所 |\n| --- | ---: | ---: | --- |",
    ),
    "nothing stated": Text("nothing is stated", "記載なし"),
    "not known": Text("terms that name no known licence", "既知のライセンスを示さない記載"),
    "holders": Text(
        "- Rights are said to be held by: {names}.", "- 権利者として記載されているのは次のとおりです: {names}"
    ),
    "origins": Text("- They came from: {names}.", "- 入手元: {names}"),
    "no origins": Text("- Where they came from is not stated.", "- 入手元の記載はありません。"),
    "obtained": Text("- They were obtained between {first} and {last}.", "- 入手した時期: {first}から{last}まで"),
    "obtained on": Text("- They were obtained on {first}.", "- 入手した日: {first}"),
    "not obtained": Text("- When they were obtained is not stated.", "- 入手した日の記載はありません。"),
    "contradictions": Text(
        "- What is stated of {count} contradicts itself:",
        "- {count}で、次のとおり記載が食い違っています。",
    ),
    "unknown": Text("- Nothing is stated of {count}: {paths}.", "- {count}には何の記載もありません: {paths}"),
    "signals": Text("- Signals that are no licences: {names}.", "- ライセンスではない意思表示: {names}"),
    "notes": Text("- Noted while reading:", "- 読み取りの際の記録(原文のまま):"),
    "people": Text("### People who are heard", "### 声の主"),
    "people apart": Text(
        "Consent is recorded apart from any licence, and neither stands for the other.",
        "同意はライセンスとは別に記録しており、一方が他方の代わりになることはありません。",
    ),
    "lamp": Text("- {lamp}: {count}{speakers}", "- {lamp}: {count}{speakers}"),
    "speakers": Text(" ({names})", "({names})"),
    "consent read": Text("; read in {places}", "。記載の場所は{places}"),
    "consent scope": Text("; for {acts}", "。対象は{acts}"),
    "training": Text("### Training", "### 学習"),
    "not trained": Text("Nothing was trained on these sounds yet.", "この音声を使った学習は、まだ行っていません。"),
    "trained": Text(
        "A generator of sound was trained from {day} on: objective {objective}, representation {representation}, "
        "{steps} steps of {batch} sounds, seed {seed}, at {rate} Hz.",
        "{day}から音声の生成モデルを学習しました。目的関数は{objective}、表現は{representation}、"
        "{batch}点ずつ{steps}ステップ、乱数の種は{seed}、標本化周波数は{rate}Hzです。",
    ),
    "data": Text(
        "- Trained on {sounds} pieces of sound{each}; {held_out} were held out and only measured against.",
        "- 学習に使った音は{sounds}片{each}です。ほかに{held_out}片を学習には使わず、測定の比較だけに使いました。",
    ),
    "each": Text(" of {seconds} s, {total} in all", "(各{seconds}秒、合計{total})"),
    "started": Text("- It went on from {name}.", "- 元になったモデル: {name}"),
    "merged": Text("- It was merged of {names}.", "- マージした元のモデル: {names}"),
    "creator": Text(
        "- The largest share of one creator: {share}, {name}.", "- 一人の作り手の最大の割合: {share}({name})"
    ),
    "no creator": Text(
        "- No creator is named, so the share of one creator cannot be told.",
        "- 作り手の記載がないため、一人の作り手の割合は分かりません。",
    ),
    "no person": Text(
        "- A program made all of it, so it has no single creator.",
        "- すべてプログラムによる合成音であり、一人の作り手はいません。",
    ),
    "memorisation": Text(
        "- Memorisation: {figure} of {made} generated sounds lie nearer to a training sound than 95% of held-out "
        "sounds do; {floor} would by chance. The brackets hold the {confidence} interval.",
        "- 記憶の程度: 生成音{made}点のうち、学習に使わなかった音の95%よりも学習音声に近いものは{figure}でした。"
        "偶然でも{floor}になります。角括弧内は{confidence}信頼区間です。",
    ),
    "no memorisation": Text("- Memorisation was not measured.", "- 記憶の程度は測定していません。"),
    "plan": Text("### What is planned", "### 予定していること"),
    "plan acts": Text("{actor} plans {acts}; {commercial}.", "{actor}が{acts}を予定しています。{commercial}"),
    "commercial": Text("money is meant to be made", "営利の目的があります。"),
    "noncommercial": Text("no money is meant to be made", "営利の目的はありません。"),
    "undecided": Text("whether money is meant to be made is not decided", "営利の目的があるかは決まっていません。"),
    "resemble": Text(
        "The result is meant to resemble the person heard.", "結果を、声の主に似せることを目的としています。"
    ),
    "not resemble": Text(
        "The result is not meant to resemble any one person.", "特定の人物に似せることは目的としていません。"
    ),
    "shows": Text(
        "A page is to be published on which real sounds stand beside generated ones.",
        "本物の音を生成音と並べて示すページの公開を予定しています。",
    ),
    "verdicts": Text("## 2. What licences and terms say", "## 2. ライセンスと規約の記載"),
    "verdicts note": Text(
        "Read from their texts for {actor}, cautiously: the strictest leads, and a law may still permit what a licence "
        'does not. "Ask" means that the texts do not settle it.',
        "{actor}の場合について、文面を慎重に読んだものです。最も厳しい記載を優先しています。"
        "ライセンスが許していないことでも、法律によって認められる場合があります。「要確認」は、文面だけでは決まらないことを示します。",
    ),
    "verdicts head": Text(
        "| act | answer | the sentence that decides | by | clips |\n| --- | --- | --- | --- | ---: |",
        "| 行為 | 答え | 決め手となる記載 | 根拠 | 点数 |\n| --- | --- | --- | --- | ---: |",
    ),
    "read in": Text("These sentences were read in:", "上の記載を読んだ資料:"),
    "people head": Text(
        "What the people who are heard have agreed to, apart from that:", "上とは別に、声の主の同意について:"
    ),
    "people line": Text("- {acts}: {answer}. {text} ({count})", "- {acts}: {answer}。{text}({count})"),
    "whole": Text("**{act}: {answer}**", "**{act}: {answer}**"),
    "hangs": Text(" (It hangs on {names}.)", "({names}による。)"),
    "owed": Text("For {act} the texts ask in return:", "{act}にあたり、文面が求めている条件:"),
    "owed line": Text("- {kind}: {text} ({clips})", "- {kind}: {text}({clips})"),
    "credits": Text("- to be named: {names}", "- 表示する名前: {names}"),
    "carries": Text("- the result has to carry {name}.", "- 成果物に付けるライセンス: {name}"),
    "removal": Text(
        'Without {count} ({paths}), the answer for {act} would be "{after}".',
        "{count}({paths})を除けば、{act}の答えは「{after}」になります。",
    ),
    "removal none left": Text(
        "Taking clips out does not help with {act}: each of them stands in the way.",
        "{act}については、どの音声にも同じ問題があるため、一部を除いても解決しません。",
    ),
    "questions": Text("## 3. Questions", "## 3. 質問"),
    "why": Text("Why it is asked: {why}", "質問の理由: {why}"),
    "touches": Text("It touches: {names}.", "関係する条文など: {names}"),
    "articles": Text("## 4. What these articles and documents say", "## 4. 関係する条文と文書の要旨"),
    "articles note": Text(
        'In our own words. What is marked "as others report it" was not read at its source, and what is marked '
        '"unverified" was not checked.',
        "いずれも要約です。「二次資料による」としたものは原典を読んでおらず、「未確認」としたものは裏付けを取っていません。",
    ),
    "doubts": Text("## 5. What is not verified", "## 5. 確かめられていないこと"),
    "doubt sources": Text("- Sources not checked: {names}.", "- 裏付けを取っていない資料: {names}"),
    "doubt secondary": Text(
        "- Known from reports only, not from the documents themselves: {names}.",
        "- 原典ではなく二次資料で知ったもの: {names}",
    ),
    "doubt base": Text(
        "- What {name} was trained on, and under which terms; it is not among the clips above.",
        "- 「{name}」が何を学習したか、どのような条件のもとにあるか(上の音声には含まれていません)",
    ),
    "doubt unknown": Text("- The rights in {count} of which nothing is stated.", "- 何の記載もない{count}の権利関係"),
    "doubt consent": Text(
        "- Whether the people heard in {count} have agreed.", "- {count}に入っている声の主が同意しているか"
    ),
    "doubt contradiction": Text(
        "- Which of the contradicting statements about {count} is right.", "- {count}の食い違う記載のどれが正しいか"
    ),
    "doubt length": Text("- The length of {count}.", "- {count}の長さ"),
    "doubt statements": Text(
        "- Whether those who stated the licences had the right to grant them.",
        "- ライセンスを記載した人に、それを許諾する権限があったか",
    ),
}
