// What a conversation keeps of a run, in the form that StepsView draws.

// {segments, revision, said}; `said`: the user's message.
export function storedAnswer(messages) {
  const segments = [];
  let said = null;
  let calledMs = 0;
  for (const message of messages) {
    const ms = Date.parse(message.create_time);
    if (message.role === 'USER') said = message;
    if (message.role === 'ASSISTANT' && message.text) {
      segments.push({kind: 'text', pieces: [{text: message.text}]});
    }
    for (const call of message.tool_calls) {
      segments.push({kind: 'tool', call, result: null});
    }
    if (message.tool_calls.length > 0) calledMs = ms;
    if (message.tool_result) answer(segments, message.tool_result, ms - calledMs);
  }
  return {segments, said, revision: 0};
}

function answer(segments, result, tookMs) {
  const tool = segments.findLast(segment => segment.kind === 'tool' &&
      !segment.result && segment.call.call_id === result.call_id);
  if (tool) Object.assign(tool, {result, tookMs});
}
