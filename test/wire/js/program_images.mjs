// program_images.mjs - a page's image collections: SDK v2, one item per user, collections appended to a list.

import AWS from 'aws-sdk';
import { assert, credentials, endpoint, main, region, section } from './wire.mjs';

const db = new AWS.DynamoDB({ endpoint, region, ...credentials });
const TableName = 'user-images-test';

const createTable = () => db.createTable({
  TableName,
  KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'userId', AttributeType: 'S' }],
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
}).promise();

// What the page does when somebody saves a collection; the name of the values' parameter is the caller's.
const saveParameters = (userId, collection, values = 'ExpressionAttributeValues') => ({
  TableName,
  Key: { userId: { S: userId } },
  UpdateExpression: 'SET #images = list_append(#images, :new_images)',
  ExpressionAttributeNames: { '#images': 'imagesCollection' },
  [values]: { ':new_images': { L: [{ M: {
    images: { L: collection.images.map(({ imageId, url }) => ({ M: { imageId: { S: imageId }, url: { S: url } } })) },
    imagesCollectionId: { S: collection.id },
    timestamp: { S: collection.timestamp },
  } }] } },
});

const collections = async (userId) => {
  const { Item } = await db.getItem({ TableName, Key: { userId: { S: userId } } }).promise();
  return Item?.imagesCollection.L.map(({ M }) => ({
    id: M.imagesCollectionId.S, timestamp: M.timestamp.S, images: M.images.L.map((image) => ({ imageId: image.M.imageId.S, url: image.M.url.S })),
  }));
};

const holiday = { id: 'c1', timestamp: '2026-11-21T12:00:00.000Z', images: [
  { imageId: 'i1', url: 'https://images.example.com/1.jpg' }, { imageId: 'i2', url: 'https://images.example.com/2.jpg?w=100&h=ü' }] };
const party = { id: 'c2', timestamp: '2026-11-22T12:00:00.000Z', images: [] };

async function refused(request, code, message) {
  const error = await request.promise().then(() => assert.fail(`${code} expected`), (failure) => failure);
  assert.match(error.message, message, error.message);
  assert.equal(error.code, code);
  assert.equal(error.statusCode, 400);
}

section('create the table', async () => {
  await createTable();
  await db.waitFor('tableExists', { TableName, $waiter: { delay: 1 } }).promise();
  const { Table } = await db.describeTable({ TableName }).promise();
  assert.equal(Table.ProvisionedThroughput.ReadCapacityUnits, 1);
});

section('a user without a list', async () => {
  assert.equal(await collections('u1'), undefined);
  await refused(db.updateItem(saveParameters('u1', holiday)), 'ValidationException',
    /^The provided expression refers to an attribute that does not exist in the item$/);
  assert.equal(await collections('u1'), undefined);
});

section('collections are appended and read', async () => {
  await db.putItem({ TableName, Item: { userId: { S: 'u1' }, imagesCollection: { L: [] } } }).promise();
  await db.updateItem(saveParameters('u1', holiday)).promise();
  await db.updateItem(saveParameters('u1', party)).promise();
  assert.deepEqual(await collections('u1'), [holiday, party]);
});

section('ten at once, none lost', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, i) => db.updateItem(saveParameters('u1', { ...party, id: `p${i}` })).promise()));
  const found = await collections('u1');
  assert.equal(found.length, 12);
  assert.equal(new Set(found.map((collection) => collection.id)).size, 12);
});

section('the misspelt parameter gets the service\'s error', async () => {
  const unchecked = new AWS.DynamoDB({ endpoint, region, ...credentials, paramValidation: false });
  await refused(unchecked.updateItem(saveParameters('u1', holiday, 'EExpressionAttributeValues')), 'ValidationException',
    /Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :new_images$/);
  const error = await db.updateItem(saveParameters('u1', holiday, 'EExpressionAttributeValues')).promise().catch((failure) => failure);
  assert.equal(error.code, 'UnexpectedParameter');
  assert.equal((await collections('u1')).length, 12);
});

section('drop the table', async () => {
  await db.deleteTable({ TableName }).promise();
});

await main();
