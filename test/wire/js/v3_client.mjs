// v3_client.mjs - @aws-sdk/client-dynamodb: tables, items, conditions, queries, scans, paginators, waiters, errors.

import {
  ConditionalCheckFailedException, CreateTableCommand, DeleteItemCommand, DeleteTableCommand, DescribeTableCommand,
  DynamoDB, DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand, QueryCommand, ResourceInUseException,
  ResourceNotFoundException, ScanCommand, UpdateItemCommand, UpdateTableCommand,
  paginateListTables, paginateQuery, paginateScan, waitUntilTableExists, waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { assert, collect, config, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const send = (command) => client.send(command);
const TableName = 'wire_v3_client';
const key = (pk, sk) => ({ pk: { S: pk }, sk: { N: String(sk) } });

section('create a table with indexes, wait for it', async () => {
  const { TableDescription } = await send(new CreateTableCommand({
    TableName,
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'owner', AttributeType: 'S' }, { AttributeName: 'at', AttributeType: 'N' },
    ],
    LocalSecondaryIndexes: [{
      IndexName: 'by_at',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'at', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'ALL' },
    }],
    GlobalSecondaryIndexes: [{
      IndexName: 'by_owner',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }, { AttributeName: 'at', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] },
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }],
  }));
  assert.equal(TableDescription.TableStatus, 'CREATING');
  assert.equal(TableDescription.TableName, TableName);
  assert.match(TableDescription.TableArn, /^arn:aws:dynamodb:us-east-1:\d{12}:table\/wire_v3_client$/);
  assert.ok(TableDescription.CreationDateTime instanceof Date);
  assert.ok(Math.abs(TableDescription.CreationDateTime - Date.now()) < 60000);

  const waited = await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  assert.equal(waited.state, 'SUCCESS');
  const { Table } = await send(new DescribeTableCommand({ TableName }));
  assert.equal(Table.TableStatus, 'ACTIVE');
  assert.equal(Table.ItemCount, 0);
  assert.equal(Table.ProvisionedThroughput.WriteCapacityUnits, 6);
  assert.deepEqual(Table.KeySchema, [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }]);
  assert.equal(Table.GlobalSecondaryIndexes[0].IndexStatus, 'ACTIVE');
  assert.deepEqual(Table.GlobalSecondaryIndexes[0].Projection, { ProjectionType: 'INCLUDE', NonKeyAttributes: ['title'] });
  assert.equal(Table.LocalSecondaryIndexes[0].IndexName, 'by_at');

  await rejects(send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  })), 'ResourceInUseException', `Table already exists: ${TableName}`)
    .then((error) => assert.ok(error instanceof ResourceInUseException));
});

section('every type there and back', async () => {
  const Item = {
    ...key('types', 1),
    s: { S: 'grüße 🌍 "quoted" \\ \u0001 \u2028' },
    empty: { S: '' },
    n: { N: '-12345678901234567890.123456789012345678' },
    b: { B: Uint8Array.from([0, 1, 254, 255]) },
    nothing: { B: new Uint8Array() },
    bool: { BOOL: false },
    nul: { NULL: true },
    l: { L: [{ S: 'x' }, { N: '1' }, { L: [] }, { M: {} }] },
    m: { M: { a: { M: { b: { BOOL: true } } } } },
  };
  const sets = { ss: { SS: ['b', 'a'] }, ns: { NS: ['10', '-3.5'] }, bs: { BS: [Uint8Array.of(2), Uint8Array.of(1)] } };
  const put = await send(new PutItemCommand({ TableName, Item: { ...Item, ...sets } }));
  assert.deepEqual(Object.keys(put), ['$metadata']);
  assert.equal(put.$metadata.httpStatusCode, 200);
  assert.match(put.$metadata.requestId, /^[A-Z0-9]{52}$/);

  const got = await send(new GetItemCommand({ TableName, Key: key('types', 1), ConsistentRead: true }));
  for (const [name, value] of Object.entries(Item)) {
    assert.deepEqual(got.Item[name], value, name);
  }
  assert.deepEqual(new Set(got.Item.ss.SS), new Set(sets.ss.SS));
  assert.deepEqual(new Set(got.Item.ns.NS), new Set(sets.ns.NS));
  assert.deepEqual(got.Item.bs.BS.map((bytes) => bytes[0]).sort(), [1, 2]);

  const missing = await send(new GetItemCommand({ TableName, Key: key('nobody', 1) }));
  assert.equal(missing.Item, undefined);
});

