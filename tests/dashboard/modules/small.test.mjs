import assert from 'node:assert/strict';
import {test} from 'node:test';
import {errorOf} from '../../../service/dashboard/page/api_error.js';
import {Backoff} from '../../../service/dashboard/page/backoff.js';
import {numberOf, parseCursor} from '../../../service/dashboard/page/cursor.js';
import * as format from '../../../service/dashboard/page/format.js';
import {prove} from '../../../service/dashboard/page/proof.js';
import {Answer} from '../../../service/dashboard/page/answer.js';
import {storedAnswer} from '../../../service/dashboard/page/stored_answer.js';
import {tapeParts} from '../../../service/dashboard/page/tape.js';
import {at, ends, says} from './events.mjs';

test('a cursor is a time, a number and an attempt', () => {
  assert.deepEqual(parseCursor('1734649123456-1002'),
      {text: '1734649123456-1002', ms: 1734649123456, number: 1, attempt: 2});
  for (const text of ['', null, undefined, '-', '1-', '1-2-3', 'x-1', ' 1-1']) {
    assert.equal(parseCursor(text), null);
    assert.equal(numberOf(text), 0);
  }
});

test('waits grow to a bound, and begin again after a success', () => {
  const backoff = new Backoff({firstMs: 100, maxMs: 1000, random: () => 1});
  const waits = Array.from({length: 6}, () => backoff.nextMs());
  assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000]);
  assert.equal(backoff.nextMs(5000), 6000);
  backoff.reset();
  assert.equal(backoff.nextMs(), 100);
});

test('errors are read where they are ours, and survive where not', () => {
  const ours = errorOf(410, JSON.stringify({error: {code: 'OUT_OF_RANGE',
    reason: 'STREAM_EXPIRED', message: 'gone', metadata: {a: 'b'}}}), null);
  assert.equal(ours.reason, 'STREAM_EXPIRED');
  assert.equal(ours.message, 'gone');
  assert.ok(!ours.passes);
  const proxy = errorOf(502, '<html>Bad gateway</html>', '3');
  assert.ok(proxy.passes);
  assert.equal(proxy.retryAfterMs, 3000);
});

test('the tape shows what came when', () => {
  const gap = (events, written) => ({events, written});
  const parts = (gaps, events) =>
    tapeParts(gaps, events).map(({kind, size}) => `${kind} ${size}`);
  assert.deepEqual(parts([], 4), ['live 4']);
  assert.deepEqual(parts([gap(4, 5)], 4), ['live 4', 'missing 5']);
  assert.deepEqual(parts([gap(4, 5)], 6), ['live 4', 'late 2', 'missing 3']);
  assert.deepEqual(parts([gap(4, 5)], 12), ['live 4', 'late 5', 'live 3']);
  assert.deepEqual(parts([gap(4, 2), gap(6, 1)], 9),
      ['live 4', 'late 2', 'late 1', 'live 2']);
  assert.deepEqual(parts([gap(0, 3)], 3), ['late 3']);
});

const run = {run_id: 'r', first_cursor: at(1), chunk_count: 4};
const said = (text, id = 'r') =>
  ({role: 'ASSISTANT', run_id: id, text, tool_calls: []});
const heard = (...texts) => {
  const answer = new Answer();
  texts.forEach((text, i) => answer.take(says(2 + i, text)));
  answer.take(ends(2 + texts.length));
  return answer;
};

test('what came and what is kept are the same, or are not', async () => {
  const same = await prove(heard('a', 'b'), run,
      [said('other', 'q'), said('a'), said('b')]);
  assert.ok(same.ok && same.unbroken && same.same);
  assert.equal(same.mine, same.kept);
  assert.match(same.mine, /^[0-9a-f]{64}$/);
  const other = await prove(heard('a', 'b'), run, [said('a'), said('c')]);
  assert.ok(!other.ok && other.unbroken && !other.same);
  assert.notEqual(other.mine, other.kept);
  const short = await prove(heard('a'), run, [said('a')]);
  assert.ok(!short.ok && !short.unbroken && short.same);
});

test('a conversation’s messages become steps', () => {
  const time = ms => new Date(ms).toISOString();
  const {segments, said: user} = storedAnswer([
    {role: 'USER', text: 'hi', tool_calls: [], create_time: time(0)},
    {role: 'ASSISTANT', text: 'look', create_time: time(10), tool_calls: [
      {call_id: 'c', name: 'one'}, {call_id: 'd', name: 'two'}]},
    {role: 'TOOL', text: '', tool_calls: [], create_time: time(25),
      tool_result: {call_id: 'd', result: 'x', is_error: true}},
  ]);
  assert.equal(user.text, 'hi');
  assert.deepEqual(segments.map(({kind}) => kind), ['text', 'tool', 'tool']);
  assert.equal(segments[1].result, null);
  assert.equal(segments[2].result.result, 'x');
  assert.equal(segments[2].tookMs, 15);
});

test('numbers and times are told as people read them', () => {
  assert.equal(format.counted(1, 'chunk'), '1 chunk');
  assert.equal(format.counted(1234, 'chunk'), '1,234 chunks');
  assert.equal(format.duration(0.4), '0 ms');
  assert.equal(format.duration(1234), '1.23 s');
  assert.equal(format.duration(59_949), '59.9 s');
  assert.equal(format.duration(61_000), '1 min 1 s');
  assert.equal(format.duration(2 * 3600_000), '2 h 0 min');
  assert.equal(format.bytes(9999), '9,999 bytes');
  assert.equal(format.bytes(12_345), '12.3 kB');
  const now = Date.parse('2026-01-02T00:00:00Z');
  assert.equal(format.ago('2026-01-01T23:59:30Z', now), 'just now');
  assert.equal(format.ago('2026-01-01T23:00:00Z', now), '1 h ago');
  assert.equal(format.ago('2025-12-30T00:00:00Z', now), '3 d ago');
  assert.equal(format.prettyJson('not json'), 'not json');
});
