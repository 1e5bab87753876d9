// route.js - where the page is: the parts of the location's fragment, such as #/table/Orders/items.

import { createStore, useStore } from './store.js';

function read() {
  try {
    return location.hash
      .replace(/^#?\/?/, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return [''];
  }
}

const route = createStore(read());
addEventListener('hashchange', () => route.set(read()));

export const useRoute = () => useStore(route);
export const linkTo = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;
export const go = (...parts) => {
  location.hash = linkTo(...parts);
};
