// v2_rest.mjs - SDK v2, what its programs in test/wire leave out: a transaction whose reply is lost is sent again, and counts once;
// unprocessed keys; streams; Time to Live.

import AWS from 'aws-sdk';
import { addOne, assert, definition, endpoint, lossy, readLarge, region, step, TableName, version } from './steps.mjs';

version('aws-sdk');
const client = new AWS.DynamoDB({ endpoint, region });
await client.createTable(definition).promise();

await step('retries', async () => {
  const retrying = new AWS.DynamoDB({ endpoint: lossy, region });
  await retrying.transactWriteItems(addOne).promise();
  const { Item, $response } = await retrying.getItem({ TableName, Key: { pk: { S: 'a' } } }).promise();
  assert.deepEqual([Item.n, $response.retryCount], [{ N: '1' }, 1]);
});

await step('batches', async () => {
  assert.deepEqual(await readLarge((request) => client.batchGetItem(request).promise()), [60, 2]);
});

await step('streams', async () => {
  const Key = { pk: { S: 's' } };
  await client.putItem({ TableName, Item: { ...Key, v: { N: '1' } } }).promise();
  await client.putItem({ TableName, Item: { ...Key, v: { N: '2' } } }).promise();
  await client.deleteItem({ TableName, Key }).promise();
  const { Table } = await client.describeTable({ TableName }).promise();
  const StreamArn = Table.LatestStreamArn;
  const streams = new AWS.DynamoDBStreams({ endpoint, region });
  let events = [];
  for (let attempt = 0; attempt < 40 && events.length < 3; attempt += 1) {
    events = [];
    const { StreamDescription } = await streams.describeStream({ StreamArn }).promise();
    for (const { ShardId } of StreamDescription.Shards) {
      const { ShardIterator } = await streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }).promise();
      const { Records } = await streams.getRecords({ ShardIterator }).promise();
      events.push(...Records.filter((record) => record.dynamodb.Keys.pk.S === 's').map((record) => record.eventName));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(events, ['INSERT', 'MODIFY', 'REMOVE']);
});

await step('ttl', async () => {
  await client.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } }).promise();
  const { TimeToLiveDescription } = await client.describeTimeToLive({ TableName }).promise();
  assert.equal(TimeToLiveDescription.AttributeName, 'expires');
  assert.match(TimeToLiveDescription.TimeToLiveStatus, /^ENABL/);
});

await step('waiters', async () => {
  await client.deleteTable({ TableName }).promise();
  await client.waitFor('tableNotExists', { TableName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
});
