// Times, sizes and counts as people read them.

const clock = new Intl.DateTimeFormat(undefined,
    {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
const whole = new Intl.DateTimeFormat(undefined,
    {dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23'});
const numbers = new Intl.NumberFormat('en');

const AGO = [[86_400, 'd'], [3600, 'h'], [60, 'min']];

export const count = number => numbers.format(number);

// "1 chunk", "2 chunks".
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

export const timeOf = ms => clock.format(ms);

// With milliseconds, as logs have it.
export function exactTime(ms) {
  return `${clock.format(ms)}.${String(ms % 1000).padStart(3, '0')}`;
}

export const dateTime = text => text ? whole.format(Date.parse(text)) : '';

export function duration(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor(ms / 1000) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function ago(text, now = Date.now()) {
  const seconds = (now - Date.parse(text)) / 1000;
  for (const [unit, name] of AGO) {
    if (seconds >= unit) return `${Math.floor(seconds / unit)} ${name} ago`;
  }
  return 'just now';
}

export function bytes(number) {
  if (number < 10_000) return counted(number, 'byte');
  if (number < 1_000_000) return `${(number / 1000).toFixed(1)} kB`;
  return `${(number / 1_000_000).toFixed(1)} MB`;
}

// A run's id, short enough for a heading.
export const shortId = id => id.length > 12 ? id.slice(0, 8) : id;

const JSON_LINE_MAX = 90;

// What a model wrote as JSON, laid out; as it is where it is not JSON.
export function prettyJson(text) {
  if (text.length <= JSON_LINE_MAX) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
