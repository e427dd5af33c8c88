// Asks before something that cannot be undone.
import {byId, setText} from './dom.js';

// Resolves to whether it is to be done. Escape means no.
export function confirm({title, text, yes}) {
  const dialog = byId('confirm');
  setText(byId('confirm-title'), title);
  setText(byId('confirm-text'), text);
  setText(byId('confirm-yes'), yes);
  return new Promise(resolve => {
    const over = new AbortController();
    const answer = done => {
      over.abort();
      dialog.close();
      resolve(done);
    };
    const {signal} = over;
    byId('confirm-yes').addEventListener('click', () => answer(true), {signal});
    byId('confirm-no').addEventListener('click', () => answer(false), {signal});
    dialog.addEventListener('cancel', () => answer(false), {signal});
    dialog.showModal();
    byId('confirm-no').focus();
  });
}
