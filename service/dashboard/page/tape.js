// A run's stream as a strip: what came while somebody listened, what was
// written while nobody did, and that it was caught up with.
import {h, setAttribute} from './dom.js';

// [{kind: 'live' | 'late' | 'missing', size}], in the log's order.
export function tapeParts(gaps, events) {
  const parts = [];
  const add = (kind, size) => {
    if (size > 0) parts.push({kind, size});
  };
  let at = 0;
  gaps.forEach((gap, index) => {
    add('live', gap.events - at);
    const next = gaps[index + 1]?.events ?? events;
    const late = Math.min(gap.written, next - gap.events);
    add('late', late);
    if (!gaps[index + 1]) add('missing', gap.written - late);
    at = gap.events + late;
  });
  add('live', events - at);
  return parts;
}

export class Tape {
  element = h('div', {class: 'tape', 'aria-hidden': 'true'});

  draw({gaps, answer, over}) {
    const parts = tapeParts(gaps, answer.tally.events);
    while (this.element.children.length > parts.length) {
      this.element.lastChild.remove();
    }
    parts.forEach(({kind, size}, index) => {
      const part = this.element.children[index] ??
          this.element.appendChild(h('span'));
      setAttribute(part, 'data-kind', kind);
      part.style.flexGrow = size;
    });
    setAttribute(this.element, 'data-over', over ? '' : null);
  }
}
