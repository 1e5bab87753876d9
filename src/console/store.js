// store.js - values that components follow, and what they do again and again.

import { useEffect, useState } from 'preact/hooks';

export function createStore(value) {
  const followers = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      followers.forEach((follow) => follow());
    },
    subscribe(follow) {
      followers.add(follow);
      return () => followers.delete(follow);
    },
  };
}

export function useStore(store) {
  const [, draw] = useState(0);
  const [seen] = useState({ value: undefined });
  seen.value = store.get();
  useEffect(() => {
    const follow = () => draw((n) => n + 1);
    if (store.get() !== seen.value) {
      follow();
    }
    return store.subscribe(follow);
  }, [store]);
  return seen.value;
}

// Calls refresh every so often while the component is there.
export function useInterval(refresh, milliseconds, parts) {
  const [, draw] = useState(0);
  useEffect(() => {
    let ended = false;
    let timer;
    const round = async () => {
      await refresh();
      draw((n) => n + 1);
      if (!ended) {
        timer = setTimeout(round, milliseconds);
      }
    };
    round();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, parts);
}
