<?php
// sdk.php - the clients' program with the AWS SDK for PHP.

require getenv('CLIENT_VENDOR') . '/autoload.php';

use Aws\DynamoDb\DynamoDbClient;
use Aws\DynamoDb\Exception\DynamoDbException;
use Aws\DynamoDb\Marshaler;
use Aws\DynamoDbStreams\DynamoDbStreamsClient;

$table = getenv('CLIENT_TABLE');
$large = getenv('CLIENT_LARGE_TABLE');
$settings = ['region' => 'us-east-1', 'version' => 'latest'];
$db = new DynamoDbClient($settings + ['endpoint' => getenv('DYNAPG_ENDPOINT')]);

function key_of(string $pk, int $sk): array
{
    return ['pk' => ['S' => $pk], 'sk' => ['N' => (string) $sk]];
}

function equal($found, $expected): void
{
    if ($found !== $expected) {
        throw new Exception('expected ' . json_encode($expected) . ', found ' . json_encode($found));
    }
}

function fails(string $code, callable $call): DynamoDbException
{
    try {
        $call();
    } catch (DynamoDbException $error) {
        equal($error->getAwsErrorCode(), $code);
        return $error;
    }
    throw new Exception("$code expected, but the call succeeded");
}

function step(string $name, callable $run): void
{
    try {
        $run();
    } catch (Throwable $problem) {
        echo "FAILED: $name\n$problem\n";
        exit(1);
    }
    echo "ok: $name\n";
}

echo 'version: ', Aws\Sdk::VERSION, "\n";

$create = [
    'TableName' => $table, 'BillingMode' => 'PAY_PER_REQUEST',
    'KeySchema' => [['AttributeName' => 'pk', 'KeyType' => 'HASH'], ['AttributeName' => 'sk', 'KeyType' => 'RANGE']],
    'AttributeDefinitions' => [['AttributeName' => 'pk', 'AttributeType' => 'S'], ['AttributeName' => 'sk', 'AttributeType' => 'N'],
        ['AttributeName' => 'kind', 'AttributeType' => 'S']],
    'GlobalSecondaryIndexes' => [['IndexName' => 'by_kind', 'Projection' => ['ProjectionType' => 'ALL'],
        'KeySchema' => [['AttributeName' => 'kind', 'KeyType' => 'HASH'], ['AttributeName' => 'sk', 'KeyType' => 'RANGE']]]],
    'StreamSpecification' => ['StreamEnabled' => true, 'StreamViewType' => 'NEW_AND_OLD_IMAGES'],
];

step('tables', function () use ($db, $create, $table) {
    equal($db->createTable($create)['TableDescription']['TableStatus'], 'CREATING');
    $db->waitUntil('TableExists', ['TableName' => $table, '@waiter' => ['delay' => 1]]);
    $found = $db->describeTable(['TableName' => $table])['Table'];
    equal([$found['TableStatus'], $found['GlobalSecondaryIndexes'][0]['IndexStatus']], ['ACTIVE', 'ACTIVE']);
});

step('items', function () use ($db, $table) {
    $marshaler = new Marshaler();
    $item = $marshaler->marshalItem(['pk' => 'types', 'sk' => 1, 's' => 'zażółć 🌍', 'yes' => true, 'null' => null, 'list' => [1, ['a' => 'b']],
        'ss' => $marshaler->set(['a', 'b']), 'b' => $marshaler->binary("\x00\xff")]);
    $db->putItem(['TableName' => $table, 'Item' => $item]);
    $found = $db->getItem(['TableName' => $table, 'Key' => key_of('types', 1), 'ConsistentRead' => true])['Item'];
    equal((string) $found['b']['B'], "\x00\xff");
    equal([$found['s'], $found['yes'], $found['null'], $found['list'], $found['ss']], [$item['s'], $item['yes'], $item['null'], $item['list'], $item['ss']]);
    equal($db->updateItem(['TableName' => $table, 'Key' => key_of('types', 1), 'UpdateExpression' => 'SET #c = if_not_exists(#c, :zero) + :one',
        'ExpressionAttributeNames' => ['#c' => 'count'], 'ExpressionAttributeValues' => [':zero' => ['N' => '0'], ':one' => ['N' => '1']],
        'ReturnValues' => 'UPDATED_NEW'])['Attributes'], ['count' => ['N' => '1']]);
    equal($db->deleteItem(['TableName' => $table, 'Key' => key_of('types', 1), 'ReturnValues' => 'ALL_OLD'])['Attributes']['count'], ['N' => '1']);
    equal($db->getItem(['TableName' => $table, 'Key' => key_of('types', 1)])['Item'], null);
});

