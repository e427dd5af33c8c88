// Counts a run's events by their chunks' numbers, which have no hole within a
// run: what is missing shows, and what comes twice does too.
import {numberOf} from './cursor.js';

export class Tally {
  events = 0;
  first = 0;     // the first event's number
  last = 0;      // the newest one's
  missing = 0;
  repeats = 0;

  // False of a repetition. A new attempt's beginning never is one, even with a
  // number that was seen: Redis may have lost its newest chunks.
  count({type, id}) {
    const number = numberOf(id);
    if (this.events > 0 && type !== 'restarted' && number <= this.last) {
      this.repeats += 1;
      return false;
    }
    if (this.events === 0) this.first = number;
    else if (number > this.last + 1) this.missing += number - this.last - 1;
    this.events += 1;
    this.last = number;
    return true;
  }

  // Whether these are all of a run's chunks, as its record counts them. The
  // chunk that begins a first attempt has no event.
  isAllOf({first_cursor: first, chunk_count: chunks}) {
    const unseen = this.first - numberOf(first);
    return this.missing === 0 && this.repeats === 0 &&
        (unseen === 0 || unseen === 1) && this.events === chunks - unseen;
  }
}
