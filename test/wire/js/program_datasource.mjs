// program_datasource.mjs - a low-code tool's data source: the operation's name and a raw JSON body, signed and sent as they are.

import { createHash, createHmac } from 'node:crypto';
import { assert, credentials, endpoint, main, region, section } from './wire.mjs';

const hash = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

// Sends an operation with the body as the user typed it; returns status and parsed reply.
async function execute(operation, body) {
  const { host } = new URL(endpoint);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/dynamodb/aws4_request`;
  const headers = { 'content-type': 'application/x-amz-json-1.0', host, 'x-amz-date': date, 'x-amz-target': `DynamoDB_20120810.${operation}` };
  const names = Object.keys(headers).join(';');
  const canonical = ['POST', '/', '', ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), '', names, hash(body)].join('\n');
  const key = scope.split('/').reduce((previous, part) => hmac(previous, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')).toString('hex');
  const response = await fetch(endpoint, { method: 'POST', body, headers: { ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` } });
  return [response.status, JSON.parse(await response.text())];
}

const create = (TableName) => execute('CreateTable', JSON.stringify({
  TableName, BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pkey', KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: 'pkey', AttributeType: 'S' }],
}));

const bulk = Array.from({ length: 105 }, (_, i) => `source-${String(i).padStart(3, '0')}`);

section('ListTables: an empty body, a start and a limit, 100 names a page', async () => {
  for (const name of ['four', ...bulk]) {
    assert.equal((await create(name))[0], 200);
  }
  for (const body of ['', '{}']) {
    const [status, reply] = await execute('ListTables', body);
    assert.equal(status, 200);
    assert.equal(reply.TableNames.length, 100);
    assert.equal(reply.LastEvaluatedTableName, reply.TableNames[99]);
    const [, rest] = await execute('ListTables', JSON.stringify({ ExclusiveStartTableName: reply.LastEvaluatedTableName }));
    const all = [...reply.TableNames, ...rest.TableNames];
    assert.deepEqual(all.filter((name) => bulk.includes(name)), bulk);
    assert.equal(rest.LastEvaluatedTableName, undefined);
  }
  assert.deepEqual(await execute('ListTables', '{"ExclusiveStartTableName": "source-001", "Limit": 2}'),
    [200, { TableNames: ['source-002', 'source-003'], LastEvaluatedTableName: 'source-003' }]);
  const [status, refusal] = await execute('ListTables', '{"Limit": 101}');
  assert.equal(status, 400);
  assert.match(refusal.__type, /#ValidationException$/);
  assert.equal(refusal.message, "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100");
});

section('DescribeTable', async () => {
  const [status, { Table }] = await execute('DescribeTable', '{"TableName": "four"}');
  assert.equal(status, 200);
  assert.deepEqual([Table.TableName, Table.TableStatus, Table.KeySchema], ['four', 'ACTIVE', [{ AttributeName: 'pkey', KeyType: 'HASH' }]]);
  assert.equal(typeof Table.CreationDateTime, 'number');
});

section('PutItem, UpdateItem, GetItem', async () => {
  assert.deepEqual(await execute('PutItem', `{
    "TableName": "four",
    "Item": {"pkey": {"S": "a"}, "name": {"S": "Sherlock's"}, "friends": {"SS": ["Sherlock"]}}
  }`), [200, {}]);
  const [status, { Attributes }] = await execute('UpdateItem', `{
    "TableName": "four",
    "Key": {"pkey": {"S": "a"}},
    "UpdateExpression": "set friends = :new_friends",
    "ExpressionAttributeValues": {":new_friends": {"SS": ["Sherlock", "Watson", "Hudson"]}},
    "ReturnValues": "ALL_NEW"
  }`);
  assert.equal(status, 200);
  assert.deepEqual(Attributes.friends.SS.sort(), ['Hudson', 'Sherlock', 'Watson']);
  assert.deepEqual([Attributes.pkey, Attributes.name], [{ S: 'a' }, { S: "Sherlock's" }]);
  const [, { Item }] = await execute('GetItem', '{"TableName": "four", "Key": {"pkey": {"S": "a"}}}');
  assert.deepEqual(Item.friends.SS.sort(), ['Hudson', 'Sherlock', 'Watson']);
});

section('an untyped key, broken JSON, an unknown operation', async () => {
  const [status, error] = await execute('GetItem', '{"TableName": "four", "Key": {"pkey": "a"}}');
  assert.equal(status, 400);
  assert.equal(error.__type, 'com.amazon.coral.service#SerializationException');
  const [broken, refusal] = await execute('GetItem', '{"TableName": "four", ');
  assert.deepEqual([broken, refusal.__type], [400, 'com.amazon.coral.service#SerializationException']);
  const [unknown, nothing] = await execute('GetItems', '{}');
  assert.deepEqual([unknown, nothing.__type], [400, 'com.amazon.coral.service#UnknownOperationException']);
  assert.equal(nothing.message, 'Unknown operation exception: this version of dynapg has no operation GetItems');
});

section('drop the tables', async () => {
  for (const TableName of ['four', ...bulk]) {
    assert.equal((await execute('DeleteTable', JSON.stringify({ TableName })))[0], 200);
  }
});

await main();
