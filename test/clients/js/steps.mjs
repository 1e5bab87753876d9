// steps.mjs - what the clients' programs in JavaScript share: where the server is, and steps.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export { assert };

export const endpoint = process.env.DYNAPG_ENDPOINT;
export const lossy = process.env.DYNAPG_LOSSY_ENDPOINT;
export const region = process.env.AWS_REGION;
export const TableName = process.env.CLIENT_TABLE;
export const LargeTable = process.env.CLIENT_LARGE_TABLE;

// Prints the version of a package, whose package.json it may not export.
export function version(name) {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;; folder = dirname(folder)) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (found.name === name) {
        console.log(`version: ${found.version}`);
        return;
      }
    } catch (error) {
      if (error.code !== 'ENOENT') {
        throw error;
      }
    }
  }
}

export async function step(name, run) {
  try {
    await run();
    console.log(`ok: ${name}`);
  } catch (error) {
    console.log(`FAILED: ${name}`);
    console.log(error.stack ?? error);
    process.exit(1);
  }
}

// The keys of all items of the table of 18 MB, in as many calls as it takes; get(request) is BatchGetItem.
export async function readLarge(get) {
  const seen = new Set();
  let calls = 0;
  let request = { [LargeTable]: { Keys: Array.from({ length: 60 }, (_, i) => ({ pk: { S: String(i + 1) } })) } };
  while (Object.keys(request).length > 0) {
    const { Responses, UnprocessedKeys } = await get({ RequestItems: request });
    Responses[LargeTable].forEach((item) => seen.add(item.pk.S));
    request = UnprocessedKeys;
    calls += 1;
  }
  return [seen.size, calls];
}

export const definition = {
  TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }], StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};

// ADD 1, by a transaction
export const addOne = {
  TransactItems: [{ Update: { TableName, Key: { pk: { S: 'a' } }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } }],
};
