// What starts a run: an agent, a message, and what may be said beside it. In a
// conversation, its agent and its id are given.
import {startRun} from './api.js';
import {announce, explain} from './contact.js';
import {h, setText} from './dom.js';

let forms = 0;

export class RunForm {
  #key = `run-form-${forms += 1}`;
  #busy = false;

  // `given`: {agent, conversationId}, or nothing for a new conversation.
  // `onStart({conversation_id, run_id})`.
  constructor(given, onStart) {
    this.given = given;
    this.onStart = onStart;
    this.error = h('p', {class: 'error', role: 'alert', hidden: true});
    this.send = h('button', {class: 'primary', type: 'submit'},
        given ? 'Send' : 'Start run');
    this.message = h('textarea', {
      id: this.#id('message'), rows: given ? 2 : 4, required: true,
      placeholder: given ? 'Say more…' : 'What should the agent do?',
    });
    this.message.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.element.requestSubmit();
      }
    });
    this.element = h('form', {class: given ? 'composer' : 'starter'},
        given ? null : this.#agentField(), this.#messageField(),
        this.#options(), this.error,
        h('div', {class: 'actions'},
            h('span', {class: 'hint'}, 'Ctrl + Enter sends'), this.send));
    this.element.addEventListener('submit', event => {
      event.preventDefault();
      this.#start();
    });
  }

  // The agents to choose from; the choice stays.
  setAgents(agents) {
    if (!this.agent) return;
    const names = agents.map(agent => agent.name);
    const shown = Array.from(this.agent.options, option => option.value);
    if (names.join('\n') === shown.join('\n')) return;
    const chosen = this.agent.value;
    this.agent.replaceChildren(...names.map(
        name => h('option', {value: name}, name)));
    if (names.includes(chosen)) this.agent.value = chosen;
  }

  #id(name) { return `${this.#key}-${name}`; }

  #field(name, label, control) {
    control.id = this.#id(name);
    return h('div', {class: 'field'},
        h('label', {for: control.id}, label), control);
  }

  #agentField() {
    this.agent = h('select', {required: true});
    return this.#field('agent', 'Agent', this.agent);
  }

  #messageField() {
    const label = h('label', {for: this.#id('message')}, 'Message');
    if (this.given) label.className = 'unseen';
    return h('div', {class: 'field'}, label, this.message);
  }

  #options() {
    this.tools = h('input', {type: 'checkbox', id: this.#id('tools')});
    this.timeout = h('input', {type: 'number', min: 1, step: 1,
      placeholder: 'the service’s default'});
    this.schema = h('textarea', {rows: 3, class: 'code', spellcheck: 'false'});
    this.conversation = this.given ? null : h('input', {
      type: 'text', maxlength: 128, pattern: '[A-Za-z0-9._@:\\-]+',
      placeholder: 'a new one', autocomplete: 'off', class: 'code',
    });
    return h('details', {}, h('summary', {}, 'Options'),
        this.conversation && this.#field('conversation', 'Conversation',
            this.conversation),
        this.#field('timeout', 'Time limit, in seconds', this.timeout),
        this.#field('schema', 'JSON schema of the answer', this.schema),
        h('div', {class: 'field check'}, this.tools,
            h('label', {for: this.tools.id}, 'Without tools')));
  }

  #fields() {
    return {
      message: this.message.value,
      conversation_id: this.given?.conversationId ||
          this.conversation.value || undefined,
      disable_tools: this.tools.checked || undefined,
      timeout_seconds: Number(this.timeout.value) || undefined,
      response_json_schema: this.schema.value.trim() || undefined,
    };
  }

  #complain(text) {
    this.error.hidden = !text;
    setText(this.error, text);
  }

  async #start() {
    if (this.#busy) return;
    this.#setBusy(true);
    this.#complain('');
    try {
      const started = await startRun(this.given?.agent ?? this.agent.value,
          this.#fields(), () => this.#complain(
              'Not answered yet: sending the same request again, with the ' +
              'same key, so that it starts one run.'));
      this.#complain('');
      this.message.value = '';
      announce('The run was accepted.');
      this.onStart(started);
    } catch (error) {
      this.#complain(explain(error));
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.send.setAttribute('aria-disabled', String(busy));
    this.element.toggleAttribute('data-busy', busy);
  }
}
