// A cursor: the place of a chunk in its conversation's log, `<ms>-<seq>`, where
// seq is the chunk's number in the log times 1000, plus its attempt.

const FORM = /^(\d{1,16})-(\d{1,16})$/;
const ATTEMPTS = 1000;

// {text, ms, number, attempt}; null of what is not a cursor.
export function parseCursor(text) {
  const found = FORM.exec(text ?? '');
  if (!found) return null;
  const seq = Number(found[2]);
  return {
    text,
    ms: Number(found[1]),
    number: Math.floor(seq / ATTEMPTS),
    attempt: seq % ATTEMPTS,
  };
}

// The chunk's number; 0, which no chunk has, of what is not a cursor.
export function numberOf(text) {
  return parseCursor(text)?.number ?? 0;
}
