// v2_retries.mjs - SDK v2: a transaction whose reply is lost is sent again, and counts once; unprocessed keys.

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

await step('waiters', async () => {
  await client.deleteTable({ TableName }).promise();
  await client.waitFor('tableNotExists', { TableName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
});
