// keyv_store.mjs - Keyv's DynamoDB store: values with an age, in a table that the store makes itself.

import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import KeyvDynamo from '@keyv/dynamo';
import Keyv from 'keyv';
import { assert, endpoint, region, step, TableName, version } from './steps.mjs';

version('@keyv/dynamo');
let keyv;

await step('tables', async () => {
  const store = new KeyvDynamo({ endpoint, region, tableName: TableName });
  keyv = new Keyv({ store });
  await keyv.set('first', 1);
  assert.equal(await keyv.get('first'), 1);
});

await step('items', async () => {
  await keyv.set('deep', { list: [1, null, 'ü'] });
  assert.deepEqual(await keyv.get('deep'), { list: [1, null, 'ü'] });
  assert.equal(await keyv.get('none'), undefined);
  await keyv.set('short', 1, 20);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await keyv.get('short'), undefined);
  assert.equal(await keyv.delete('deep'), true);
});

await step('batches', async () => {
  assert.deepEqual(await keyv.get(['first', 'none']), [1, undefined]);
  assert.equal(await keyv.delete(['first']), true);
  await keyv.clear();
});

await step('ttl', async () => {
  const found = await new DynamoDBClient({ endpoint }).send(new DescribeTimeToLiveCommand({ TableName }));
  assert.match(found.TimeToLiveDescription.TimeToLiveStatus, /^ENABL/);
});
process.exit(0);
