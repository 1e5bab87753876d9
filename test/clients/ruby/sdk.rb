# sdk.rb - the clients' program with the AWS SDK for Ruby.

require 'aws-sdk-dynamodb'
require 'aws-sdk-dynamodbstreams'
require 'bigdecimal'
require 'set'
require 'stringio'

TABLE = ENV.fetch('CLIENT_TABLE')
LARGE = ENV.fetch('CLIENT_LARGE_TABLE')
Errors = Aws::DynamoDB::Errors

def client(variable)
  Aws::DynamoDB::Client.new(endpoint: ENV.fetch(variable))
end

def key(number, pk = 't')
  { 'pk' => pk, 'sk' => number }
end

def equal(found, expected)
  raise "expected #{expected.inspect}, found #{found.inspect}" unless found == expected
end

def fails(kind)
  result = yield
rescue kind => e
  e
else
  raise "#{kind} expected, but the call succeeded: #{result.inspect}"
end

def step(name)
  yield
  puts "ok: #{name}"
rescue StandardError => e
  puts "FAILED: #{name}", e.full_message(highlight: false)
  exit 1
end

DB = client('DYNAPG_ENDPOINT')
CREATE = {
  table_name: TABLE, billing_mode: 'PAY_PER_REQUEST',
  key_schema: [{ attribute_name: 'pk', key_type: 'HASH' }, { attribute_name: 'sk', key_type: 'RANGE' }],
  attribute_definitions: [{ attribute_name: 'pk', attribute_type: 'S' }, { attribute_name: 'sk', attribute_type: 'N' },
                          { attribute_name: 'kind', attribute_type: 'S' }],
  global_secondary_indexes: [{ index_name: 'by_kind', projection: { projection_type: 'ALL' },
                               key_schema: [{ attribute_name: 'kind', key_type: 'HASH' }, { attribute_name: 'sk', key_type: 'RANGE' }] }],
  stream_specification: { stream_enabled: true, stream_view_type: 'NEW_AND_OLD_IMAGES' }
}.freeze
puts "version: #{Aws::DynamoDB::GEM_VERSION}"

step 'tables' do
  equal DB.create_table(CREATE).table_description.table_status, 'CREATING'
  DB.wait_until(:table_exists, { table_name: TABLE }, delay: 1)
  table = DB.describe_table(table_name: TABLE).table
  equal [table.table_status, table.global_secondary_indexes[0].index_status], %w[ACTIVE ACTIVE]
  equal DB.list_tables(limit: 1).flat_map(&:table_names).include?(TABLE), true
end

step 'items' do
  item = key(1, 'types').merge('kind' => 'k', 's' => 'zażółć 🌍 \\ "', 'n' => BigDecimal('0.000000000000000000000000000001'), 'bool' => true,
                               'null' => nil, 'l' => [1, {}], 'm' => { 'a' => '' }, 'ss' => Set['a', 'b'], 'ns' => Set[BigDecimal(10)])
  DB.put_item(table_name: TABLE, item: item.merge('b' => StringIO.new("\x00\xff".b)))
  found = DB.get_item(table_name: TABLE, key: key(1, 'types'), consistent_read: true).item
  equal found.delete('b').read.bytes, [0, 255]
  equal found, item
  equal DB.update_item(table_name: TABLE, key: key(1, 'types'), update_expression: 'SET #c = if_not_exists(#c, :zero) + :one REMOVE s',
                       expression_attribute_names: { '#c' => 'count' }, expression_attribute_values: { ':zero' => 0, ':one' => 1 },
                       return_values: 'UPDATED_NEW').attributes, { 'count' => 1 }
  equal DB.delete_item(table_name: TABLE, key: key(1, 'types'), return_values: 'ALL_OLD').attributes['count'], 1
  equal DB.get_item(table_name: TABLE, key: key(1, 'types')).item, nil
end

step 'conditions' do
  put = { table_name: TABLE, item: key(1, 'once').merge('a' => 'first'), condition_expression: 'attribute_not_exists(pk)',
          return_values_on_condition_check_failure: 'ALL_OLD' }
  DB.put_item(put)
  error = fails(Errors::ConditionalCheckFailedException) { DB.put_item(put) }
  equal [error.message, error.data.item['a']], ['The conditional request failed', 'first']
end

step 'errors' do
  error = fails(Errors::ResourceNotFoundException) { DB.get_item(table_name: 'clients_nowhere', key: key(1)) }
  equal error.message, 'Requested resource not found'
  fails(Errors::ResourceInUseException) { DB.create_table(CREATE) }
  error = fails(Errors::ValidationException) { DB.get_item(table_name: TABLE, key: { 'pk' => 'a' }) }
  equal [error.code, error.message], ['ValidationException', 'The provided key element does not match the schema']
end

