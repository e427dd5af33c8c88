import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Answer} from '../../../service/dashboard/page/answer.js';
import {answers, at, calls, ends, restarts, says} from './events.mjs';

const told = events => {
  const answer = new Answer();
  for (const event of events) answer.take(event);
  return answer;
};
const kinds = answer => answer.segments.map(segment => segment.kind);

test('text is what was said, byte by byte counted', () => {
  const answer = told([says(2, 'Grüße '), says(3, '\r\n🎉'), ends(4)]);
  assert.equal(answer.text(), 'Grüße \r\n🎉');
  assert.equal(answer.bytes, new TextEncoder().encode(answer.text()).length);
  assert.equal(answer.end.kind, 'done');
});

test('what comes twice counts as a repeat and is not said twice', () => {
  const answer = told([says(2, 'a'), says(3, 'b'), says(3, 'b'), says(2, 'a'),
    says(4, 'c')]);
  assert.equal(answer.text(), 'abc');
  assert.equal(answer.tally.repeats, 2);
  assert.equal(answer.tally.missing, 0);
});

test('what is missing shows', () => {
  const {tally} = told([says(2, 'a'), says(5, 'b'), ends(6)]);
  assert.equal(tally.missing, 2);
  assert.ok(!tally.isAllOf({first_cursor: at(1), chunk_count: 6}));
});

test('a whole run has every number once, but for its hidden beginning', () => {
  const whole = told([says(7, 'a'), says(8, 'b'), ends(9)]).tally;
  assert.ok(whole.isAllOf({first_cursor: at(6), chunk_count: 4}));
  assert.ok(!whole.isAllOf({first_cursor: at(6), chunk_count: 5}));
  assert.ok(!whole.isAllOf({first_cursor: at(4), chunk_count: 4}));
});

test('an attempt that begins discards what follows the chunk it names', () => {
  const answer = told([says(2, 'Let me look. '), calls(3, 'look'),
    answers(4, 'sun'), says(5, 'It will '), says(6, 'rain'),
    restarts(7, 2, at(4)), says(8, 'It will be fine.', 2), ends(9, 2)]);
  assert.equal(answer.text(), 'Let me look. It will be fine.');
  assert.equal(answer.bytes, answer.text().length);
  assert.deepEqual(kinds(answer), ['text', 'tool', 'restart', 'text']);
  assert.equal(answer.segments[1].result.result, 'sun');
  assert.equal(answer.segments[2].text, 'It will rain');
  assert.equal(answer.attempt, 2);
  assert.ok(answer.tally.isAllOf({first_cursor: at(1), chunk_count: 9}));
});

test('without a chunk to keep, everything falls, tools too', () => {
  const answer = told([says(2, 'a'), calls(3, 'look'), answers(4, 'sun'),
    restarts(5, 2, ''), says(6, 'b', 2)]);
  assert.equal(answer.text(), 'b');
  assert.deepEqual(kinds(answer), ['restart', 'text']);
  assert.equal(answer.segments[0].tools, 1);
});

test('a result that falls leaves its call without one', () => {
  const answer = told([calls(2, 'look'), answers(3, 'sun'),
    restarts(4, 2, at(2))]);
  assert.equal(answer.segments[0].result, null);
});

test('the numbers decide what falls, not the times', () => {
  // Redis lost its newest chunks: the log was written anew, earlier and later.
  const answer = told([says(2, 'a'), says(3, 'b'), says(4, 'c'),
    restarts(4, 2, '1-2001'), says(5, 'd', 2)]);
  assert.equal(answer.text(), 'ad');
  assert.equal(answer.tally.repeats, 0);
});

test('a first attempt that left nothing has no hidden beginning', () => {
  const {tally} = told([restarts(1, 2, ''), says(2, 'a', 2), ends(3, 2)]);
  assert.ok(tally.isAllOf({first_cursor: at(1, 2), chunk_count: 3}));
});

test('what was written while nobody listened is told apart', () => {
  const answer = told([says(2, 'a')]);
  answer.addGap({});
  answer.lateUntil = 4;
  for (const event of [says(3, 'b'), says(4, 'c'), says(5, 'd')]) {
    answer.take(event);
  }
  assert.deepEqual(kinds(answer), ['text', 'gap', 'text', 'text']);
  assert.deepEqual(answer.segments.map(segment => segment.late),
      [false, undefined, true, false]);
  assert.equal(answer.text(), 'abcd');
});

test('a failure and a cancellation end it too', () => {
  const failed = told([{type: 'error', data: '"no"', id: at(2)}]);
  assert.deepEqual(failed.end, {kind: 'error', message: 'no'});
  // Of a run that never began, the only chunk, with the log's newest cursor.
  const queued = told([{type: 'cancelled', data: '[CANCELLED]', id: at(90)}]);
  assert.equal(queued.end.kind, 'cancelled');
});
