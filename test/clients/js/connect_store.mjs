// connect_store.mjs - connect-dynamodb: express-session's sessions in a table that the store makes itself.

import { DynamoDBClient, DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import connectDynamodb from 'connect-dynamodb';
import express from 'express';
import session from 'express-session';
import { assert, endpoint, step, TableName, version } from './steps.mjs';

version('connect-dynamodb');
const client = new DynamoDBClient({ endpoint });
const store = new (connectDynamodb({ session }))({ client, table: TableName });
const call = (name, ...values) => new Promise((resolve, reject) => {
  store[name](...values, (error, result) => (error ? reject(error) : resolve(result)));
});

await step('tables', async () => {
  await store.initialize();
  assert.equal((await client.send(new DescribeTableCommand({ TableName }))).Table.TableStatus, 'ACTIVE');
});

await step('items', async () => {
  const app = express();
  app.use(session({ store, secret: 'secret', resave: false, saveUninitialized: false, cookie: { maxAge: 60000 } }));
  app.get('/count', (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    response.send(String(request.session.visits));
  });
  app.get('/leave', (request, response) => request.session.destroy(() => response.send('left')));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const first = await fetch(`${origin}/count`);
  const headers = { cookie: first.headers.get('set-cookie').split(';')[0] };
  const visit = async (path) => (await fetch(origin + path, { headers })).text();
  assert.deepEqual([await first.text(), await visit('/count'), await visit('/count')], ['1', '2', '3']);
  assert.equal(await visit('/leave'), 'left');
  assert.equal(await visit('/count'), '1');
  server.close();
});

// It scans with ScanFilter and AttributesToGet, the parameters before expressions.
await step('paging', async () => {
  await call('set', 'old', { cookie: { maxAge: -1000 }, user: 'ada' });
  await call('set', 'fresh', { cookie: { maxAge: 60000 }, user: 'bob' });
  await call('touch', 'fresh', { cookie: { maxAge: 90000 }, user: 'bob' });
  assert.equal(await call('get', 'old'), null);
  await call('reap');
  const { Items } = await client.send(new ScanCommand({ TableName }));
  assert.ok(Items.some((item) => item.id.S === 'sess:fresh') && !Items.some((item) => item.id.S === 'sess:old'));
});
process.exit(0);