step 'batches' do
  writes = (1..25).map { |i| { put_request: { item: key(i, 'page').merge('kind' => i.even? ? 'even' : 'odd') } } }
  equal DB.batch_write_item(request_items: { TABLE => writes }).unprocessed_items, {}
  seen = Set.new
  # the pages of the reply ask for unprocessed keys
  calls = 0
  DB.batch_get_item(request_items: { LARGE => { keys: (1..60).map { |i| { 'pk' => i.to_s } } } }).each do |page|
    seen.merge(page.responses[LARGE].map { |item| item['pk'] })
    calls += 1
  end
  equal [seen.size, calls], [60, 2]
end

step 'paging' do
  pages = DB.query(table_name: TABLE, key_condition_expression: 'pk = :p AND sk > :s', expression_attribute_values: { ':p' => 'page', ':s' => 5 },
                   limit: 8, scan_index_forward: false).map { |page| page.items.map { |item| item['sk'].to_i } }
  equal pages.map(&:size), [8, 8, 4]
  equal pages.flatten, (6..25).to_a.reverse
  equal DB.query(table_name: TABLE, index_name: 'by_kind', key_condition_expression: 'kind = :k', expression_attribute_values: { ':k' => 'odd' },
                 limit: 5).sum(&:count), 13
  equal DB.scan(table_name: TABLE, filter_expression: 'attribute_exists(kind)', limit: 10).sum(&:count), 25
end

step 'transactions' do
  DB.transact_write_items(transact_items: [
    { update: { table_name: TABLE, key: key(1), update_expression: 'ADD n :one', expression_attribute_values: { ':one' => 1 } } },
    { put: { table_name: TABLE, item: key(2) } }
  ])
  error = fails(Errors::TransactionCanceledException) do
    DB.transact_write_items(transact_items: [
      { put: { table_name: TABLE, item: key(3) } },
      { condition_check: { table_name: TABLE, key: key(1), condition_expression: 'n > :one', expression_attribute_values: { ':one' => 1 },
                           return_values_on_condition_check_failure: 'ALL_OLD' } }
    ])
  end
  equal error.data.cancellation_reasons.map(&:code), %w[None ConditionalCheckFailed]
  equal error.data.cancellation_reasons[1].item['n'], 1
  read = DB.transact_get_items(transact_items: [1, 3].map { |number| { get: { table_name: TABLE, key: key(number) } } }).responses
  equal [read[0].item['n'], read[1].item], [1, nil]
end

step 'partiql' do
  run = ->(statement, *values) { DB.execute_statement({ statement: statement.sub('TABLE', TABLE), parameters: values.empty? ? nil : values }.compact).items }
  run.call(%q(INSERT INTO "TABLE" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}), 'ql', 1)
  equal run.call('SELECT a FROM "TABLE" WHERE pk = ? AND sk = ?', 'ql', 1), [{ 'a' => 'b' }]
  equal run.call(%q(UPDATE "TABLE" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *)), [{ 'a' => 'c' }]
  fails(Errors::DuplicateItemException) { run.call(%q(INSERT INTO "TABLE" VALUE {'pk': 'ql', 'sk': 1})) }
  batch = DB.batch_execute_statement(statements: [TABLE, 'clients_nowhere'].map { |table| { statement: "SELECT * FROM \"#{table}\" WHERE pk = 'ql' AND sk = 1" } })
  equal [batch.responses[0].item['a'], batch.responses[1].error.code], %w[c ResourceNotFound]
end

step 'streams' do
  [1, 2].each { |value| DB.put_item(table_name: TABLE, item: key(1, 's').merge('v' => value)) }
  DB.delete_item(table_name: TABLE, key: key(1, 's'))
  arn = DB.describe_table(table_name: TABLE).table.latest_stream_arn
  streams = Aws::DynamoDBStreams::Client.new(endpoint: ENV.fetch('DYNAPG_ENDPOINT'))
  events = []
  40.times do
    events = streams.describe_stream(stream_arn: arn).stream_description.shards.flat_map do |shard|
      iterator = streams.get_shard_iterator(stream_arn: arn, shard_id: shard.shard_id, shard_iterator_type: 'TRIM_HORIZON').shard_iterator
      streams.get_records(shard_iterator: iterator).records.select { |record| record.dynamodb.keys['pk'].s == 's' }.map(&:event_name)
    end
    break if events.size == 3

    sleep 0.05
  end
  equal events, %w[INSERT MODIFY REMOVE]
end

step 'ttl' do
  DB.update_time_to_live(table_name: TABLE, time_to_live_specification: { attribute_name: 'expires', enabled: true })
  found = DB.describe_time_to_live(table_name: TABLE).time_to_live_description
  equal [found.attribute_name, found.time_to_live_status.start_with?('ENABL')], ['expires', true]
end

step 'retries' do
  lossy = client('DYNAPG_LOSSY_ENDPOINT')
  lossy.transact_write_items(transact_items: [
    { update: { table_name: TABLE, key: key(1, 'retried'), update_expression: 'ADD n :one', expression_attribute_values: { ':one' => 1 } } }
  ])
  equal lossy.get_item(table_name: TABLE, key: key(1, 'retried')).item['n'], 1
end

step 'waiters' do
  DB.delete_table(table_name: TABLE)
  DB.wait_until(:table_not_exists, { table_name: TABLE }, delay: 1)
end
