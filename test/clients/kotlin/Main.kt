// Main.kt - the clients' program with the AWS SDK for Kotlin.

import aws.sdk.kotlin.services.dynamodb.DynamoDbClient
import aws.sdk.kotlin.services.dynamodb.SdkVersion
import aws.sdk.kotlin.services.dynamodb.batchExecuteStatement
import aws.sdk.kotlin.services.dynamodb.batchGetItem
import aws.sdk.kotlin.services.dynamodb.batchWriteItem
import aws.sdk.kotlin.services.dynamodb.deleteItem
import aws.sdk.kotlin.services.dynamodb.deleteTable
import aws.sdk.kotlin.services.dynamodb.describeTable
import aws.sdk.kotlin.services.dynamodb.describeTimeToLive
import aws.sdk.kotlin.services.dynamodb.executeStatement
import aws.sdk.kotlin.services.dynamodb.getItem
import aws.sdk.kotlin.services.dynamodb.listTables
import aws.sdk.kotlin.services.dynamodb.model.*
import aws.sdk.kotlin.services.dynamodb.paginators.items
import aws.sdk.kotlin.services.dynamodb.paginators.queryPaginated
import aws.sdk.kotlin.services.dynamodb.paginators.scanPaginated
import aws.sdk.kotlin.services.dynamodb.putItem
import aws.sdk.kotlin.services.dynamodb.transactGetItems
import aws.sdk.kotlin.services.dynamodb.transactWriteItems
import aws.sdk.kotlin.services.dynamodb.updateItem
import aws.sdk.kotlin.services.dynamodb.updateTimeToLive
import aws.sdk.kotlin.services.dynamodb.waiters.waitUntilTableExists
import aws.sdk.kotlin.services.dynamodb.waiters.waitUntilTableNotExists
import aws.sdk.kotlin.services.dynamodbstreams.DynamoDbStreamsClient
import aws.sdk.kotlin.services.dynamodbstreams.describeStream
import aws.sdk.kotlin.services.dynamodbstreams.getRecords
import aws.sdk.kotlin.services.dynamodbstreams.getShardIterator
import aws.sdk.kotlin.services.dynamodbstreams.model.ShardIteratorType
import aws.smithy.kotlin.runtime.net.url.Url
import kotlin.system.exitProcess
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking

val TABLE: String = System.getenv("CLIENT_TABLE")
val LARGE: String = System.getenv("CLIENT_LARGE_TABLE")

fun s(value: String) = AttributeValue.S(value)

fun n(value: Int) = AttributeValue.N(value.toString())

fun key(pk: String, sk: Int): Map<String, AttributeValue> = mapOf("pk" to s(pk), "sk" to n(sk))

fun url(variable: String) = Url.parse(System.getenv(variable))

fun equal(found: Any?, expected: Any?) {
    check(found == expected) { "expected $expected, found $found" }
}

inline fun <reified E : Exception> fails(call: () -> Any?): E {
    val result = try {
        call()
    } catch (error: Exception) {
        return error as? E ?: throw error
    }
    error("${E::class.simpleName} expected, but the call succeeded: $result")
}

inline fun step(name: String, run: () -> Unit) {
    try {
        run()
    } catch (problem: Throwable) {
        println("FAILED: $name")
        problem.printStackTrace(System.out)
        exitProcess(1)
    }
    println("ok: $name")
}

fun hash(name: String) = KeySchemaElement { attributeName = name; keyType = KeyType.Hash }

fun range(name: String) = KeySchemaElement { attributeName = name; keyType = KeyType.Range }

fun attribute(name: String, kind: ScalarAttributeType) = AttributeDefinition { attributeName = name; attributeType = kind }

suspend fun run(db: DynamoDbClient, text: String, vararg values: AttributeValue) =
    db.executeStatement { statement = text.replace("TABLE", TABLE); if (values.isNotEmpty()) parameters = values.toList() }.items

