// v3_document.mjs - @aws-sdk/lib-dynamodb: plain JavaScript values, paginators, batches and transactions.

import { DynamoDBClient, CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, ScanCommand,
  TransactGetCommand, TransactWriteCommand, UpdateCommand, paginateQuery, paginateScan,
} from '@aws-sdk/lib-dynamodb';
import { assert, collect, config, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
// a client of its own: the options of the document client live in the client below it
const exact = DynamoDBDocumentClient.from(new DynamoDBClient(config), { unmarshallOptions: { wrapNumbers: true } });
const send = (command) => documents.send(command);
const TableName = 'wire_v3_document';

section('create the table', async () => {
  await client.send(new CreateTableCommand({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'S' }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
});

section('values there and back', async () => {
  const Item = {
    id: 'a', sort: '1', note: 'ü\n', n: 1.5, big: 12345678901234567890n, yes: true, nothing: null,
    list: [1, 'two', [3], { four: 4 }], info: { a: { b: [{ c: 'd' }] } },
    strings: new Set(['x', 'y']), numbers: new Set([1, 2.5]), bytes: new Set([Uint8Array.of(1, 2)]), binary: Uint8Array.of(255, 0),
  };
  await send(new PutCommand({ TableName, Item: { ...Item, gone: undefined } }));
  const { Item: found } = await send(new GetCommand({ TableName, Key: { id: 'a', sort: '1' }, ConsistentRead: true }));
  assert.deepEqual(found, { ...Item, big: 12345678901234567890n });
  const { Item: wrapped } = await exact.send(new GetCommand({ TableName, Key: { id: 'a', sort: '1' }, ProjectionExpression: 'big, n' }));
  assert.deepEqual([wrapped.big.value, wrapped.n.value], ['12345678901234567890', '1.5']);
});

section('updates and deletes', async () => {
  const update = (more) => send(new UpdateCommand({ TableName, Key: { id: 'a', sort: '1' }, ReturnValues: 'UPDATED_NEW', ...more }));
  assert.deepEqual((await update({
    UpdateExpression: 'SET #list[0] = :v, info.a.b[0].c = :v, fresh = if_not_exists(fresh, :v) ADD strings :s DELETE numbers :one',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':v': 'new', ':s': new Set(['z']), ':one': new Set([1]) },
  })).Attributes, {
    list: ['new'], info: { a: { b: [{ c: 'new' }] } }, fresh: 'new', strings: new Set(['x', 'y', 'z']), numbers: new Set([2.5]),
  });
  await rejects(update({ UpdateExpression: 'SET nowhere.a = :v', ExpressionAttributeValues: { ':v': 1 } }),
    'ValidationException', 'The document path provided in the update expression is invalid for update');
  await rejects(update({ UpdateExpression: 'SET n = note + :v', ExpressionAttributeValues: { ':v': 1 } }),
    'ValidationException', 'An operand in the update expression has an incorrect data type');
  await rejects(update({ UpdateExpression: 'SET a = :v, a = :v', ExpressionAttributeValues: { ':v': 1 } }),
    'ValidationException', /Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \[a\], path two: \[a\]$/);
  const { Attributes } = await send(new DeleteCommand({
    TableName, Key: { id: 'a', sort: '1' }, ReturnValues: 'ALL_OLD', ConditionExpression: 'size(#l) = :four AND attribute_type(#n, :t)',
    ExpressionAttributeNames: { '#l': 'list', '#n': 'nothing' }, ExpressionAttributeValues: { ':four': 4, ':t': 'NULL' },
  }));
  assert.equal(Attributes.big, 12345678901234567890n);
});

section('queries and scans', async () => {
  for (let i = 0; i < 12; i++) {
    await send(new PutCommand({ TableName, Item: { id: 'q', sort: `item#${String(i).padStart(2, '0')}`, i, even: i % 2 === 0 } }));
  }
  const input = {
    TableName, KeyConditionExpression: 'id = :id AND begins_with(#s, :p)', ExpressionAttributeNames: { '#s': 'sort' },
    ExpressionAttributeValues: { ':id': 'q', ':p': 'item#0' },
  };
  const { Items, LastEvaluatedKey } = await send(new QueryCommand({ ...input, ScanIndexForward: false, Limit: 3 }));
  assert.deepEqual(Items.map((item) => item.i), [9, 8, 7]);
  assert.deepEqual(LastEvaluatedKey, { id: 'q', sort: 'item#07' });
  const rest = await send(new QueryCommand({ ...input, ScanIndexForward: false, ExclusiveStartKey: LastEvaluatedKey }));
  assert.deepEqual(rest.Items.map((item) => item.i), [6, 5, 4, 3, 2, 1, 0]);
  const paged = await collect(paginateQuery({ client: documents, pageSize: 4 }, input), 'Items');
  assert.deepEqual(paged.map((item) => item.i), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const scanned = await collect(paginateScan({ client: documents, pageSize: 5 }, {
    TableName, FilterExpression: 'even = :t AND NOT i IN (:a, :b)', ExpressionAttributeValues: { ':t': true, ':a': 0, ':b': 4 },
  }), 'Items');
  assert.deepEqual(scanned.map((item) => item.i).sort((a, b) => a - b), [2, 6, 8, 10]);
  const { Count, ScannedCount } = await send(new ScanCommand({ TableName, Select: 'COUNT' }));
  assert.deepEqual([Count, ScannedCount], [12, 12]);
});

section('batches', async () => {
  const { UnprocessedItems } = await send(new BatchWriteCommand({
    RequestItems: { [TableName]: [
      ...Array.from({ length: 20 }, (_, i) => ({ PutRequest: { Item: { id: 'b', sort: `${i}`, i } } })),
      { DeleteRequest: { Key: { id: 'q', sort: 'item#00' } } },
    ] },
  }));
  assert.deepEqual(UnprocessedItems, {});
  const { Responses, UnprocessedKeys } = await send(new BatchGetCommand({
    RequestItems: { [TableName]: { Keys: [{ id: 'b', sort: '3' }, { id: 'b', sort: '19' }, { id: 'q', sort: 'item#00' }], ConsistentRead: true } },
  }));
  assert.deepEqual(UnprocessedKeys, {});
  assert.deepEqual(Responses[TableName].map((item) => item.i).sort(), [19, 3]);
  await rejects(send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [{ id: 'b', sort: '3' }, { id: 'b', sort: '3' }] } } })),
    'ValidationException', 'Provided list of item keys contains duplicates');
  await rejects(send(new BatchGetCommand({ RequestItems: { wire_nowhere: { Keys: [{ id: 'b' }] } } })),
    'ResourceNotFoundException', 'Requested resource not found');
});

