// v3_transactions.mjs - @aws-sdk/client-dynamodb: batches that come back in parts, transactions of every kind of action, their
// reasons, tokens, conflicts, and which of the errors the SDK repeats.

import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand, BatchWriteItemCommand, CreateTableCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand,
  IdempotentParameterMismatchException, PutItemCommand, TransactGetItemsCommand, TransactWriteItemsCommand,
  TransactionCanceledException, TransactionConflictException, TransactionInProgressException, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { assert, config, database, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const send = (command) => client.send(command);
const TableName = 'wire_v3_transactions';
const other = 'wire_v3_transactions.other';
const token = randomUUID().slice(0, 30); // tokens are kept for ten minutes: the next run has others

const key = (pk) => ({ pk: { S: pk } });
const number = (n) => ({ N: String(n) });
const put = (item, members) => ({ Put: { TableName, Item: item, ...members } });
const remove = (pk, members) => ({ Delete: { TableName, Key: key(pk), ...members } });
const add = (pk, n) => ({
  Update: { TableName, Key: key(pk), UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': number(n) } },
});
const check = (pk, ConditionExpression, members) => ({ ConditionCheck: { TableName, Key: key(pk), ConditionExpression, ...members } });
const write = (TransactItems, members) => send(new TransactWriteItemsCommand({ TransactItems, ...members }));
const read = async (pk) => (await send(new GetItemCommand({ TableName, Key: key(pk), ConsistentRead: true }))).Item;

async function cancelled(codes, actions) {
  const error = await rejects(write(actions), 'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`);
  assert.ok(error instanceof TransactionCanceledException);
  assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), codes);
  assert.deepEqual([error.$fault, error.$metadata.httpStatusCode, error.$metadata.attempts], ['client', 400, 1]);
  return error.CancellationReasons;
}

section('create two tables', async () => {
  for (const name of [TableName, other]) {
    await send(new CreateTableCommand({
      TableName: name, BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }));
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: name });
  }
});

section('batches until nothing is unprocessed', async () => {
  const puts = Array.from({ length: 45 }, (_, i) => ({ PutRequest: { Item: { ...key(`${i}`), text: { S: 'x'.repeat(390000) } } } }));
  for (const part of [puts.slice(0, 25), puts.slice(25)]) {
    let RequestItems = { [other]: part };
    while (Object.keys(RequestItems).length > 0) {
      RequestItems = (await send(new BatchWriteItemCommand({ RequestItems }))).UnprocessedItems;
    }
  }
  const found = [];
  let replies = 0;
  let RequestItems = { [other]: { Keys: Array.from({ length: 50 }, (_, i) => key(`${i}`)), ProjectionExpression: 'pk' } };
  while (Object.keys(RequestItems).length > 0) {
    const reply = await send(new BatchGetItemCommand({ RequestItems, ReturnConsumedCapacity: 'TOTAL' }));
    found.push(...reply.Responses[other].map((item) => Number(item.pk.S)));
    assert.equal(reply.ConsumedCapacity[0].TableName, other);
    RequestItems = reply.UnprocessedKeys;
    replies++;
  }
  assert.deepEqual(found.sort((a, b) => a - b), Array.from({ length: 45 }, (_, i) => i));
  assert.equal(replies, 2);
});

section('what batches refuse', async () => {
  const one = { PutRequest: { Item: key('a') } };
  const refused = (name, message, RequestItems) => rejects(send(new BatchWriteItemCommand({ RequestItems })), name, message);
  await refused('ValidationException', 'The provided key element does not match the schema', { [TableName]: [one, { PutRequest: { Item: {} } }] });
  await refused('ValidationException', 'Provided list of item keys contains duplicates', { [TableName]: [one, { DeleteRequest: { Key: key('a') } }] });
  await refused('ValidationException', "1 validation error detected: Value '{wire_v3_transactions=[]}' at 'requestItems' failed to satisfy constraint: "
    + 'Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]',
  { [TableName]: [] });
  await refused('ValidationException', 'Too many items requested for the BatchWriteItem call', {
    [TableName]: Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: key(`${i}`) } })), [other]: [one],
  });
  await refused('ResourceNotFoundException', 'Requested resource not found', { [TableName]: [one], wire_nowhere: [one] });
  assert.equal(await read('a'), undefined);
});

