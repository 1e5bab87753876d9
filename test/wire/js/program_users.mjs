// program_users.mjs - user administration: an Express application over SDK v2's DocumentClient.

import { createHash } from 'node:crypto';
import AWS from 'aws-sdk';
import express from 'express';
import { assert, credentials, endpoint, main, region, section } from './wire.mjs';

const options = { endpoint, region, ...credentials };
const db = new AWS.DynamoDB(options);
const documents = new AWS.DynamoDB.DocumentClient(options);
const TableName = 'user';
const hash = (password) => createHash('sha256').update(`salt${password}`).digest('hex');

const app = express();
app.use(express.json());
const route = (handler) => (request, response) => handler(request, response)
  .catch((error) => response.status(500).json({ code: error.code, message: error.message }));

app.post('/user', route(async (request, response) => {
  const { emailAddress, password, ...more } = request.body;
  const { Item } = await documents.get({ TableName, Key: { emailAddress } }).promise();
  if (Item) {
    return response.status(409).json({ message: 'address in use' });
  }
  await documents.put({ TableName, Item: { emailAddress, password: hash(password), ...more, dateCreated: Date.now() } }).promise();
  return response.status(201).json({ emailAddress });
}));
app.get('/user', route(async (request, response) => {
  const users = [];
  let ExclusiveStartKey;
  do {
    const page = await documents.scan({ TableName, ExclusiveStartKey }).promise();
    users.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  response.json(users);
}));
app.put('/user/:emailAddress', route(async (request, response) => {
  const fields = { ...request.body };
  if (fields.password) {
    fields.password = hash(fields.password);
  }
  const names = Object.keys(fields);
  const { Attributes } = await documents.update({
    TableName, Key: { emailAddress: request.params.emailAddress },
    UpdateExpression: `SET ${[...names.map((name) => `${name} = :${name}`), 'dateUpdated = :dateUpdated'].join(', ')}`,
    ExpressionAttributeValues: { ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])), ':dateUpdated': Date.now() },
    ReturnValues: 'ALL_NEW',
  }).promise();
  response.json(Attributes);
}));
app.delete('/user/:emailAddress', route(async (request, response) => {
  await documents.delete({ TableName, Key: { emailAddress: request.params.emailAddress } }).promise();
  response.status(204).end();
}));

let base;
async function call(method, path, body) {
  const response = await fetch(base + path, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const text = await response.text();
  return [response.status, text && JSON.parse(text)];
}

section('table and application', async () => {
  await db.createTable({
    TableName, KeySchema: [{ AttributeName: 'emailAddress', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'emailAddress', AttributeType: 'S' }], ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  }).promise();
  await db.waitFor('tableExists', { TableName, $waiter: { delay: 1 } }).promise();
  const server = await new Promise((resolve) => { const listening = app.listen(0, '127.0.0.1', () => resolve(listening)); });
  base = `http://127.0.0.1:${server.address().port}`;
});

section('insert, and an address that is taken', async () => {
  const ada = { emailAddress: 'ada@example.com', password: 'secret', firstName: 'Ada', roles: ['admin'], active: true };
  assert.deepEqual(await call('POST', '/user', ada), [201, { emailAddress: 'ada@example.com' }]);
  assert.deepEqual(await call('POST', '/user', ada), [409, { message: 'address in use' }]);
  assert.equal((await call('POST', '/user', { emailAddress: 'bob@example.com', password: 'x' }))[0], 201);
});

section('read all', async () => {
  const [status, users] = await call('GET', '/user');
  assert.equal(status, 200);
  assert.deepEqual(users.map((user) => user.emailAddress).sort(), ['ada@example.com', 'bob@example.com']);
  const ada = users.find((user) => user.firstName);
  assert.deepEqual([ada.password, ada.roles, ada.active, typeof ada.dateCreated], [hash('secret'), ['admin'], true, 'number']);
});

section('update what came', async () => {
  const [status, ada] = await call('PUT', '/user/ada@example.com', { firstName: 'Augusta', lastName: 'King', password: 'new' });
  assert.equal(status, 200);
  assert.deepEqual([ada.firstName, ada.lastName, ada.password, ada.roles], ['Augusta', 'King', hash('new'), ['admin']]);
  assert.ok(ada.dateUpdated >= ada.dateCreated);
  const [refused, error] = await call('PUT', '/user/ada@example.com', { name: 'a reserved word' });
  assert.equal(refused, 500);
  assert.equal(error.code, 'ValidationException');
  assert.match(error.message, /Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name$/);
  const [own, key] = await call('PUT', '/user/ada@example.com', { emailAddress: 'other@example.com' });
  assert.deepEqual([own, key.message], [500, 'One or more parameter values were invalid: Cannot update attribute emailAddress. This attribute is part of the key']);
});

section('delete', async () => {
  assert.equal((await call('DELETE', '/user/bob@example.com'))[0], 204);
  assert.deepEqual((await call('GET', '/user'))[1].map((user) => user.emailAddress), ['ada@example.com']);
  await db.deleteTable({ TableName }).promise();
});

await main();
