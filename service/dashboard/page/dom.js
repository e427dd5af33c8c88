// Elements out of texts. Nothing on this page makes markup of a text: what a
// model, a tool or a user says can only ever be read.

// h('p', {class: 'a', onclick: f}, 'text', element, null). Null children and
// false or null attributes are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

// Leaves alone what is right already: a selection, and what reads it aloud.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

export const byId = id => document.getElementById(id);

// Keeps a list of elements like a list of items. `create(item)` gives a view
// with `element` and `update(item)`; views live as long as their keys.
export class KeyedList {
  #views = new Map();

  constructor(parent, keyOf, create) {
    this.parent = parent;
    this.keyOf = keyOf;
    this.create = create;
  }

  view(key) { return this.#views.get(key); }

  update(items) {
    const focused = document.activeElement;
    const old = this.#views;
    this.#views = new Map(items.map(item => {
      const key = this.keyOf(item);
      return [key, old.get(key) ?? this.create(item)];
    }));
    for (const [key, view] of old) {
      if (!this.#views.has(key)) view.element.remove();
    }
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const view = this.#views.get(this.keyOf(item));
      view.update(item);
      if (view.element === place) place = place.nextElementSibling;
      else this.parent.insertBefore(view.element, place);
    }
    // What is moved loses the focus.
    if (focused !== document.activeElement && this.parent.contains(focused)) {
      focused.focus({preventScroll: true});
    }
  }
}