step('conditions', function () use ($db, $table) {
    $put = ['TableName' => $table, 'Item' => key_of('once', 1) + ['a' => ['S' => 'first']], 'ConditionExpression' => 'attribute_not_exists(pk)',
        'ReturnValuesOnConditionCheckFailure' => 'ALL_OLD'];
    $db->putItem($put);
    $error = fails('ConditionalCheckFailedException', fn () => $db->putItem($put));
    equal($error->getAwsErrorMessage(), 'The conditional request failed');
    equal($error->get('Item')['a'], ['S' => 'first']);
});

step('errors', function () use ($db, $create, $table) {
    $error = fails('ResourceNotFoundException', fn () => $db->getItem(['TableName' => 'clients_nowhere', 'Key' => key_of('a', 1)]));
    equal($error->getAwsErrorMessage(), 'Requested resource not found');
    fails('ResourceInUseException', fn () => $db->createTable($create));
    $error = fails('ValidationException', fn () => $db->getItem(['TableName' => $table, 'Key' => ['pk' => ['S' => 'a']]]));
    equal($error->getAwsErrorMessage(), 'The provided key element does not match the schema');
});

step('batches', function () use ($db, $table, $large) {
    $writes = array_map(fn ($i) => ['PutRequest' => ['Item' => key_of('page', $i) + ['kind' => ['S' => $i % 2 ? 'odd' : 'even']]]], range(1, 25));
    equal($db->batchWriteItem(['RequestItems' => [$table => $writes]])['UnprocessedItems'], []);
    $request = [$large => ['Keys' => array_map(fn ($i) => ['pk' => ['S' => (string) $i]], range(1, 60))]];
    for ($calls = 0, $seen = []; $request; $calls++) {
        $reply = $db->batchGetItem(['RequestItems' => $request]);
        foreach ($reply['Responses'][$large] as $item) {
            $seen[$item['pk']['S']] = true;
        }
        $request = $reply['UnprocessedKeys'];
    }
    equal([count($seen), $calls], [60, 2]);
});

step('paging', function () use ($db, $table) {
    $pages = $db->getPaginator('Query', ['TableName' => $table, 'KeyConditionExpression' => 'pk = :p AND sk > :s', 'Limit' => 8,
        'ExpressionAttributeValues' => [':p' => ['S' => 'page'], ':s' => ['N' => '5']], 'ScanIndexForward' => false]);
    $counts = [];
    foreach ($pages as $page) {
        $counts[] = $page['Count'];
    }
    equal($counts, [8, 8, 4]);
    $of_kind = $db->getIterator('Query', ['TableName' => $table, 'IndexName' => 'by_kind', 'KeyConditionExpression' => 'kind = :k', 'Limit' => 5,
        'ExpressionAttributeValues' => [':k' => ['S' => 'odd']]]);
    equal(iterator_count($of_kind), 13);
    equal(iterator_count($db->getIterator('Scan', ['TableName' => $table, 'FilterExpression' => 'attribute_exists(kind)', 'Limit' => 10])), 25);
});