fun main(): Unit = runBlocking {
    val db = DynamoDbClient.fromEnvironment { endpointUrl = url("DYNAPG_ENDPOINT") }
    val create = CreateTableRequest {
        tableName = TABLE
        billingMode = BillingMode.PayPerRequest
        keySchema = listOf(hash("pk"), range("sk"))
        attributeDefinitions = listOf(attribute("pk", ScalarAttributeType.S), attribute("sk", ScalarAttributeType.N), attribute("kind", ScalarAttributeType.S))
        globalSecondaryIndexes = listOf(GlobalSecondaryIndex {
            indexName = "by_kind"
            keySchema = listOf(hash("kind"), range("sk"))
            projection = Projection { projectionType = ProjectionType.All }
        })
        streamSpecification = StreamSpecification { streamEnabled = true; streamViewType = StreamViewType.NewAndOldImages }
    }
    println("version: $SdkVersion")

    step("tables") {
        equal(db.createTable(create).tableDescription?.tableStatus, TableStatus.Creating)
        db.waitUntilTableExists { tableName = TABLE }
        val table = db.describeTable { tableName = TABLE }.table!!
        equal(table.tableStatus, TableStatus.Active)
        equal(table.globalSecondaryIndexes?.get(0)?.indexStatus, IndexStatus.Active)
        equal(db.listTables { }.tableNames?.contains(TABLE), true)
    }

    step("items") {
        val whole = key("types", 1) + mapOf(
            "kind" to s("k"), "s" to s("zażółć \uD83C\uDF0D \\ \""), "n" to AttributeValue.N("0.000000000000000000000000000001"),
            "b" to AttributeValue.B(byteArrayOf(0, -1, -128)), "bool" to AttributeValue.Bool(true), "null" to AttributeValue.Null(true),
            "l" to AttributeValue.L(listOf(n(1), AttributeValue.M(mapOf()))), "m" to AttributeValue.M(mapOf("a" to s(""))),
            "ss" to AttributeValue.Ss(listOf("a", "b")), "ns" to AttributeValue.Ns(listOf("10")),
        )
        db.putItem { tableName = TABLE; item = whole + ("bs" to AttributeValue.Bs(listOf(byteArrayOf(1)))) }
        val found = db.getItem { tableName = TABLE; key = key("types", 1); consistentRead = true }.item!!
        equal(found - "bs", whole)
        equal(found["bs"]?.asBs()?.single()?.toList(), listOf<Byte>(1))
        equal(db.updateItem {
            tableName = TABLE
            key = key("types", 1)
            updateExpression = "SET #c = if_not_exists(#c, :zero) + :one REMOVE s"
            expressionAttributeNames = mapOf("#c" to "count")
            expressionAttributeValues = mapOf(":zero" to n(0), ":one" to n(1))
            returnValues = ReturnValue.UpdatedNew
        }.attributes, mapOf("count" to n(1)))
        equal(db.deleteItem { tableName = TABLE; key = key("types", 1); returnValues = ReturnValue.AllOld }.attributes?.get("count"), n(1))
        equal(db.getItem { tableName = TABLE; key = key("types", 1) }.item, null)
    }

    step("conditions") {
        suspend fun put(value: String) = db.putItem {
            tableName = TABLE
            item = key("once", 1) + ("a" to s(value))
            conditionExpression = "attribute_not_exists(pk)"
            returnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.AllOld
        }
        put("first")
        val error = fails<ConditionalCheckFailedException> { put("second") }
        equal(error.message, "The conditional request failed")
        equal(error.item?.get("a"), s("first"))
    }

    step("errors") {
        equal(fails<ResourceNotFoundException> { db.getItem { tableName = "clients_nowhere"; key = key("a", 1) } }.message, "Requested resource not found")
        fails<ResourceInUseException> { db.createTable(create) }
        val error = fails<DynamoDbException> { db.getItem { tableName = TABLE; key = mapOf("pk" to s("a")) } }
        equal(error.sdkErrorMetadata.errorCode, "ValidationException")
        equal(error.sdkErrorMetadata.errorMessage, "The provided key element does not match the schema")
    }

    step("batches") {
        val writes = (1..25).map { i ->
            WriteRequest { putRequest = PutRequest { item = key("page", i) + ("kind" to s(if (i % 2 == 0) "even" else "odd")) } }
        }
        equal(db.batchWriteItem { requestItems = mapOf(TABLE to writes) }.unprocessedItems.orEmpty(), mapOf<String, Any>())
        var request = mapOf(LARGE to KeysAndAttributes { keys = (1..60).map { mapOf("pk" to s(it.toString())) } })
        val seen = mutableSetOf<String>()
        var calls = 0
        while (request.isNotEmpty()) {
            val reply = db.batchGetItem { requestItems = request }
            seen += reply.responses!![LARGE]!!.map { it["pk"]!!.asS() }
            request = reply.unprocessedKeys.orEmpty()
            calls++
        }
        equal(listOf(seen.size, calls), listOf(60, 2))
    }

    step("paging") {
        val query = QueryRequest {
            tableName = TABLE
            keyConditionExpression = "pk = :p AND sk > :s"
            expressionAttributeValues = mapOf(":p" to s("page"), ":s" to n(5))
            limit = 8
            scanIndexForward = false
        }
        equal(db.queryPaginated(query).map { it.count }.toList(), listOf(8, 8, 4))
        equal(db.queryPaginated(query).items().map { it["sk"]!!.asN().toInt() }.toList(), (6..25).reversed().toList())
        equal(db.queryPaginated {
            tableName = TABLE
            indexName = "by_kind"
            keyConditionExpression = "kind = :k"
            expressionAttributeValues = mapOf(":k" to s("odd"))
            limit = 5
        }.items().toList().size, 13)
        equal(db.scanPaginated { tableName = TABLE; filterExpression = "attribute_exists(kind)"; limit = 10 }.items().toList().size, 25)
    }

    step("transactions") {
        fun put(number: Int) = TransactWriteItem { put = Put { tableName = TABLE; item = key("t", number) } }
        db.transactWriteItems {
            transactItems = listOf(TransactWriteItem {
                update = Update {
                    tableName = TABLE
                    key = key("t", 1)
                    updateExpression = "ADD n :one"
                    expressionAttributeValues = mapOf(":one" to n(1))
                }
            }, put(2))
        }
        val error = fails<TransactionCanceledException> {
            db.transactWriteItems {
                transactItems = listOf(put(3), TransactWriteItem {
                    conditionCheck = ConditionCheck {
                        tableName = TABLE
                        key = key("t", 1)
                        conditionExpression = "n > :one"
                        expressionAttributeValues = mapOf(":one" to n(1))
                        returnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.AllOld
                    }
                })
            }
        }
        equal(error.cancellationReasons?.map { it.code }, listOf("None", "ConditionalCheckFailed"))
        equal(error.cancellationReasons?.get(1)?.item?.get("n"), n(1))
        val read = db.transactGetItems {
            transactItems = listOf(1, 3).map { number -> TransactGetItem { get = Get { tableName = TABLE; key = key("t", number) } } }
        }.responses!!
        equal(read[0].item?.get("n"), n(1))
        equal(read[1].item, null)
    }

    step("partiql") {
        run(db, "INSERT INTO \"TABLE\" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}", s("ql"), n(1))
        equal(run(db, "SELECT a FROM \"TABLE\" WHERE pk = ? AND sk = ?", s("ql"), n(1)), listOf(mapOf("a" to s("b"))))
        equal(run(db, "UPDATE \"TABLE\" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *"), listOf(mapOf("a" to s("c"))))
        fails<DuplicateItemException> { run(db, "INSERT INTO \"TABLE\" VALUE {'pk': 'ql', 'sk': 1}") }
        val batch = db.batchExecuteStatement {
            statements = listOf(TABLE, "clients_nowhere").map { BatchStatementRequest { statement = "SELECT * FROM \"$it\" WHERE pk = 'ql' AND sk = 1" } }
        }.responses!!
        equal(batch[0].item?.get("a"), s("c"))
        equal(batch[1].error?.code, BatchStatementErrorCodeEnum.ResourceNotFound)
    }

    step("streams") {
        for (value in 1..2) {
            db.putItem { tableName = TABLE; item = key("s", 1) + ("v" to n(value)) }
        }
        db.deleteItem { tableName = TABLE; key = key("s", 1) }
        val arn = db.describeTable { tableName = TABLE }.table!!.latestStreamArn
        val streams = DynamoDbStreamsClient.fromEnvironment { endpointUrl = url("DYNAPG_ENDPOINT") }
        var events = listOf<String>()
        for (attempt in 1..40) {
            events = streams.describeStream { streamArn = arn }.streamDescription!!.shards!!.flatMap { shard ->
                val iterator = streams.getShardIterator {
                    streamArn = arn
                    shardId = shard.shardId
                    shardIteratorType = ShardIteratorType.TrimHorizon
                }.shardIterator
                streams.getRecords { shardIterator = iterator }.records!!.filter { it.dynamodb!!.keys!!["pk"]!!.asS() == "s" }.map { it.eventName!!.value }
            }
            if (events.size == 3) break
            delay(50)
        }
        equal(events, listOf("INSERT", "MODIFY", "REMOVE"))
    }

    step("ttl") {
        db.updateTimeToLive { tableName = TABLE; timeToLiveSpecification = TimeToLiveSpecification { attributeName = "expires"; enabled = true } }
        val found = db.describeTimeToLive { tableName = TABLE }.timeToLiveDescription!!
        equal(found.attributeName, "expires")
        equal(found.timeToLiveStatus!!.value.startsWith("ENABL"), true)
    }

    step("retries") {
        val lossy = DynamoDbClient.fromEnvironment { endpointUrl = url("DYNAPG_LOSSY_ENDPOINT") }
        lossy.transactWriteItems {
            transactItems = listOf(TransactWriteItem {
                update = Update {
                    tableName = TABLE
                    key = key("retried", 1)
                    updateExpression = "ADD n :one"
                    expressionAttributeValues = mapOf(":one" to n(1))
                }
            })
        }
        equal(lossy.getItem { tableName = TABLE; key = key("retried", 1) }.item?.get("n"), n(1))
    }

    step("waiters") {
        db.deleteTable { tableName = TABLE }
        db.waitUntilTableNotExists { tableName = TABLE }
    }
    exitProcess(0)
}
