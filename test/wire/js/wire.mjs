// wire.mjs - what the JavaScript clients share: where the server is, and assertions on results and errors.
//
// A program is a list of sections.  The first difference ends the program with status 1.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

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

// A psql session of a role that may write to the programs' tables, or undefined without one.  run(statement)
// resolves when it is done.
export function database() {
  if (!process.env.DYNAPG_PSQL) {
    return undefined;
  }
  const psql = spawn(process.env.DYNAPG_PSQL, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', process.env.DYNAPG_DATABASE],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: psql.stdout })[Symbol.asyncIterator]();
  return {
    async run(statement) {
      psql.stdin.write(`${statement};\n\\echo done\n`);
      for (;;) {
        const { value, done } = await lines.next();
        assert.ok(!done, `psql ended in: ${statement}`);
        if (value === 'done') {
          return;
        }
      }
    },
    end: () => psql.stdin.end(),
  };
}

const sections = [];

export function section(title, run) {
  sections.push({ title, run });
}

// Runs the sections in their order; the last call of a program.
export async function main() {
  for (const { title, run } of sections) {
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