step('transactions', function () use ($db, $table) {
    $one = [':one' => ['N' => '1']];
    $db->transactWriteItems(['TransactItems' => [
        ['Update' => ['TableName' => $table, 'Key' => key_of('t', 1), 'UpdateExpression' => 'ADD n :one', 'ExpressionAttributeValues' => $one]],
        ['Put' => ['TableName' => $table, 'Item' => key_of('t', 2)]]]]);
    $error = fails('TransactionCanceledException', fn () => $db->transactWriteItems(['TransactItems' => [
        ['Put' => ['TableName' => $table, 'Item' => key_of('t', 3)]],
        ['ConditionCheck' => ['TableName' => $table, 'Key' => key_of('t', 1), 'ConditionExpression' => 'n > :one', 'ExpressionAttributeValues' => $one,
            'ReturnValuesOnConditionCheckFailure' => 'ALL_OLD']]]]));
    equal(array_column($error->get('CancellationReasons'), 'Code'), ['None', 'ConditionalCheckFailed']);
    equal($error->get('CancellationReasons')[1]['Item']['n'], ['N' => '1']);
    $read = $db->transactGetItems(['TransactItems' => [['Get' => ['TableName' => $table, 'Key' => key_of('t', 1)]],
        ['Get' => ['TableName' => $table, 'Key' => key_of('t', 3)]]]])['Responses'];
    equal([$read[0]['Item']['n'], $read[1]['Item'] ?? null], [['N' => '1'], null]);
});

step('partiql', function () use ($db, $table) {
    $run = fn ($text, $more = []) => $db->executeStatement(['Statement' => str_replace('TABLE', $table, $text)] + $more)['Items'];
    $parameters = ['Parameters' => [['S' => 'ql'], ['N' => '1']]];
    $run("INSERT INTO \"TABLE\" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}", $parameters);
    equal($run('SELECT a FROM "TABLE" WHERE pk = ? AND sk = ?', $parameters), [['a' => ['S' => 'b']]]);
    equal($run("UPDATE \"TABLE\" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *"), [['a' => ['S' => 'c']]]);
    fails('DuplicateItemException', fn () => $run("INSERT INTO \"TABLE\" VALUE {'pk': 'ql', 'sk': 1}"));
});

step('streams', function () use ($db, $settings, $table) {
    foreach (['1', '2'] as $value) {
        $db->putItem(['TableName' => $table, 'Item' => key_of('s', 1) + ['v' => ['N' => $value]]]);
    }
    $db->deleteItem(['TableName' => $table, 'Key' => key_of('s', 1)]);
    $arn = $db->describeTable(['TableName' => $table])['Table']['LatestStreamArn'];
    $streams = new DynamoDbStreamsClient($settings + ['endpoint' => getenv('DYNAPG_ENDPOINT')]);
    for ($attempt = 0, $events = []; $attempt < 40 && count($events) < 3; $attempt++) {
        $events = [];
        foreach ($streams->describeStream(['StreamArn' => $arn])['StreamDescription']['Shards'] as $shard) {
            $iterator = $streams->getShardIterator(['StreamArn' => $arn, 'ShardId' => $shard['ShardId'], 'ShardIteratorType' => 'TRIM_HORIZON']);
            foreach ($streams->getRecords(['ShardIterator' => $iterator['ShardIterator']])['Records'] as $record) {
                if ($record['dynamodb']['Keys']['pk']['S'] === 's') {
                    $events[] = $record['eventName'];
                }
            }
        }
        usleep(50000);
    }
    equal($events, ['INSERT', 'MODIFY', 'REMOVE']);
});

step('ttl', function () use ($db, $table) {
    $db->updateTimeToLive(['TableName' => $table, 'TimeToLiveSpecification' => ['AttributeName' => 'expires', 'Enabled' => true]]);
    equal($db->describeTimeToLive(['TableName' => $table])['TimeToLiveDescription']['AttributeName'], 'expires');
});

step('retries', function () use ($settings, $table) {
    $lossy = new DynamoDbClient($settings + ['endpoint' => getenv('DYNAPG_LOSSY_ENDPOINT')]);
    $lossy->transactWriteItems(['TransactItems' => [['Update' => ['TableName' => $table, 'Key' => key_of('retried', 1), 'UpdateExpression' => 'ADD n :one',
        'ExpressionAttributeValues' => [':one' => ['N' => '1']]]]]]);
    equal($lossy->getItem(['TableName' => $table, 'Key' => key_of('retried', 1)])['Item']['n'], ['N' => '1']);
});

step('waiters', function () use ($db, $table) {
    $db->deleteTable(['TableName' => $table]);
    $db->waitUntil('TableNotExists', ['TableName' => $table, '@waiter' => ['delay' => 1]]);
});
