// Keeps the end of something that grows in sight, until somebody scrolls away
// from there; and again once they are back.
const NEAR_PX = 60;
const MARGIN_PX = 12;

export class Follow {
  #pane = null;
  #follows = true;
  #sizes = new ResizeObserver(() => this.#stay());

  // `findPane()` gives what scrolls, `findEnd()` the element whose end is to be
  // seen there; a resize may change both.
  constructor(findPane, findEnd) {
    this.findPane = findPane;
    this.findEnd = findEnd;
  }

  toEnd() {
    const pane = this.findPane();
    if (pane !== this.#pane) this.#listenTo(pane);
    this.#stay();
  }

  #stay() {
    if (this.#follows) this.#pane.scrollTop += this.#below();
  }

  #listenTo(pane) {
    this.#pane = pane;
    this.#sizes.disconnect();
    if (pane !== document.scrollingElement) this.#sizes.observe(pane);
    const source = pane === document.scrollingElement ? document : pane;
    source.addEventListener('scroll', () => {
      this.#follows = Math.abs(this.#below()) < NEAR_PX || this.#isAtBottom();
    }, {passive: true});
  }

  // How far the end is below the pane's lower edge.
  #below() {
    const edge = this.#pane === document.scrollingElement ? innerHeight :
        this.#pane.getBoundingClientRect().bottom;
    return this.findEnd().getBoundingClientRect().bottom + MARGIN_PX - edge;
  }

  #isAtBottom() {
    const {scrollTop, scrollHeight, clientHeight} = this.#pane;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }
}
