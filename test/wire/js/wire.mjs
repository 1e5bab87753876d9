// wire.mjs - what the JavaScript clients share: where the server is, and assertions on results and errors.
//
// A program is a list of sections.  A section names the operations it needs beyond those that every program uses; while the
// server does not have one of them, the section is skipped with a line that says so.  The first difference ends the
// program with status 1.

import assert from 'node:assert/strict';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export { assert };

export const endpoint = process.env.DYNAPG_ENDPOINT;
export const region = process.env.AWS_REGION;
export const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
};

// Configuration of a client of SDK v3, and with small changes of v2.
export const config = { endpoint, region, credentials, maxAttempts: 3 };

// Asserts that the promise is rejected with the error of this name and exactly this message (or one that matches).
export async function rejects(promise, name, message) {
  let result;
  try {
    result = await promise;
  } catch (error) {
    const found = { name: error.name, message: error.message };
    if (message instanceof RegExp) {
      assert.equal(found.name, name, `${error.name}: ${error.message}`);
      assert.match(found.message, message);
    } else {
      assert.deepEqual(found, { name, message });
    }
    return error;
  }
  assert.fail(`${name} expected, but the call succeeded: ${JSON.stringify(result)}`);
}

// All pages of an SDK paginator, as one list.
export async function collect(pages, member) {
  const all = [];
  for await (const page of pages) {
    all.push(...(member ? page[member] : [page]));
  }
  return all;
}

// Does the server have the operation?  An empty request to one that it has gets another error, or a reply.
async function has(operation) {
  const client = new DynamoDBClient({ ...config, maxAttempts: 1 });
  client.middlewareStack.add((next) => async (args) => {
    args.request.headers['x-amz-target'] = `DynamoDB_20120810.${operation}`;
    args.request.body = '{}';
    return next(args);
  }, { step: 'build', priority: 'low' });
  const { ListTablesCommand } = await import('@aws-sdk/client-dynamodb');
  try {
    await client.send(new ListTablesCommand({}));
    return true;
  } catch (error) {
    return error.name !== 'UnknownOperationException';
  } finally {
    client.destroy();
  }
}

const sections = [];

// section(title, run) or section(title, [operations], run)
export function section(title, ...rest) {
  const run = rest.pop();
  sections.push({ title, needs: rest[0] ?? [], run });
}

// Runs the sections in their order; the last call of a program.
export async function main() {
  for (const { title, needs, run } of sections) {
    const missing = [];
    for (const operation of needs) {
      if (!(await has(operation))) {
        missing.push(operation);
      }
    }
    if (missing.length > 0) {
      console.log(`skipped: ${title}: the server has no ${missing.join(', ')}`);
      continue;
    }
    try {
      await run();
      console.log(`ok: ${title}`);
    } catch (error) {
      console.log(`FAILED: ${title}`);
      console.log(error.stack ?? error);
      if (error.CancellationReasons) {
        console.log(JSON.stringify(error.CancellationReasons));
      }
      process.exit(1);
    }
  }
  process.exit(0);
}
