// Sdk.java - the clients' program with the AWS SDK for Java v2.

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

public final class Sdk {
  private static final String TABLE = Steps.TABLE;

  private static AttributeValue s(String value) {
    return AttributeValue.fromS(value);
  }

  private static AttributeValue n(int value) {
    return AttributeValue.fromN(Integer.toString(value));
  }

  private static Map<String, AttributeValue> key(String pk, int sk) {
    return new HashMap<>(Map.of("pk", s(pk), "sk", n(sk)));
  }

  private static Map<String, AttributeValue> with(Map<String, AttributeValue> base, String name, AttributeValue value) {
    base.put(name, value);
    return base;
  }

  private static List<Map<String, AttributeValue>> run(DynamoDbClient db, String statement, AttributeValue... parameters) {
    return db.executeStatement(r -> {
      r.statement(statement.formatted(TABLE));
      if (parameters.length > 0) {
        r.parameters(parameters);
      }
    }).items();
  }

  public static void main(String[] arguments) {
    DynamoDbClient db = Steps.client("DYNAPG_ENDPOINT");
    CreateTableRequest create = CreateTableRequest.builder().tableName(TABLE).billingMode(BillingMode.PAY_PER_REQUEST)
        .keySchema(k -> k.attributeName("pk").keyType(KeyType.HASH), k -> k.attributeName("sk").keyType(KeyType.RANGE))
        .attributeDefinitions(a -> a.attributeName("pk").attributeType("S"), a -> a.attributeName("sk").attributeType("N"),
            a -> a.attributeName("kind").attributeType("S"))
        .globalSecondaryIndexes(i -> i.indexName("by_kind").projection(p -> p.projectionType(ProjectionType.ALL))
            .keySchema(k -> k.attributeName("kind").keyType(KeyType.HASH), k -> k.attributeName("sk").keyType(KeyType.RANGE)))
        .streamSpecification(x -> x.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)).build();
    Steps.printVersion();

    Steps.step("tables", () -> {
      Steps.equal(db.createTable(create).tableDescription().tableStatus(), TableStatus.CREATING);
      db.waiter().waitUntilTableExists(r -> r.tableName(TABLE));
      TableDescription table = db.describeTable(r -> r.tableName(TABLE)).table();
      Steps.equal(table.tableStatus(), TableStatus.ACTIVE);
      Steps.equal(table.globalSecondaryIndexes().get(0).indexStatus(), IndexStatus.ACTIVE);
      Steps.equal(db.listTablesPaginator(r -> r.limit(1)).tableNames().stream().anyMatch(TABLE::equals), true);
    });

    Steps.step("items", () -> {
      Map<String, AttributeValue> item = key("types", 1);
      item.putAll(Map.of("kind", s("k"), "s", s("zażółć \uD83C\uDF0D \\ \""), "n", AttributeValue.fromN("0.000000000000000000000000000001"),
          "b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, -128})), "bool", AttributeValue.fromBool(true),
          "null", AttributeValue.fromNul(true), "l", AttributeValue.fromL(List.of(n(1), AttributeValue.fromM(Map.of()))),
          "m", AttributeValue.fromM(Map.of("a", s("")))));
      item.putAll(Map.of("ss", AttributeValue.fromSs(List.of("a", "b")), "ns", AttributeValue.fromNs(List.of("10")),
          "bs", AttributeValue.fromBs(List.of(SdkBytes.fromByteArray(new byte[] {1})))));
      db.putItem(r -> r.tableName(TABLE).item(item));
      Steps.equal(db.getItem(r -> r.tableName(TABLE).key(key("types", 1)).consistentRead(true)).item(), item);
      Steps.equal(db.updateItem(r -> r.tableName(TABLE).key(key("types", 1)).updateExpression("SET #c = if_not_exists(#c, :zero) + :one REMOVE s")
          .expressionAttributeNames(Map.of("#c", "count")).expressionAttributeValues(Map.of(":zero", n(0), ":one", n(1)))
          .returnValues(ReturnValue.UPDATED_NEW)).attributes(), Map.of("count", n(1)));
      Steps.equal(db.deleteItem(r -> r.tableName(TABLE).key(key("types", 1)).returnValues(ReturnValue.ALL_OLD)).attributes().get("count"), n(1));
      Steps.equal(db.getItem(r -> r.tableName(TABLE).key(key("types", 1))).hasItem(), false);
    });

