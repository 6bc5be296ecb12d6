const PATIENCE = 1500; // ms that a loudspeaker may take to open

/** The page's one way out to the loudspeaker; made at the first press, so nothing sounds before. */
class Player {
  static #context = null;
  #node = null;
  #waited = null; // ends waiting

  /**
   * Plays from the start; what this player still plays is ended. `ended` is called once it is over, however. Tells
   * whether it plays: not where it was stopped before it began.
   */
  async play(samples, rate, ended) {
    this.stop();
    if (typeof AudioContext !== "function") throw new VoiceError("audio");
    const context = (Player.#context ??= new AudioContext());
    const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(context, { buffer });
    node.connect(context.destination);
    node.onended = () => {
      if (this.#node === node) this.#node = null;
      ended();
    };
    this.#node = node;
    await this.#opened(context);
    if (this.#node !== node) return false;
    if (context.state !== "running") {
      this.stop();
      Player.#forget(context);
      throw new VoiceError("device");
    }
    node.start();
    return true;
  }

  stop() {
    const node = this.#node;
    this.#node = null;
    this.#waited?.();
    if (!node) return;
    const { onended } = node;
    node.onended = null;
    node.disconnect();
    onended?.();
  }

  /** Waits until sound can be heard, the player is stopped, or patience is at an end: it may not come to be at all. */
  async #opened(context) {
    let timer;
    await new Promise((resolve) => {
      this.#waited = resolve;
      timer = setTimeout(resolve, PATIENCE);
      context.resume().then(resolve, resolve);
    });
    clearTimeout(timer);
  }

  /** The next press opens another one: this one may stay as it is whatever is plugged in. */
  static #forget(context) {
    if (Player.#context === context) Player.#context = null;
    context.close().catch(() => {});
  }
}
