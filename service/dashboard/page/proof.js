// That a stream which was cut and resumed brought all of the answer, shown by
// comparing what the page holds with what the service keeps.

// Lower-case hex; null where the browser has no digest for this page: it has
// one on localhost and over https only.
export async function sha256(text) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256',
      new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest),
      byte => byte.toString(16).padStart(2, '0')).join('');
}

// The text that a conversation keeps of a run.
export function keptText(messages, runId) {
  return messages.filter(({role, run_id: run}) =>
    role === 'ASSISTANT' && run === runId).map(({text}) => text).join('');
}

// {ok, chunks, expected, unbroken, same, mine, kept}, of a run that completed:
// what failed or was cancelled leaves no answer to compare with.
export async function prove(answer, run, messages) {
  const text = answer.text();
  const kept = keptText(messages, run.run_id);
  const [mine, theirs] = await Promise.all([sha256(text), sha256(kept)]);
  const unbroken = answer.tally.isAllOf(run);
  return {
    ok: unbroken && text === kept,
    chunks: answer.tally.events,
    expected: run.chunk_count - 1,
    unbroken,
    same: text === kept,
    mine,
    kept: theirs,
  };
}