section('transactions', async () => {
  const ClientRequestToken = `wire-${Date.now()}`;
  const add = { Update: { TableName, Key: { id: 't', sort: '2' }, UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': 5 } } };
  const input = { ClientRequestToken, TransactItems: [
    { Put: { TableName, Item: { id: 't', sort: '1', n: 1 }, ConditionExpression: 'attribute_not_exists(id)' } }, add,
  ] };
  await send(new TransactWriteCommand(input));
  await send(new TransactWriteCommand(input));
  const { Responses } = await send(new TransactGetCommand({ TransactItems: [
    { Get: { TableName, Key: { id: 't', sort: '1' } } }, { Get: { TableName, Key: { id: 't', sort: '2' }, ProjectionExpression: 'n' } },
    { Get: { TableName, Key: { id: 't', sort: '3' } } },
  ] }));
  assert.deepEqual(Responses.map((response) => response.Item), [{ id: 't', sort: '1', n: 1 }, { n: 5 }, undefined]);
  await rejects(send(new TransactWriteCommand({ ClientRequestToken, TransactItems: [add] })), 'IdempotentParameterMismatchException',
    /different/);
  const cancelled = await rejects(send(new TransactWriteCommand({ TransactItems: [
    { ConditionCheck: { TableName, Key: { id: 't', sort: '1' }, ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': 2 },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    { Delete: { TableName, Key: { id: 't', sort: '2' } } },
  ] })), 'TransactionCanceledException',
  'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]');
  assert.equal(cancelled.CancellationReasons[0].Code, 'ConditionalCheckFailed');
  assert.equal(cancelled.CancellationReasons[0].Message, 'The conditional request failed');
  assert.equal(cancelled.CancellationReasons[1].Code, 'None');
  assert.equal((await send(new GetCommand({ TableName, Key: { id: 't', sort: '2' } }))).Item.n, 5);
  await rejects(send(new TransactWriteCommand({ TransactItems: [add, { Delete: { TableName, Key: { id: 't', sort: '2' } } }] })),
    'ValidationException', 'Transaction request cannot include multiple operations on one item');
});

section('drop the table', async () => {
  await client.send(new DeleteTableCommand({ TableName }));
});

await main();
