// Where the page is, in the address's fragment, so that it can be linked to:
//   #/                             a new run
//   #/conversations/ID             a conversation
//   #/conversations/ID/runs/RUN    with that run's stream

const part = encodeURIComponent;

export const linkTo = (conversationId, runId = '') =>
  `#/conversations/${part(conversationId)}` +
    (runId ? `/runs/${part(runId)}` : '');

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// {conversationId, runId}, empty where there is none.
export function currentRoute() {
  const [, conversations, id, runs, run] = location.hash.split('/').map(decoded);
  if (conversations !== 'conversations' || !id) {
    return {conversationId: '', runId: ''};
  }
  return {conversationId: id, runId: runs === 'runs' && run ? run : ''};
}

export function goTo(link) {
  location.hash = link;
}

export function onRoute(show) {
  addEventListener('hashchange', () => show(currentRoute()));
  show(currentRoute());
}
