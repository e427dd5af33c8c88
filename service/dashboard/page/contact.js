// Whether the service answers, in the page's head; and news for those who hear
// the page instead of seeing it.
import {isUnreachable} from './api_error.js';
import {byId, setText} from './dom.js';

// After a call: null, or why the service did not answer in order.
export function showContact(error) {
  const state = error === null ? 'ok' : 'lost';
  byId('contact').dataset.state = state;
  setText(byId('contact-text'), error === null ? 'connected' : 'no connection');
  const banner = byId('banner');
  banner.hidden = error === null;
  if (error) setText(banner, textOf(error));
}

function textOf(error) {
  return isUnreachable(error) ?
      'The service cannot be reached. This page goes on trying, and loses ' +
      'nothing meanwhile.' :
      `The service is not available: ${error.message}. Trying again.`;
}

export function announce(text) {
  setText(byId('announcer'), text);
}

// What went wrong with something that somebody asked for.
export function explain(error) {
  if (error.name === 'TimeoutError') return 'The service did not answer in time.';
  if (isUnreachable(error)) return 'The service cannot be reached.';
  return error.message;
}