    Steps.step("conditions", () -> {
      PutItemRequest put = PutItemRequest.builder().tableName(TABLE).item(with(key("once", 1), "a", s("first")))
          .conditionExpression("attribute_not_exists(pk)").returnValuesOnConditionCheckFailure("ALL_OLD").build();
      db.putItem(put);
      ConditionalCheckFailedException error = Steps.fails(ConditionalCheckFailedException.class,
          () -> db.putItem(put.toBuilder().item(with(key("once", 1), "a", s("second"))).build()));
      Steps.equal(error.awsErrorDetails().errorMessage(), "The conditional request failed");
      Steps.equal(error.item().get("a"), s("first"));
    });

    Steps.step("errors", () -> {
      Steps.equal(Steps.fails(ResourceNotFoundException.class, () -> db.getItem(r -> r.tableName("clients_nowhere").key(key("a", 1))))
          .awsErrorDetails().errorMessage(), "Requested resource not found");
      Steps.fails(ResourceInUseException.class, () -> db.createTable(create));
      DynamoDbException error = Steps.fails(DynamoDbException.class, () -> db.getItem(r -> r.tableName(TABLE).key(Map.of("pk", s("a")))));
      Steps.equal(error.awsErrorDetails().errorCode(), "ValidationException");
      Steps.equal(error.awsErrorDetails().errorMessage(), "The provided key element does not match the schema");
      Steps.equal(error.statusCode(), 400);
      Steps.equal(error.requestId().length(), 52);
    });

    Steps.step("batches", () -> {
      List<WriteRequest> writes = IntStream.rangeClosed(1, 25).mapToObj(i -> WriteRequest.builder()
          .putRequest(p -> p.item(with(key("page", i), "kind", s(i % 2 == 0 ? "even" : "odd")))).build()).toList();
      Steps.equal(db.batchWriteItem(r -> r.requestItems(Map.of(TABLE, writes))).unprocessedItems(), Map.of());
      Set<String> seen = new HashSet<>();
      List<Map<String, AttributeValue>> keys = IntStream.rangeClosed(1, 60).mapToObj(i -> Map.of("pk", s(Integer.toString(i)))).toList();
      // the paginator asks for unprocessed keys
      List<BatchGetItemResponse> pages = db.batchGetItemPaginator(r -> r.requestItems(Map.of(Steps.LARGE,
          KeysAndAttributes.builder().keys(keys).build()))).stream().toList();
      pages.forEach(page -> page.responses().get(Steps.LARGE).forEach(item -> seen.add(item.get("pk").s())));
      Steps.equal(List.of(seen.size(), pages.size()), List.of(60, 2));
    });

    Steps.step("paging", () -> {
      QueryRequest query = QueryRequest.builder().tableName(TABLE).keyConditionExpression("pk = :p AND sk > :s")
          .expressionAttributeValues(Map.of(":p", s("page"), ":s", n(5))).limit(8).scanIndexForward(false).build();
      Steps.equal(db.queryPaginator(query).stream().map(QueryResponse::count).toList(), List.of(8, 8, 4));
      Steps.equal(db.queryPaginator(query).items().stream().map(item -> Integer.parseInt(item.get("sk").n())).toList(),
          IntStream.rangeClosed(1, 20).mapToObj(i -> 26 - i).toList());
      Steps.equal(db.queryPaginator(r -> r.tableName(TABLE).indexName("by_kind").keyConditionExpression("kind = :k")
          .expressionAttributeValues(Map.of(":k", s("odd"))).limit(5)).items().stream().count(), 13L);
      Steps.equal(db.scanPaginator(r -> r.tableName(TABLE).filterExpression("attribute_exists(kind)").limit(10)).items().stream().count(), 25L);
    });

    Steps.step("transactions", () -> {
      db.transactWriteItems(r -> r.transactItems(
          t -> t.update(u -> u.tableName(TABLE).key(key("t", 1)).updateExpression("ADD n :one").expressionAttributeValues(Map.of(":one", n(1)))),
          t -> t.put(p -> p.tableName(TABLE).item(key("t", 2)))));
      TransactionCanceledException error = Steps.fails(TransactionCanceledException.class, () -> db.transactWriteItems(r -> r.transactItems(
          t -> t.put(p -> p.tableName(TABLE).item(key("t", 3))),
          t -> t.conditionCheck(c -> c.tableName(TABLE).key(key("t", 1)).conditionExpression("n > :one")
              .expressionAttributeValues(Map.of(":one", n(1))).returnValuesOnConditionCheckFailure("ALL_OLD")))));
      Steps.equal(error.cancellationReasons().stream().map(CancellationReason::code).toList(), List.of("None", "ConditionalCheckFailed"));
      Steps.equal(error.cancellationReasons().get(1).item().get("n"), n(1));
      List<ItemResponse> read = db.transactGetItems(r -> r.transactItems(
          t -> t.get(g -> g.tableName(TABLE).key(key("t", 1))), t -> t.get(g -> g.tableName(TABLE).key(key("t", 3))))).responses();
      Steps.equal(read.get(0).item().get("n"), n(1));
      Steps.equal(read.get(1).hasItem(), false);
    });

