// Where a new conversation begins.
import {goTo, linkTo} from './route.js';
import {h} from './dom.js';
import {RunForm} from './run_form.js';

export class StartPage {
  constructor(onStart) {
    this.form = new RunForm(null, started => {
      goTo(linkTo(started.conversation_id, started.run_id));
      onStart();
    });
    this.element = h('div', {class: 'start'},
        h('h1', {tabindex: -1}, 'New run'),
        h('p', {class: 'lead'}, 'The run goes on in the background, whoever ' +
            'listens. Cut its stream, come back whenever you like, and read ' +
            'on where you were.'),
        this.form.element);
  }

  setAgents(agents) { this.form.setAgents(agents); }
  start() {}
  close() {}
}