section('a transaction of every kind of action, on two tables, and one read together', async () => {
  await write(['kept', 'old', 'changed'].map((pk) => put({ ...key(pk), n: number(10) })));
  const { ConsumedCapacity } = await write([
    { Put: { TableName: other, Item: { ...key('0'), what: { S: 'tea' } }, ConditionExpression: 'attribute_exists(pk)' } },
    add('changed', 5), add('made', 1), remove('old', { ConditionExpression: 'attribute_exists(pk)' }), remove('nothing'),
    check('kept', '#n = :n', { ExpressionAttributeNames: { '#n': 'n' }, ExpressionAttributeValues: { ':n': number(10) } }),
  ], { ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(Object.fromEntries(ConsumedCapacity.map((part) => [part.TableName, part.CapacityUnits])), { [TableName]: 10, [other]: 762 });
  const { Responses } = await send(new TransactGetItemsCommand({ TransactItems: [
    { Get: { TableName, Key: key('changed'), ProjectionExpression: '#n', ExpressionAttributeNames: { '#n': 'n' } } },
    { Get: { TableName: other, Key: key('0') } }, { Get: { TableName, Key: key('old') } }, { Get: { TableName, Key: key('made') } },
  ] }));
  assert.deepEqual(Responses.map((response) => response.Item),
    [{ n: number(15) }, { ...key('0'), what: { S: 'tea' } }, undefined, { ...key('made'), n: number(1) }]);
});

section('the reasons of a cancelled transaction, by position', async () => {
  const reasons = await cancelled(['None', 'ConditionalCheckFailed', 'ValidationError', 'ConditionalCheckFailed'], [
    put(key('new')),
    remove('kept', {
      ConditionExpression: 'n > :n', ExpressionAttributeValues: { ':n': number(10) }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    { Update: { TableName, Key: key('made'), UpdateExpression: 'SET x = nowhere' } },
    check('none', 'attribute_exists(pk)', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
  ]);
  assert.deepEqual(reasons, [
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...key('kept'), n: number(10) } },
    { Code: 'ValidationError', Message: 'The provided expression refers to an attribute that does not exist in the item' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
  ]);
  assert.deepEqual([await read('new'), (await read('kept')).n], [undefined, number(10)]);
  const keys = await cancelled(['ValidationError', 'None'], [put({ pk: { N: '1' } }), put(key('new'))]);
  assert.equal(keys[0].Message, 'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N');
  await rejects(send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: { pk: { N: '1' } } } }] })),
    'TransactionCanceledException', 'Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError]');
});

section('a token makes a transaction happen once', async () => {
  const once = [add('once', 1), check('kept', 'attribute_exists(pk)')];
  const charged = { ClientRequestToken: `${token}-once`, ReturnConsumedCapacity: 'TOTAL' };
  assert.deepEqual((await write(once, charged)).ConsumedCapacity, [{ TableName, CapacityUnits: 4, WriteCapacityUnits: 4 }]);
  assert.deepEqual((await write(once, charged)).ConsumedCapacity, [{ TableName, CapacityUnits: 4, ReadCapacityUnits: 4 }]);
  const error = await rejects(write([add('once', 2)], { ClientRequestToken: `${token}-once` }), 'IdempotentParameterMismatchException',
    'The request uses the same client token as a previous, but non-identical request. '
    + 'Do not reuse a client token with different requests, unless the requests are identical');
  assert.ok(error instanceof IdempotentParameterMismatchException);
  assert.equal(error.$metadata.attempts, 1);
  assert.deepEqual((await read('once')).n, number(1));
  await rejects(write([add('once', 1)], { ClientRequestToken: 't'.repeat(37) }), 'ValidationException',
    `1 validation error detected: Value '${'t'.repeat(37)}' at 'clientRequestToken' failed to satisfy constraint: `
    + 'Member must have length less than or equal to 36');
});

section('a token and items that a transaction of the database holds', async () => {
  const session = database();
  if (!session) {
    console.log('skipped: conflicts: there is no psql session to make them');
    return;
  }
  const busy = { ClientRequestToken: `${token}-busy` };
  await session.run('BEGIN');
  await session.run(`SELECT dynapg.transact_write_items('${JSON.stringify({ TransactItems: [remove('held')], ...busy })}')`);
  const waiting = await rejects(write([add('busy', 1)], busy), 'TransactionInProgressException',
    'Transaction from previous request is still in progress');
  assert.ok(waiting instanceof TransactionInProgressException);
  assert.equal(waiting.$metadata.attempts, config.maxAttempts); // the SDK takes it for throttling and tries again
  const patient = new DynamoDBClient({ ...config, maxAttempts: 10 });
  const late = patient.send(new TransactWriteItemsCommand({ TransactItems: [add('busy', 1)], ...busy }));
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  await session.run('ROLLBACK');
  await late;
  assert.deepEqual((await read('busy')).n, number(1));

  await session.run('BEGIN');
  await session.run(`SELECT item FROM dynamodb."${TableName}" WHERE pk = 'kept' FOR UPDATE`);
  const reasons = await cancelled(['None', 'TransactionConflict', 'None'], [put(key('new')), add('kept', 1), remove('made')]);
  assert.equal(reasons[1].Message, 'Transaction is ongoing for the item');
  const single = await rejects(send(new PutItemCommand({ TableName, Item: key('kept') })), 'TransactionConflictException',
    'Transaction is ongoing for the item');
  assert.ok(single instanceof TransactionConflictException);
  assert.equal(single.$metadata.attempts, 1);
  await session.run('ROLLBACK');
  session.end();
  assert.deepEqual([await read('new'), (await read('kept')).n, (await read('made')).n], [undefined, number(10), number(1)]);
});

section('drop the tables', async () => {
  await send(new DeleteTableCommand({ TableName }));
  await send(new DeleteTableCommand({ TableName: other }));
});

await main();
