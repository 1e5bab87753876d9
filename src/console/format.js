// format.js - numbers, sizes and times for people.

const number = new Intl.NumberFormat('en');
const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

export const count = (n) => (n === undefined || n === null ? '–' : number.format(n));
export const plural = (n, word) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

// Three digits or so.
export function short(n) {
  if (n === 0 || !Number.isFinite(n)) {
    return '0';
  }
  if (Math.abs(n) >= 10000) {
    return Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(n);
  }
  const digits = Math.abs(n) >= 100 ? 0 : Math.abs(n) >= 10 ? 1 : 2;
  return number.format(Number(n.toFixed(digits)));
}

export function size(bytes) {
  if (bytes === undefined || bytes === null) {
    return '–';
  }
  let unit = 0;
  let n = bytes;
  while (n >= 1000 && unit < SIZES.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${short(n)} ${SIZES[unit]}`;
}

export function duration(seconds) {
  if (seconds === undefined || seconds === null || !Number.isFinite(seconds)) {
    return '–';
  }
  return seconds < 1 ? `${short(seconds * 1000)} ms` : `${short(seconds)} s`;
}

export function moment(value) {
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  return value === null || value === undefined || Number.isNaN(date.getTime())
    ? '–'
    : date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