section('conditional writes and what they return', async () => {
  await send(new PutItemCommand({ TableName, Item: { ...key('c', 1), version: { N: '1' }, name: { S: 'one' } } }));
  const failed = await rejects(send(new PutItemCommand({
    TableName,
    Item: key('c', 1),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })), 'ConditionalCheckFailedException', 'The conditional request failed');
  assert.ok(failed instanceof ConditionalCheckFailedException);
  assert.equal(failed.$fault, 'client');
  assert.equal(failed.$metadata.httpStatusCode, 400);
  assert.deepEqual(failed.Item, { ...key('c', 1), version: { N: '1' }, name: { S: 'one' } });

  const updated = await send(new UpdateItemCommand({
    TableName,
    Key: key('c', 1),
    UpdateExpression: 'SET version = version + :one, #n = :name REMOVE gone ADD hits :one',
    ConditionExpression: 'version = :v AND begins_with(#n, :o)',
    ExpressionAttributeNames: { '#n': 'name' },
    ExpressionAttributeValues: { ':one': { N: '1' }, ':name': { S: 'two' }, ':v': { N: '1' }, ':o': { S: 'o' } },
    ReturnValues: 'UPDATED_NEW',
    ReturnConsumedCapacity: 'TOTAL',
  }));
  assert.deepEqual(updated.Attributes, { version: { N: '2' }, name: { S: 'two' }, hits: { N: '1' } });
  assert.deepEqual(updated.ConsumedCapacity, { TableName, CapacityUnits: 1 });

  const deleted = await send(new DeleteItemCommand({ TableName, Key: key('c', 1), ReturnValues: 'ALL_OLD' }));
  assert.deepEqual(deleted.Attributes, { ...key('c', 1), version: { N: '2' }, name: { S: 'two' }, hits: { N: '1' } });
  const again = await send(new DeleteItemCommand({ TableName, Key: key('c', 1), ReturnValues: 'ALL_OLD' }));
  assert.equal(again.Attributes, undefined);
});

section('queries and paginators', async () => {
  for (let sk = 1; sk <= 25; sk++) {
    await send(new PutItemCommand({
      TableName,
      Item: { ...key('page', sk), owner: { S: sk % 2 ? 'odd' : 'even' }, at: { N: String(100 - sk) }, title: { S: `t${sk}` }, secret: { S: 'x' } },
    }));
  }
  const input = {
    TableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': { S: 'page' }, ':low': { N: '3' }, ':high': { N: '22' } },
  };
  const one = await send(new QueryCommand({ ...input, Limit: 2, ScanIndexForward: false }));
  assert.deepEqual(one.Items.map((item) => item.sk.N), ['22', '21']);
  assert.deepEqual(one.LastEvaluatedKey, key('page', 21));
  assert.deepEqual([one.Count, one.ScannedCount], [2, 2]);

  const pages = await collect(paginateQuery({ client, pageSize: 6 }, { ...input }));
  assert.deepEqual(pages.map((page) => page.Count), [6, 6, 6, 2]);
  assert.deepEqual(pages.flatMap((page) => page.Items.map((item) => Number(item.sk.N))), Array.from({ length: 20 }, (_, i) => i + 3));

  const odd = await collect(paginateQuery({ client, pageSize: 4 }, {
    TableName,
    IndexName: 'by_owner',
    KeyConditionExpression: '#o = :o AND #at > :at',
    ExpressionAttributeNames: { '#o': 'owner', '#at': 'at' },
    ExpressionAttributeValues: { ':o': { S: 'odd' }, ':at': { N: '80' } },
  }), 'Items');
  assert.deepEqual(odd.map((item) => Number(item.at.N)), [81, 83, 85, 87, 89, 91, 93, 95, 97, 99]);
  assert.deepEqual(odd[0], { ...key('page', 19), owner: { S: 'odd' }, at: { N: '81' }, title: { S: 't19' } });

  const filtered = await send(new QueryCommand({
    TableName,
    IndexName: 'by_at',
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND #at < :at',
    FilterExpression: 'contains(title, :two)',
    ProjectionExpression: 'secret, sk',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':pk': { S: 'page' }, ':at': { N: '90' }, ':two': { S: '2' } },
  }));
  assert.deepEqual(filtered.Items.map((item) => item.sk.N), ['25', '24', '23', '22', '21', '20', '12']);
  assert.equal(filtered.ScannedCount, 15);
  assert.deepEqual(Object.keys(filtered.Items[0]).sort(), ['secret', 'sk']);

  const count = await send(new QueryCommand({ ...input, Select: 'COUNT' }));
  assert.deepEqual([count.Count, count.Items], [20, undefined]);
});

