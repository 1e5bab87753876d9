// readme.mjs - README's program in JavaScript does what it says; all but the endpoint is README's.

import { readFileSync } from 'node:fs';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { assert, config, endpoint, main, section } from './wire.mjs';

const AsyncFunction = (async () => {}).constructor;

section('the program', async () => {
  const readme = readFileSync(process.env.DYNAPG_README, 'utf8');
  const [, program] = readme.match(/^```js\n(.*?)^```$/ms);
  assert.equal(program.split('http://localhost:8000').length, 2);
  // Its imports become parameters, since it is no file beside the packages.
  const code = program.replaceAll('http://localhost:8000', endpoint)
    .replace(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = await load($2);');
  const client = new DynamoDBClient(config);
  await client.send(new CreateTableCommand({
    TableName: 'Notes', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  }));
  const output = [];
  await new AsyncFunction('load', 'console', code)((name) => import(name), { log: (text) => output.push(text) });
  assert.deepEqual(output, ['from JavaScript']);
  await client.send(new DeleteTableCommand({ TableName: 'Notes' }));
});

await main();
