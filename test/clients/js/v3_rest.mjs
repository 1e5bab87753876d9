// v3_rest.mjs - SDK v3, what its programs in test/wire leave out: a transaction whose reply is lost is sent again, and counts once;
// unprocessed keys; Time to Live.

import { BatchGetItemCommand, CreateTableCommand, DeleteTableCommand, DescribeTimeToLiveCommand, DynamoDBClient, GetItemCommand,
  TransactWriteItemsCommand, UpdateTimeToLiveCommand, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { addOne, assert, definition, endpoint, lossy, readLarge, step, TableName, version } from './steps.mjs';

version('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({ endpoint });
await client.send(new CreateTableCommand(definition));

await step('retries', async () => {
  const retrying = new DynamoDBClient({ endpoint: lossy });
  await retrying.send(new TransactWriteItemsCommand(addOne));
  const { Item, $metadata } = await retrying.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }));
  assert.deepEqual([Item.n, $metadata.attempts], [{ N: '1' }, 2]);
});

await step('batches', async () => {
  assert.deepEqual(await readLarge((request) => client.send(new BatchGetItemCommand(request))), [60, 2]);
});

await step('ttl', async () => {
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } }));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  assert.equal(TimeToLiveDescription.AttributeName, 'expires');
  assert.match(TimeToLiveDescription.TimeToLiveStatus, /^ENABL/);
});

await step('waiters', async () => {
  await client.send(new DeleteTableCommand({ TableName }));
  await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
});
