// program_notes.mjs - notes behind a REST API: two Lambda handlers over SDK v3, then listing, changing and deleting.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import {
  CreateTableCommand, DeleteItemCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { assert, config, main, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const TableName = 'notes-table';

const reply = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });
const note = (item) => ({ id: item.SK.S, content: item.noteContent.S, title: item.title?.S, date: item.date?.S });

const handlers = {
  async POST({ user, id = randomUUID(), body }) {
    const { content, title, date } = JSON.parse(body);
    await client.send(new PutItemCommand({ TableName, Item: {
      PK: { S: user }, SK: { S: id }, noteContent: { S: content }, ...(title && { title: { S: title } }), ...(date && { date: { S: date } }),
    } }));
    return reply(201, { id });
  },
  async GET({ user, id }) {
    if (id === undefined) {
      const { Items } = await client.send(new QueryCommand({
        TableName, KeyConditionExpression: 'PK = :userId', ExpressionAttributeValues: { ':userId': { S: user } },
      }));
      return reply(200, Items.map(note));
    }
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { PK: { S: user }, SK: { S: id } } }));
    return Item ? reply(200, note(Item)) : reply(404, { message: 'not found' });
  },
  async DELETE({ user, id }) {
    await client.send(new DeleteItemCommand({ TableName, Key: { PK: { S: user }, SK: { S: id } } }));
    return reply(204, {});
  },
};
handlers.PUT = handlers.POST;

// The gateway: /users/USER/notes[/ID]
const server = createServer(async (request, response) => {
  try {
    const [, , user, , id] = request.url.split('/').map(decodeURIComponent);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { statusCode, body } = await handlers[request.method]({ user, id, body: Buffer.concat(chunks).toString() });
    response.writeHead(statusCode).end(statusCode === 204 ? undefined : body);
  } catch (error) {
    response.writeHead(500).end(JSON.stringify({ error: String(error) }));
  }
});

let base;
async function call(method, path, body) {
  const response = await fetch(base + path, { method, body: body && JSON.stringify(body) });
  const text = await response.text();
  return [response.status, text && JSON.parse(text)];
}

section('table and gateway', async () => {
  await client.send(new CreateTableCommand({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }, { AttributeName: 'SK', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }, { AttributeName: 'SK', AttributeType: 'S' }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});

let id;

section('put a note, get it, ask for one that is not there', async () => {
  const [status, body] = await call('POST', '/users/ada/notes', { content: 'remember the milk' });
  assert.equal(status, 201);
  id = body.id;
  assert.deepEqual(await call('GET', `/users/ada/notes/${id}`), [200, { id, content: 'remember the milk' }]);
  assert.deepEqual(await call('GET', `/users/bob/notes/${id}`), [404, { message: 'not found' }]);
  assert.deepEqual(await call('GET', '/users/ada/notes/nothing'), [404, { message: 'not found' }]);
});

section('update, list, delete', async () => {
  await call('PUT', `/users/ada/notes/${id}`, { content: 'remember the butter', title: 'Shopping', date: '2026-11-21' });
  const [, second] = await call('POST', '/users/ada/notes', { content: 'second' });
  await call('POST', '/users/bob/notes', { content: 'of bob' });
  const [status, notes] = await call('GET', '/users/ada/notes');
  assert.equal(status, 200);
  const expected = [{ id, content: 'remember the butter', title: 'Shopping', date: '2026-11-21' }, { id: second.id, content: 'second' }];
  assert.deepEqual(notes, expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
  assert.equal((await call('DELETE', `/users/ada/notes/${id}`))[0], 204);
  assert.equal((await call('DELETE', `/users/ada/notes/${id}`))[0], 204);
  assert.deepEqual((await call('GET', '/users/ada/notes'))[1], [{ id: second.id, content: 'second' }]);
});

section('drop the table', async () => {
  server.close();
  await client.send(new DeleteTableCommand({ TableName }));
});

await main();
