// What the state of a stream is called, and what it means.
import {bytes, counted, duration} from './format.js';
import {explain} from './contact.js';

const ENDS = {done: 'completed', error: 'failed', cancelled: 'cancelled'};

// {name, text}; name: for the badge, and for the style.
export function streamState(watch, run) {
  const {state, answer, gap} = watch;
  if (state === 'cut') return {name: 'cut', text: cutText(watch, run)};
  if (state === 'lost') {
    return {name: 'lost', text: 'The connection is lost. Trying again, from ' +
        'the cursor on: nothing will be missing.'};
  }
  if (state === 'failed') return {name: 'unreadable', text: failedText(watch)};
  if (state === 'ended') {
    const name = ENDS[answer.end?.kind] ?? 'over';
    return {name, text: answer.end?.message ?? 'There is nothing to stream.'};
  }
  if (gap) return {name: 'connecting', text: 'Resuming from the cursor.'};
  if (state !== 'open') return {name: 'connecting', text: ''};
  return {name: 'live', text: answer.tally.events > 0 ? '' :
      run?.state === 'QUEUED' ? 'Queued: nothing is written yet.' :
        'Waiting for the first chunk.'};
}

function cutText({gap}, run) {
  const goesOn = run?.state === 'RUNNING' || run?.state === 'QUEUED';
  const written = gap.written > 0 ?
      `${counted(gap.written, 'chunk')} written meanwhile.` :
      'Nothing written since.';
  return (goesOn ? 'Nobody listens here, and the run goes on. ' :
      'The run has ended while nobody listened here. ') + written;
}

function failedText({error}) {
  const known = {
    STREAM_EXPIRED: 'The log of this run has expired. What it said is kept in ' +
        'the conversation.',
    CURSOR_TRIMMED: 'The beginning of this log was trimmed. What the run said ' +
        'is kept in the conversation.',
    RUN_NOT_FOUND: 'There is no such run.',
  };
  return known[error.reason] ?? explain(error);
}

// [name, value, class] each.
export function streamFacts({answer, cursor, state}, run) {
  const {tally, bytes: size, attempt, firstTextMs} = answer;
  const facts = [
    [state === 'cut' ? 'Cut at' : 'Cursor', cursor || 'none yet'],
    ['Received', `${counted(tally.events, 'chunk')}, ${bytes(size)} of text`],
  ];
  if (firstTextMs && run) {
    const ms = firstTextMs - Date.parse(run.accept_time);
    facts.push(['First text', `${duration(ms)} after the run was accepted`,
      'extra']);
  }
  if (attempt > 1) facts.push(['Attempt', String(attempt)]);
  return facts;
}

// [ok, text, code] each.
export function proofLines({proof, gaps}) {
  const lines = [[
    proof.unbroken,
    proof.unbroken ?
        `${counted(proof.chunks, 'chunk')}: all that were written, each once` :
        `${counted(proof.chunks, 'chunk')} came of ${proof.expected} in the record`,
    '',
  ], [
    proof.same,
    proof.same ? 'The text equals the stored answer, byte for byte' :
        'The text differs from the stored answer',
    '',
  ]];
  if (proof.mine) {
    lines.push([proof.mine === proof.kept, 'SHA-256 of both', proof.mine]);
  }
  const missed = gaps.reduce((sum, gap) => sum + gap.written, 0);
  if (missed > 0) {
    lines.push([true, `${counted(missed, 'chunk')} caught up after ` +
        `${counted(gaps.length, 'cut')}`, '']);
  }
  return lines;
}
