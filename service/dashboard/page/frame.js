// Draws at most once a frame, however often it is asked to: a stream may bring
// thousands of events at once.
export class Frame {
  #asked = 0;

  constructor(draw) {
    this.draw = draw;
  }

  ask() {
    if (this.#asked) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      this.draw();
    });
  }

  cancel() {
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
  }
}
