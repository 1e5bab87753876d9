// tables.js - what is known about tables: their names, and descriptions of those that somebody looks at.

import { createStore, useStore } from './store.js';
import { dynamodb } from './client.js';

export const tables = createStore({ names: [], loading: true });

let turn = 0; // a later call of loadTables ends earlier ones

// Reads the names again, and forgets descriptions.
export async function loadTables() {
  const mine = ++turn;
  let names = [];
  let start;
  known.clear();
  tables.set({ ...tables.get(), loading: true, error: undefined });
  try {
    do {
      const { data } = await dynamodb('ListTables', start ? { ExclusiveStartTableName: start } : {});
      if (mine !== turn) {
        return;
      }
      names = names.concat(data.TableNames);
      start = data.LastEvaluatedTableName;
      if (start && names.length >= tables.get().names.length) {
        tables.set({ names, loading: true });
      }
    } while (start);
    tables.set({ names, loading: false });
  } catch (error) {
    if (mine === turn) {
      tables.set({ ...tables.get(), loading: false, error });
    }
  }
}

export function forgetTables() {
  turn++;
  known.clear();
  tables.set({ names: [], loading: true });
}

// -- descriptions --

const MOST = 4; // requests at a time: the browser has six connections
const MOST_KNOWN = 500;
const known = new Map(); // name -> store of {table, ttl, error}
const waiting = [];
let running = 0;

async function fetchDescription(name) {
  const { data } = await dynamodb('DescribeTable', { TableName: name });
  let ttl;
  try {
    ttl = (await dynamodb('DescribeTimeToLive', { TableName: name })).data.TimeToLiveDescription;
  } catch {
    // shown as unknown
  }
  return { table: data.Table, ttl };
}

function pump() {
  while (running < MOST && waiting.length > 0) {
    const { name, store } = waiting.pop(); // the latest first: it is what is visible
    running++;
    fetchDescription(name)
      .then(
        (description) => store.set(description),
        (error) => store.set({ error }),
      )
      .finally(() => {
        running--;
        pump();
      });
  }
}

function storeOf(name) {
  let store = known.get(name);
  if (!store) {
    if (known.size >= MOST_KNOWN) {
      known.delete(known.keys().next().value);
    }
    store = createStore({});
    known.set(name, store);
    waiting.push({ name, store });
    if (waiting.length > MOST_KNOWN) {
      known.delete(waiting.shift().name);
    }
    pump();
  }
  return store;
}

// {table, ttl} of the table, {error}, or {} while it is not known.
export function useDescription(name) {
  return useStore(storeOf(name));
}

// Reads it again; what is known stays until then.
export async function refreshDescription(name) {
  const store = storeOf(name);
  try {
    store.set(await fetchDescription(name));
  } catch (error) {
    store.set({ error });
  }
}

// -- reading descriptions --

export const typeOfAttribute = (table, name) =>
  table.AttributeDefinitions.find((definition) => definition.AttributeName === name)?.AttributeType;

export function keysOf(table, schema = table.KeySchema) {
  return schema.map(({ AttributeName, KeyType }) => ({
    name: AttributeName,
    kind: KeyType,
    type: typeOfAttribute(table, AttributeName),
  }));
}

export const keyNames = (table) => table.KeySchema.map(({ AttributeName }) => AttributeName);

export const indexesOf = (table) => [
  ...(table.GlobalSecondaryIndexes ?? []).map((index) => ({ ...index, kind: 'global' })),
  ...(table.LocalSecondaryIndexes ?? []).map((index) => ({ ...index, kind: 'local' })),
];

export const vectorIndexesOf = (table) => table.VectorIndexes ?? [];

// How many secondary indexes it has, and whether one of them is being made or deleted.
export const countIndexes = (table) => indexesOf(table).length + vectorIndexesOf(table).length;

export const hasChangingIndex = (table) =>
  [...indexesOf(table), ...vectorIndexesOf(table)].some(({ IndexStatus }) => IndexStatus && IndexStatus !== 'ACTIVE');
