/** Does what was asked for last, once what goes on is done; what was asked for in between is left out. */
class Latest {
  #next = null;
  #going = false;
  #failed;
  #done;

  constructor(failed, done) {
    this.#failed = failed;
    this.#done = done;
  }

  async add(task) {
    this.#next = task;
    if (this.#going) return;
    this.#going = true;
    while (this.#next) {
      const next = this.#next;
      this.#next = null;
      try {
        await next();
        this.#done();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#going = false;
  }
}