    Steps.step("partiql", () -> {
      run(db, "INSERT INTO \"%s\" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}", s("ql"), n(1));
      Steps.equal(run(db, "SELECT a FROM \"%s\" WHERE pk = ? AND sk = ?", s("ql"), n(1)), List.of(Map.of("a", s("b"))));
      Steps.equal(run(db, "UPDATE \"%s\" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *"), List.of(Map.of("a", s("c"))));
      Steps.fails(DuplicateItemException.class, () -> run(db, "INSERT INTO \"%s\" VALUE {'pk': 'ql', 'sk': 1}"));
      List<BatchStatementResponse> batch = db.batchExecuteStatement(r -> r.statements(
          x -> x.statement("SELECT * FROM \"%s\" WHERE pk = 'ql' AND sk = 1".formatted(TABLE)),
          x -> x.statement("SELECT * FROM \"clients_nowhere\" WHERE pk = 'ql' AND sk = 1"))).responses();
      Steps.equal(batch.get(0).item().get("a"), s("c"));
      Steps.equal(batch.get(1).error().code(), BatchStatementErrorCodeEnum.RESOURCE_NOT_FOUND);
    });

    Steps.step("streams", () -> {
      db.putItem(r -> r.tableName(TABLE).item(with(key("s", 1), "v", n(1))));
      db.putItem(r -> r.tableName(TABLE).item(with(key("s", 1), "v", n(2))));
      db.deleteItem(r -> r.tableName(TABLE).key(key("s", 1)));
      String arn = db.describeTable(r -> r.tableName(TABLE)).table().latestStreamArn();
      DynamoDbStreamsClient streams = DynamoDbStreamsClient.builder().endpointOverride(Steps.endpoint("DYNAPG_ENDPOINT")).build();
      List<String> events = new ArrayList<>();
      for (int attempt = 0; attempt < 40 && events.size() < 3; attempt++) {
        events.clear();
        for (Shard shard : streams.describeStream(r -> r.streamArn(arn)).streamDescription().shards()) {
          String iterator = streams.getShardIterator(r -> r.streamArn(arn).shardId(shard.shardId())
              .shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
          streams.getRecords(r -> r.shardIterator(iterator)).records().stream().filter(x -> x.dynamodb().keys().get("pk").s().equals("s"))
              .forEach(x -> events.add(x.eventName() + " " + (x.dynamodb().newImage().containsKey("v") ? x.dynamodb().newImage().get("v").n() : "-")));
        }
        Thread.sleep(50);
      }
      Steps.equal(events, List.of("INSERT 1", "MODIFY 2", "REMOVE -"));
    });

    Steps.step("ttl", () -> {
      db.updateTimeToLive(r -> r.tableName(TABLE).timeToLiveSpecification(t -> t.attributeName("expires").enabled(true)));
      TimeToLiveDescription found = db.describeTimeToLive(r -> r.tableName(TABLE)).timeToLiveDescription();
      Steps.equal(found.attributeName(), "expires");
      Steps.equal(found.timeToLiveStatusAsString().startsWith("ENABL"), true);
    });

    Steps.step("retries", () -> {
      DynamoDbClient lossy = Steps.client("DYNAPG_LOSSY_ENDPOINT");
      lossy.transactWriteItems(r -> r.transactItems(t -> t.update(u -> u.tableName(TABLE).key(key("retried", 1))
          .updateExpression("ADD n :one").expressionAttributeValues(Map.of(":one", n(1))))));
      Steps.equal(lossy.getItem(r -> r.tableName(TABLE).key(key("retried", 1))).item().get("n"), n(1));
    });

    Steps.step("waiters", () -> {
      db.deleteTable(r -> r.tableName(TABLE));
      db.waiter().waitUntilTableNotExists(r -> r.tableName(TABLE));
    });
  }
}