section('scans, in segments, too', async () => {
  const all = await collect(paginateScan({ client, pageSize: 7 }, { TableName }), 'Items');
  assert.equal(all.length, 26);
  const seen = new Set();
  for (let Segment = 0; Segment < 4; Segment++) {
    for (const item of await collect(paginateScan({ client, pageSize: 5 }, { TableName, Segment, TotalSegments: 4 }), 'Items')) {
      seen.add(`${item.pk.S}/${item.sk.N}`);
    }
  }
  assert.equal(seen.size, 26);
  const filtered = await send(new ScanCommand({
    TableName,
    FilterExpression: 'attribute_exists(#b)',
    ExpressionAttributeNames: { '#b': 'bool' },
    Select: 'COUNT',
  }));
  assert.deepEqual([filtered.Count, filtered.ScannedCount], [1, 26]);
});

section('names and messages of errors', async () => {
  const gone = await rejects(send(new GetItemCommand({ TableName: 'wire_nowhere', Key: key('a', 1) })),
    'ResourceNotFoundException', 'Requested resource not found');
  assert.ok(gone instanceof ResourceNotFoundException);
  await rejects(send(new DescribeTableCommand({ TableName: 'wire_nowhere' })),
    'ResourceNotFoundException', 'Requested resource not found: Table: wire_nowhere not found');
  await rejects(send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } })),
    'ValidationException', 'The provided key element does not match the schema');
  await rejects(send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } })),
    'ValidationException', 'One or more parameter values were invalid: Missing the key sk in the item');
  await rejects(send(new PutItemCommand({ TableName, Item: { ...key('a', 1), sk: { S: '1' } } })),
    'ValidationException', 'One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S');
  await rejects(send(new UpdateItemCommand({
    TableName, Key: key('a', 1), UpdateExpression: 'SET sk = :x', ExpressionAttributeValues: { ':x': { N: '2' } },
  })), 'ValidationException', 'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key');
  await rejects(send(new UpdateItemCommand({ TableName, Key: key('a', 1), UpdateExpression: 'SET a = :x' })),
    'ValidationException',
    /Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :x$/);
  await rejects(send(new PutItemCommand({
    TableName, Item: key('a', 1), ConditionExpression: 'attribute_exists(a)', ExpressionAttributeValues: { ':x': { S: '' } },
  })), 'ValidationException', /Value provided in ExpressionAttributeValues unused in expressions: keys: \{:x\}$/);
  await rejects(send(new QueryCommand({
    TableName, KeyConditionExpression: 'sk = :x', ExpressionAttributeValues: { ':x': { N: '1' } },
  })), 'ValidationException', 'Query condition missed key schema element: pk');
  await rejects(send(new PutItemCommand({ TableName, Item: { ...key('a', 1), big: { S: 'x'.repeat(409600) } } })),
    'ValidationException', 'Item size has exceeded the maximum allowed size');
  await rejects(send(new GetItemCommand({ TableName: 'a', Key: {} })),
    'ValidationException', /TableName|tableName/);
});

section('list the tables, change one, drop it, wait', async () => {
  const names = await collect(paginateListTables({ client, pageSize: 1 }, { ExclusiveStartTableName: 'wire_v3_clien' }), 'TableNames');
  assert.ok(names.includes(TableName));
  assert.deepEqual(names, [...names].sort());
  const listed = await send(new ListTablesCommand({ ExclusiveStartTableName: 'wire_v3_clien', Limit: 1 }));
  assert.deepEqual(listed.TableNames, [TableName]);

  await send(new UpdateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST' }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  const { Table } = await send(new DescribeTableCommand({ TableName }));
  assert.equal(Table.BillingModeSummary.BillingMode, 'PAY_PER_REQUEST');

  const { TableDescription } = await send(new DeleteTableCommand({ TableName }));
  assert.equal(TableDescription.TableStatus, 'DELETING');
  const waited = await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  assert.equal(waited.state, 'SUCCESS');
});

section('the aggregated client, 50 requests at once', async () => {
  const db = new DynamoDB(config);
  await db.createTable({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  });
  await Promise.all(Array.from({ length: 50 }, (_, i) => db.updateItem({
    TableName, Key: { pk: { S: `k${i % 5}` } }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } },
  })));
  const { Items } = await db.scan({ TableName });
  assert.deepEqual(Items.map((item) => item.n.N), ['10', '10', '10', '10', '10']);
  await db.deleteTable({ TableName });
});

await main();
