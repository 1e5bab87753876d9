// v3_streams.mjs - consumers of a stream: a loop with @aws-sdk/client-dynamodb-streams, the libraries dynamodb-stream and
// dynamodb-streams-readable, which serverless-offline-dynamodb-streams is made with.

import DynamoDBStream from 'dynamodb-stream';
import readableOf from 'dynamodb-streams-readable';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand, DynamoDBStreams, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { assert, config, main, rejects, section } from './wire.mjs';

const db = new DynamoDB(config);
const streams = new DynamoDBStreamsClient(config);
const TableName = 'wire_v3_streams';

// Makes the table again; resolves to its stream's ARN.
async function create() {
  if ((await db.listTables({})).TableNames.includes(TableName)) {
    await db.deleteTable({ TableName });
  }
  const { TableDescription } = await db.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  assert.match(TableDescription.LatestStreamLabel, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  return TableDescription.LatestStreamArn;
}

const put = (pk, n) => db.putItem({ TableName, Item: { pk: { S: pk }, n: { N: String(n) } } });

async function shardsOf(StreamArn) {
  const shards = [];
  let ExclusiveStartShardId;
  do {
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId, Limit: 1 }));
    shards.push(...StreamDescription.Shards);
    ExclusiveStartShardId = StreamDescription.LastEvaluatedShardId;
  } while (ExclusiveStartShardId);
  return shards;
}

async function readAll(StreamArn) {
  const records = [];
  for (const { ShardId } of await shardsOf(StreamArn)) {
    let { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    while (ShardIterator) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 4 }));
      records.push(...page.Records);
      ShardIterator = page.Records.length > 0 ? page.NextShardIterator : undefined;
    }
  }
  return records;
}

section('a loop reads what was written, in order', async () => {
  const arn = await create();
  assert.deepEqual((await streams.send(new ListStreamsCommand({ TableName }))).Streams.at(-1).StreamArn, arn);
  for (let n = 0; n < 10; n++) {
    await put('a', n);
  }
  await db.deleteItem({ TableName, Key: { pk: { S: 'a' } } });
  const records = await readAll(arn);
  assert.deepEqual(records.map((record) => record.eventName), ['INSERT', ...Array(9).fill('MODIFY'), 'REMOVE']);
  assert.deepEqual(records.slice(0, 10).map((record) => record.dynamodb.NewImage.n.N), [...Array(10).keys()].map(String));
  assert.ok(records[0].dynamodb.ApproximateCreationDateTime instanceof Date);
  assert.deepEqual(records[10].dynamodb.OldImage, records[9].dynamodb.NewImage);
  const numbers = records.map((record) => BigInt(record.dynamodb.SequenceNumber));
  assert.ok(numbers.every((number, at) => at === 0 || number > numbers[at - 1]));
});

section('errors', async () => {
  const arn = await create();
  const [{ ShardId }] = await shardsOf(arn);
  await rejects(streams.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId: 'shardId-00000001414562045508-2bac9cd2', ShardIteratorType: 'LATEST' })),
    'ResourceNotFoundException', 'Requested resource not found: Shard does not exist');
  await rejects(streams.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' })),
    'ValidationException', 'Invalid GetShardIterator request: SequenceNumber is required for ShardIteratorType AFTER_SEQUENCE_NUMBER');
  const gone = `${arn.slice(0, -3)}999`;
  await rejects(streams.send(new DescribeStreamCommand({ StreamArn: gone })), 'ResourceNotFoundException',
    `Requested resource not found: Stream: ${gone} not found`);
});

section('dynamodb-stream keeps a copy of a table', async () => {
  const arn = await create();
  await put('before', 1);
  const follower = new DynamoDBStream(new DynamoDBStreams(config), arn, unmarshall);
  const copy = new Map();
  follower.on('insert record', (item) => copy.set(item.pk, item.n));
  follower.on('modify record', (item) => copy.set(item.pk, item.n));
  follower.on('remove record', (item) => copy.delete(item.pk));
  follower.on('error', (error) => assert.fail(error));
  await follower.fetchStreamState();
  for (const item of (await db.scan({ TableName })).Items.map((found) => unmarshall(found))) {
    copy.set(item.pk, item.n);
  }
  for (let n = 0; n < 30; n++) {
    await put(`k${n % 7}`, n);
    if (n % 10 === 9) {
      await db.deleteItem({ TableName, Key: { pk: { S: `k${n % 7}` } } });
      await follower.fetchStreamState();
    }
  }
  await follower.fetchStreamState();
  // the stream is disabled: its shard ends, and the library lets it go
  await db.updateTable({ TableName, StreamSpecification: { StreamEnabled: false } });
  await follower.fetchStreamState();
  const items = (await db.scan({ TableName })).Items.map((found) => unmarshall(found));
  assert.deepEqual(Object.fromEntries([...copy].sort()), Object.fromEntries(items.map((item) => [item.pk, item.n]).sort()));
});

section('dynamodb-streams-readable reads from the beginning, and after a checkpoint', async () => {
  const arn = await create();
  for (let n = 0; n < 25; n++) {
    await put('a', n);
  }
  const read = (options, count) => new Promise((resolve, reject) => {
    const found = [];
    const readable = readableOf(new DynamoDBStreams(config), arn, { readInterval: 10, limit: 10, ...options });
    readable.on('error', reject);
    readable.on('end', () => resolve(found));
    readable.on('data', (records) => {
      found.push(...records);
      if (found.length >= count) {
        readable.close();
      }
    });
  });
  const all = await read({}, 25);
  assert.deepEqual(all.map((record) => record.dynamodb.NewImage.n.N), [...Array(25).keys()].map(String));
  const rest = await read({ startAfter: all[19].dynamodb.SequenceNumber }, 5);
  assert.deepEqual(rest.map((record) => record.eventID), all.slice(20).map((record) => record.eventID));
  await db.deleteTable({ TableName });
});

await main();
