/** What the element says, in each of its languages. Numbers come in as text, written as that language writes them. */
const WORDS = {
  en: {
    region: (name) => `${name}: a generator of sound`,
    loading: "Loading …",
    seed: "Seed", previous: "Previous", next: "Next", label: "Label", play: "Play", stop: "Stop",
    download: "Download WAV",
    picture: (origin, seconds) =>
      `Waveform and spectrogram of ${origin}, ${seconds} s. Press to play; arrow keys for other seeds`,
    status: (origin, seconds, peak) => `${origin} · ${seconds} s · peak ${peak} dB`,
    silent: "silent",
    origin: (seed) => `seed ${seed}`,
    step: (seed, share) => `, moved ${share} towards seed ${seed}`,
    variations: "Variations", variation: (number) => `Variation ${number}`,
    reach: "How far", walk: "Walk on from this sound",
    morph: "Morph", morphTo: "To seed", share: "Share",
    model: "Model", sound: "Sound", parameters: "Parameters", labels: "Labels", precision: "Precision",
    licence: "Licence", credits: "Credits", mark: "Mark",
    soundValue: (seconds, rate) => `${seconds} s at ${rate} Hz`,
    precisionValue: (precision) => `${precision} weights`,
    errorValue: (heard, maximum, rms, seeds) =>
      (heard ? `${heard} of the loudness at most is heard to differ from what Python makes of the same seed; ` : "")
      + `of ${seeds} sounds no sample is more than ${maximum} of full scale off what Python makes (rms ${rms})`,
    quicker: "relaxed SIMD", plain: "plain SIMD",
    unlicensed: "licence not stated", uncredited: "nobody is named", machine: "Every sound is machine-made.",
    errors: {
      "no-wasm": "This browser does not run WebAssembly, or it is switched off here.",
      "no-simd": "This browser's WebAssembly lacks SIMD (128-bit vectors). A newer version of it has them.",
      source: "No model is named: the attribute src is missing.",
      missing: "The model could not be loaded.",
      damaged: "The model is damaged: the file is cut short or was changed.",
      changed: "The model is not the file that this page was written for: it was cut short or changed.",
      foreign: "This WebAssembly file is not one of ganbaru's models: it does not say what it is.",
      schema: "This model was written by another version of ganbaru, whose modules this page cannot play.",
      broken: "The model went wrong while it made this sound.",
      label: "This model has no such label.",
      seed: "A seed is a whole number from 0 to 18446744073709551615.",
      audio: "This browser cannot play sound here.",
      device: "No sound starts: the browser finds no loudspeaker, or waits for one more press. The WAV can be saved all "
        + "the same.",
    },
  },
  ja: {
    region: (name) => `${name}：音の生成モデル`,
    loading: "読み込んでいます…",
    seed: "シード", previous: "前へ", next: "次へ", label: "ラベル", play: "再生", stop: "停止", download: "WAVを保存",
    picture: (origin, seconds) => `${origin}、${seconds}秒の波形とスペクトログラム。押すと再生、矢印キーで別のシード`,
    status: (origin, seconds, peak) => `${origin} · ${seconds}秒 · ピーク ${peak} dB`,
    silent: "無音",
    origin: (seed) => `シード${seed}`,
    step: (seed, share) => `からシード${seed}へ${share}`,
    variations: "変奏", variation: (number) => `変奏${number}`,
    reach: "離れ具合", walk: "この音から先へ進む",
    morph: "モーフィング", morphTo: "行き先のシード", share: "割合",
    model: "モデル", sound: "音", parameters: "パラメータ数", labels: "ラベル", precision: "精度",
    licence: "ライセンス", credits: "クレジット", mark: "表示",
    soundValue: (seconds, rate) => `${seconds}秒、${rate} Hz`,
    precisionValue: (precision) => `重みは${precision}`,
    errorValue: (heard, maximum, rms, seeds) =>
      (heard ? `同じシードからPythonが作る音と違って聞こえるのは音の大きさの最大${heard}。` : "")
      + `${seeds}個の音で、標本ごとの差は最大でもフルスケールの${maximum}（実効値${rms}）`,
    quicker: "relaxed SIMD", plain: "通常のSIMD",
    unlicensed: "ライセンスの記載なし", uncredited: "記載なし", machine: "すべて機械が作った音です。",
    errors: {
      "no-wasm": "このブラウザではWebAssemblyが使えないか、無効になっています。",
      "no-simd": "このブラウザのWebAssemblyにはSIMD（128ビットのベクトル演算）がありません。新しい版なら使えます。",
      source: "モデルが指定されていません（src属性がありません）。",
      missing: "モデルを読み込めませんでした。",
      damaged: "モデルのファイルが壊れています。途中で切れているか、書き換えられています。",
      changed: "モデルがこのページと対のファイルではありません。途中で切れているか、書き換えられています。",
      foreign: "このWebAssemblyファイルはganbaruのモデルではありません（モデルの説明が入っていません）。",
      schema: "このモデルは別の版のganbaruで作られたもので、このページでは鳴らせません。",
      broken: "音を作る途中でモデルに異常が起きました。",
      label: "このモデルにそのラベルはありません。",
      seed: "シードは0から18446744073709551615までの整数です。",
      audio: "このブラウザではここで音を再生できません。",
      device: "音が始まりません。スピーカーやイヤホンが見つからないか、もう一度押す必要があります。WAVの保存はできます。",
    },
  },
};

/** The nearest language that there are words in. */
const spoken = (lang) => (/^ja\b/i.test(lang || "") ? "ja" : "en");
