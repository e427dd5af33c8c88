// What tests of the modules are written with.

// A chunk's cursor, of its number and attempt.
export const at = (number, attempt = 1) =>
  `${1_700_000_000_000 + number}-${number * 1000 + attempt}`;

export const says = (number, text, attempt = 1) =>
  ({type: 'message', data: JSON.stringify(text), id: at(number, attempt)});

export const calls = (number, name, callId = 'c') => ({
  type: 'tool_call', id: at(number),
  data: JSON.stringify({call_id: callId, name, arguments: '{}'}),
});

export const answers = (number, result, callId = 'c') => ({
  type: 'tool_result', id: at(number),
  data: JSON.stringify({call_id: callId, result, is_error: false}),
});

export const restarts = (number, attempt, after) => ({
  type: 'restarted', id: at(number, attempt),
  data: JSON.stringify({attempt, discard_after: after}),
});

export const ends = (number, attempt = 1) =>
  ({type: 'done', data: '[DONE]', id: at(number, attempt)});

// As the service writes it.
export const frame = ({type, data, id}) =>
  `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;
