// v2_client.mjs - aws-sdk v2: the low-level client, DocumentClient, waiters, pages, retries and the check of x-amz-crc32.

import AWS from 'aws-sdk';
import { assert, endpoint, main, region, credentials, rejects, section } from './wire.mjs';

const options = { endpoint, region, ...credentials, maxRetries: 2 };
const db = new AWS.DynamoDB(options);
const documents = new AWS.DynamoDB.DocumentClient(options);
const TableName = 'wire_v2_client';

// v2 has the error's name in code.
const refused = (request, name, message) =>
  rejects(request.promise().catch((error) => { error.name = error.code; throw error; }), name, message);

section('create a table, wait for it', async () => {
  const { TableDescription } = await db.createTable({
    TableName, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }, { AttributeName: 'year', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'artist', AttributeType: 'S' }, { AttributeName: 'year', AttributeType: 'N' },
      { AttributeName: 'genre', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [{ IndexName: 'genres', KeySchema: [{ AttributeName: 'genre', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' }, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }],
  }).promise();
  assert.equal(TableDescription.TableStatus, 'CREATING');
  const { Table } = await db.waitFor('tableExists', { TableName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
  assert.equal(Table.TableStatus, 'ACTIVE');
  assert.ok(Table.CreationDateTime instanceof Date);
});

section('the checksum of replies is there and checked', async () => {
  let checked = 0;
  const request = db.describeTable({ TableName });
  request.on('extractData', (response) => {
    assert.match(response.httpResponse.headers['x-amz-crc32'], /^\d+$/);
    checked++;
  });
  await request.promise();
  const failing = db.getItem({ TableName: 'wire_nowhere', Key: { a: { S: 'a' } } });
  failing.on('extractError', (response) => {
    assert.match(response.httpResponse.headers['x-amz-crc32'], /^\d+$/);
    assert.equal(response.httpResponse.statusCode, 400);
    checked++;
  });
  const error = await refused(failing, 'ResourceNotFoundException', 'Requested resource not found');
  assert.equal(error.retryable, false);
  assert.equal(checked, 2);
});

section('items by the low-level client', async () => {
  const Item = { artist: { S: 'Ada' }, year: { N: '1843' }, b: { B: Buffer.from([0, 255]) }, l: { L: [{ NULL: true }, { BOOL: true }] } };
  await db.putItem({ TableName, Item }).promise();
  const found = await db.getItem({ TableName, Key: { artist: { S: 'Ada' }, year: { N: '1843.0' } } }).promise();
  assert.deepEqual(found.Item.l, Item.l);
  assert.deepEqual([...found.Item.b.B], [0, 255]);
  await refused(db.putItem({ TableName, Item, ConditionExpression: 'attribute_not_exists(artist)' }),
    'ConditionalCheckFailedException', 'The conditional request failed');
});

section('the document client', async () => {
  for (let i = 0; i < 9; i++) {
    await documents.put({ TableName, Item: {
      artist: 'Bob', year: 1970 + i, genre: i % 3 ? 'rock' : 'jazz', tags: documents.createSet(['a', `t${i}`]), notes: { list: [i, { deep: true }] },
    } }).promise();
  }
  const { Attributes } = await documents.update({
    TableName, Key: { artist: 'Bob', year: 1970 }, UpdateExpression: 'set notes.#l[1].deep = :f, plays = if_not_exists(plays, :z) + :one',
    ExpressionAttributeNames: { '#l': 'list' }, ExpressionAttributeValues: { ':f': false, ':z': 0, ':one': 1 }, ReturnValues: 'ALL_NEW',
  }).promise();
  assert.deepEqual([Attributes.notes, Attributes.plays, [...Attributes.tags.values]], [{ list: [0, { deep: false }] }, 1, ['a', 't0']]);

  const rock = await documents.query({
    TableName, IndexName: 'genres', KeyConditionExpression: 'genre = :g', FilterExpression: 'contains(tags, :t)',
    ExpressionAttributeValues: { ':g': 'rock', ':t': 't4' },
  }).promise();
  assert.deepEqual([rock.Count, rock.ScannedCount, rock.Items[0].year], [1, 6, 1974]);

  const years = await new Promise((resolve, reject) => {
    const all = [];
    documents.query({ TableName, KeyConditionExpression: 'artist = :a', ExpressionAttributeValues: { ':a': 'Bob' }, Limit: 4 })
      .eachPage((error, page) => {
        if (error) return reject(error);
        if (page === null) return resolve(all);
        all.push(page.Items.map((item) => item.year));
        return true;
      });
  });
  assert.deepEqual(years, [[1970, 1971, 1972, 1973], [1974, 1975, 1976, 1977], [1978]]);
  assert.equal((await documents.scan({ TableName, Select: 'COUNT' }).promise()).Count, 10);
  const gone = await documents.delete({ TableName, Key: { artist: 'Bob', year: 1978 }, ReturnValues: 'ALL_OLD' }).promise();
  assert.equal(gone.Attributes.genre, 'rock');
  assert.deepEqual(await documents.get({ TableName, Key: { artist: 'Bob', year: 1978 } }).promise(), {});
});

section('legacy parameters', async () => {
  const Key = { artist: { S: 'Ada' }, year: { N: '1843' } };
  const { Attributes } = await db.updateItem({
    TableName, Key, ReturnValues: 'ALL_NEW', Expected: { n: { Exists: false } },
    AttributeUpdates: { n: { Action: 'PUT', Value: { N: '1' } }, l: { Action: 'DELETE' }, s: { Action: 'ADD', Value: { SS: ['x'] } } },
  }).promise();
  assert.deepEqual(Attributes.n, { N: '1' });
  assert.equal(Attributes.l, undefined);
  await refused(db.deleteItem({ TableName, Key, Expected: { n: { ComparisonOperator: 'GT', AttributeValueList: [{ N: '1' }] } } }),
    'ConditionalCheckFailedException', 'The conditional request failed');
  const found = await db.query({
    TableName, AttributesToGet: ['year'], KeyConditions: {
      artist: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'Bob' }] },
      year: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '1971' }, { N: '1973' }] },
    },
  }).promise();
  assert.deepEqual(found.Items, [{ year: { N: '1971' } }, { year: { N: '1972' } }, { year: { N: '1973' } }]);
});

section('batches', async () => {
  await documents.batchWrite({ RequestItems: { [TableName]: [{ PutRequest: { Item: { artist: 'Cy', year: 1 } } },
    { DeleteRequest: { Key: { artist: 'Bob', year: 1970 } } }] } }).promise();
  const { Responses } = await documents.batchGet({ RequestItems: { [TableName]: { Keys: [{ artist: 'Cy', year: 1 }, { artist: 'Bob', year: 1970 }] } } }).promise();
  assert.deepEqual(Responses[TableName], [{ artist: 'Cy', year: 1 }]);
});

section('transactions', async () => {
  await documents.transactWrite({ TransactItems: [{ Put: { TableName, Item: { artist: 'Cy', year: 3 } } }] }).promise();
  await refused(documents.transactWrite({ TransactItems: [
    { Put: { TableName, Item: { artist: 'Cy', year: 2 } } },
    { Delete: { TableName, Key: { artist: 'Cy', year: 3 }, ConditionExpression: 'attribute_exists(nothing)' } },
  ] }), 'TransactionCanceledException',
  'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]');
  assert.deepEqual(await documents.get({ TableName, Key: { artist: 'Cy', year: 2 } }).promise(), {});
});

section('drop the table, wait', async () => {
  await db.deleteTable({ TableName }).promise();
  await db.waitFor('tableNotExists', { TableName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
});

await main();
