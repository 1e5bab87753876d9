// docs.mjs - the program in JavaScript of docs/partiql.md does what it says; all but the endpoint is the documentation's.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { assert, config, endpoint, main, section } from './wire.mjs';

const AsyncFunction = (async () => {}).constructor;

section('the program', async () => {
  const text = readFileSync(join(dirname(process.env.DYNAPG_README), 'docs', 'partiql.md'), 'utf8');
  const [, program] = text.match(/^```js\n(.*?)^```$/ms);
  assert.equal(program.split('http://localhost:8000').length, 2);
  // Its imports become parameters, since it is no file beside the packages.
  const code = program.replaceAll('http://localhost:8000', endpoint)
    .replace(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = await load($2);');
  const client = new DynamoDBClient(config);
  const Key = { artist: { S: 'Acme' }, song: { S: 'Three' } };
  await client.send(new CreateTableCommand({
    TableName: 'Songs', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }, { AttributeName: 'song', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'artist', AttributeType: 'S' }, { AttributeName: 'song', AttributeType: 'S' }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: 'Songs' });
  await client.send(new PutItemCommand({ TableName: 'Songs', Item: { ...Key, plays: { N: '0' } } }));
  await client.send(new PutItemCommand({ TableName: 'Songs', Item: { ...Key, song: { S: 'One' } } }));
  await new AsyncFunction('load', code)((name) => import(name));
  assert.deepEqual((await client.send(new GetItemCommand({ TableName: 'Songs', Key }))).Item.plays, { N: '1' });
  await client.send(new DeleteTableCommand({ TableName: 'Songs' }));
});

await main();
