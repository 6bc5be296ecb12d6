/** The page's one way out to the loudspeaker; made at the first press, so nothing sounds before. */
class Player {
  static #context = null;
  #node = null;

  /** Plays from the start; what this player still plays is ended. `ended` is called once it is over, however. */
  async play(samples, rate, ended) {
    this.stop();
    if (typeof AudioContext !== "function") throw new VoiceError("audio");
    Player.#context ??= new AudioContext();
    const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(Player.#context, { buffer });
    node.connect(Player.#context.destination);
    node.onended = () => {
      if (this.#node === node) this.#node = null;
      ended();
    };
    this.#node = node;
    await Player.#context.resume();
    if (this.#node === node) node.start();
  }

  stop() {
    const node = this.#node;
    this.#node = null;
    if (!node) return;
    const { onended } = node;
    node.onended = null;
    node.disconnect();
    onended?.();
  }
}
