// dynamoose.mjs - the ODM dynamoose: schemas, models that create their tables, queries, scans, conditions, updates.

import dynamoose from 'dynamoose';
import { assert, config, main, rejects, section } from './wire.mjs';

dynamoose.aws.ddb.set(new dynamoose.aws.ddb.DynamoDB(config));

const schema = new dynamoose.Schema({
  id: { type: String, hashKey: true },
  breed: { type: String, rangeKey: true },
  name: { type: String, required: true, index: { name: 'nameIndex', type: 'global' } },
  age: { type: Number, default: 0 },
  born: Date,
  tags: { type: Set, schema: [String] },
  owner: { type: Object, schema: { email: String, addresses: { type: Array, schema: [String] } } },
  photo: Buffer,
}, { timestamps: true });

const Dog = dynamoose.model('wire_dynamoose_dog', schema);
const table = new dynamoose.Table('wire_dynamoose_dog', [Dog], { initialize: false, create: true, update: false,
  waitForActive: { enabled: true, check: { timeout: 20000, frequency: 200 } } });

section('a model creates its table', async () => {
  await table.initialize();
  const description = await dynamoose.aws.ddb().describeTable({ TableName: 'wire_dynamoose_dog' });
  assert.equal(description.Table.TableStatus, 'ACTIVE');
  assert.deepEqual(description.Table.GlobalSecondaryIndexes.map((index) => index.IndexName), ['nameIndex']);
});

section('create, get, the document', async () => {
  const born = new Date('2020-02-29T12:00:00Z');
  await Dog.create({ id: '1', breed: 'terrier', name: 'Rex', born, tags: new Set(['good', 'loud']), photo: Buffer.from('png'),
    owner: { email: 'ada@example.com', addresses: ['a', 'b'] } });
  const dog = await Dog.get({ id: '1', breed: 'terrier' });
  assert.equal(dog.name, 'Rex');
  assert.equal(dog.age, 0);
  assert.equal(dog.born.getTime(), born.getTime());
  assert.deepEqual([...dog.tags].sort(), ['good', 'loud']);
  assert.deepEqual(dog.owner, { email: 'ada@example.com', addresses: ['a', 'b'] });
  assert.equal(dog.photo.toString(), 'png');
  assert.ok(dog.createdAt instanceof Date);
  assert.equal(await Dog.get({ id: '1', breed: 'poodle' }), undefined);
  await rejects(Dog.create({ id: '1', breed: 'terrier', name: 'Other' }), 'ConditionalCheckFailedException', 'The conditional request failed');
  await rejects(Dog.create({ id: '2', breed: 'terrier' }), 'ValidationError', /name is a required property/);
});

section('save, update, delete with conditions', async () => {
  const dog = await Dog.get({ id: '1', breed: 'terrier' });
  dog.age = 3;
  await dog.save();
  const updated = await Dog.update({ id: '1', breed: 'terrier' }, { $ADD: { age: 2 }, $SET: { name: 'Max' }, $REMOVE: ['photo'] });
  assert.deepEqual([updated.age, updated.name, updated.photo], [5, 'Max', undefined]);
  await rejects(Dog.update({ id: '1', breed: 'terrier' }, { age: 9 }, { condition: new dynamoose.Condition().where('age').gt(5) }),
    'ConditionalCheckFailedException', 'The conditional request failed');
  const condition = new dynamoose.Condition().where('age').between(1, 5).and().where('name').beginsWith('M').and().attribute('photo').not().exists();
  assert.equal((await Dog.update({ id: '1', breed: 'terrier' }, { age: 9 }, { condition })).age, 9);
});

section('queries and scans', async () => {
  for (let i = 0; i < 10; i++) {
    await Dog.create({ id: 'pack', breed: `breed${i}`, name: i % 2 ? 'Odd' : 'Even', age: i });
  }
  const some = await Dog.query('id').eq('pack').where('breed').ge('breed5').filter('age').lt(9).exec();
  assert.deepEqual(some.map((dog) => dog.breed), ['breed5', 'breed6', 'breed7', 'breed8']);
  const descending = await Dog.query('id').eq('pack').sort('descending').limit(3).exec();
  assert.deepEqual(descending.map((dog) => dog.age), [9, 8, 7]);
  assert.deepEqual(descending.lastKey, { id: 'pack', breed: 'breed7' });
  const next = await Dog.query('id').eq('pack').sort('descending').startAt(descending.lastKey).limit(2).exec();
  assert.deepEqual(next.map((dog) => dog.age), [6, 5]);
  const even = await Dog.query('name').eq('Even').using('nameIndex').all().exec();
  assert.deepEqual(even.map((dog) => dog.age).sort(), [0, 2, 4, 6, 8]);
  assert.equal((await Dog.query('id').eq('pack').count().exec()).count, 10);
  const scanned = await Dog.scan('age').gt(7).attributes(['breed']).exec();
  assert.deepEqual(scanned.map((dog) => dog.breed).sort(), ['breed8', 'breed9', 'terrier']);
  assert.equal((await Dog.scan().parallel(4).all().exec()).length, 11);
});

section('batches', async () => {
  await Dog.batchPut([{ id: 'b', breed: 'x', name: 'X' }, { id: 'b', breed: 'y', name: 'Y' }]);
  const found = await Dog.batchGet([{ id: 'b', breed: 'x' }, { id: 'b', breed: 'y' }, { id: 'b', breed: 'z' }]);
  assert.deepEqual(found.map((dog) => dog.name).sort(), ['X', 'Y']);
  assert.deepEqual([...found.unprocessedKeys], []);
  await Dog.batchDelete([{ id: 'b', breed: 'x' }, { id: 'b', breed: 'y' }]);
  assert.equal(await Dog.get({ id: 'b', breed: 'x' }), undefined);
});

section('transactions', async () => {
  await dynamoose.transaction([
    Dog.transaction.create({ id: 't', breed: 'a', name: 'A' }),
    Dog.transaction.update({ id: '1', breed: 'terrier' }, { age: 10 }),
    Dog.transaction.delete({ id: 'pack', breed: 'breed0' }),
  ]);
  const [a, rex] = await dynamoose.transaction([Dog.transaction.get({ id: 't', breed: 'a' }), Dog.transaction.get({ id: '1', breed: 'terrier' })]);
  assert.deepEqual([a.name, rex.age], ['A', 10]);
  await rejects(dynamoose.transaction([Dog.transaction.create({ id: 't', breed: 'a', name: 'B' }), Dog.transaction.delete({ id: '1', breed: 'terrier' })]),
    'TransactionCanceledException', 'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]');
});

section('delete, and the table', async () => {
  await Dog.delete({ id: '1', breed: 'terrier' });
  assert.equal(await Dog.get({ id: '1', breed: 'terrier' }), undefined);
  await dynamoose.aws.ddb().deleteTable({ TableName: 'wire_dynamoose_dog' });
});

await main();
