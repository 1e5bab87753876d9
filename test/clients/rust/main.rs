// main.rs - the clients' program with the AWS SDK for Rust.
//
// Each step prints "ok: STEP"; the first difference ends the program with status 101.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::*;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodbstreams::types::ShardIteratorType;

type Item = HashMap<String, AttributeValue>;

fn env(name: &str) -> String {
    std::env::var(name).unwrap()
}

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn n(value: i32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item<const N: usize>(members: [(&str, AttributeValue); N]) -> Item {
    members.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

fn key(pk: &str, sk: i32) -> Item {
    item([("pk", s(pk)), ("sk", n(sk))])
}

fn with(mut base: Item, name: &str, value: AttributeValue) -> Item {
    base.insert(name.into(), value);
    base
}

// Where the panic of a step says which one it is.
fn done(step: &str) {
    println!("ok: {step}");
}

fn service_error<T: std::fmt::Debug, E: std::fmt::Debug, R: std::fmt::Debug>(result: Result<T, SdkError<E, R>>) -> E {
    match result {
        Err(SdkError::ServiceError(error)) => error.into_err(),
        other => panic!("an error of the service expected, found {other:?}"),
    }
}

fn schema(name: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(key_type).build().unwrap()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
}

async fn config() -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(env("DYNAPG_ENDPOINT"))
        .load()
        .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let shared = config().await;
    let db = Client::new(&shared);
    let table = env("CLIENT_TABLE");
    let patience = Duration::from_secs(20);
    println!("version: {}", aws_sdk_dynamodb::meta::PKG_VERSION);

    // tables
    let create = db
        .create_table()
        .table_name(&table)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(schema("pk", KeyType::Hash))
        .key_schema(schema("sk", KeyType::Range))
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("sk", ScalarAttributeType::N))
        .attribute_definitions(attribute("kind", ScalarAttributeType::S))
        .global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name("by_kind")
                .key_schema(schema("kind", KeyType::Hash))
                .key_schema(schema("sk", KeyType::Range))
                .projection(Projection::builder().projection_type(ProjectionType::All).build())
                .build()
                .unwrap(),
        )
        .stream_specification(
            StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewAndOldImages).build().unwrap(),
        );
    let made = create.clone().send().await.unwrap().table_description.unwrap();
    assert_eq!(made.table_status, Some(TableStatus::Creating));
    db.wait_until_table_exists().table_name(&table).wait(patience).await.unwrap();
    let found = db.describe_table().table_name(&table).send().await.unwrap().table.unwrap();
    assert_eq!(found.table_status, Some(TableStatus::Active));
    assert_eq!(found.global_secondary_indexes()[0].index_status, Some(IndexStatus::Active));
    assert!(db.list_tables().send().await.unwrap().table_names().contains(&table));
    done("tables");

    // items
    let whole = Item::from_iter(
        [
            ("pk", s("types")),
            ("sk", n(1)),
            ("kind", s("k")),
            ("s", s("zażółć \u{1f30d} \\ \"")),
            ("n", AttributeValue::N("0.000000000000000000000000000001".into())),
            ("b", AttributeValue::B(Blob::new(vec![0, 255, 128]))),
            ("bool", AttributeValue::Bool(true)),
            ("null", AttributeValue::Null(true)),
            ("l", AttributeValue::L(vec![n(1), AttributeValue::M(HashMap::new())])),
            ("m", AttributeValue::M(item([("a", s(""))]))),
            ("ss", AttributeValue::Ss(vec!["a".into(), "b".into()])),
            ("ns", AttributeValue::Ns(vec!["10".into()])),
            ("bs", AttributeValue::Bs(vec![Blob::new(vec![1])])),
        ]
        .map(|(name, value)| (name.to_string(), value)),
    );
    db.put_item().table_name(&table).set_item(Some(whole.clone())).send().await.unwrap();
    let get = |pk: &str, sk: i32| db.get_item().table_name(&table).set_key(Some(key(pk, sk))).send();
    assert_eq!(get("types", 1).await.unwrap().item, Some(whole));
    let updated = db
        .update_item()
        .table_name(&table)
        .set_key(Some(key("types", 1)))
        .update_expression("SET #c = if_not_exists(#c, :zero) + :one REMOVE s")
        .expression_attribute_names("#c", "count")
        .expression_attribute_values(":zero", n(0))
        .expression_attribute_values(":one", n(1))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
        .unwrap();
    assert_eq!(updated.attributes, Some(item([("count", n(1))])));
    let deleted = db.delete_item().table_name(&table).set_key(Some(key("types", 1))).return_values(ReturnValue::AllOld).send().await.unwrap();
    assert_eq!(deleted.attributes.unwrap()["count"], n(1));
    assert_eq!(get("types", 1).await.unwrap().item, None);
    done("items");

    // conditions
    let put = |value: &str| {
        db.put_item()
            .table_name(&table)
            .set_item(Some(with(key("once", 1), "a", s(value))))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    put("first").await.unwrap();
    let error = service_error(put("second").await);
    assert_eq!(error.message(), Some("The conditional request failed"));
    match error {
        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) => assert_eq!(failed.item.unwrap()["a"], s("first")),
        other => panic!("{other:?}"),
    }
    done("conditions");

    // errors
    let error = service_error(db.get_item().table_name("clients_nowhere").set_key(Some(key("a", 1))).send().await);
    assert!(error.is_resource_not_found_exception());
    assert_eq!(error.message(), Some("Requested resource not found"));
    assert!(service_error(create.send().await).is_resource_in_use_exception());
    let error = service_error(db.get_item().table_name(&table).key("pk", s("a")).send().await);
    assert_eq!(error.code(), Some("ValidationException"));
    assert_eq!(error.message(), Some("The provided key element does not match the schema"));
    done("errors");

    // batches
    let writes = (1..=25)
        .map(|i| {
            let put = PutRequest::builder().set_item(Some(with(key("page", i), "kind", s(if i % 2 == 0 { "even" } else { "odd" })))).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    let written = db.batch_write_item().request_items(&table, writes).send().await.unwrap();
    assert_eq!(written.unprocessed_items.unwrap_or_default().len(), 0);
    let large = env("CLIENT_LARGE_TABLE");
    let keys = (1..=60).map(|i| item([("pk", s(&i.to_string()))])).collect();
    let mut request = HashMap::from([(large.clone(), KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap())]);
    let (mut calls, mut seen) = (0, BTreeSet::new());
    while !request.is_empty() {
        let reply = db.batch_get_item().set_request_items(Some(request)).send().await.unwrap();
        seen.extend(reply.responses.unwrap()[&large].iter().map(|found| found["pk"].as_s().unwrap().clone()));
        request = reply.unprocessed_keys.unwrap_or_default();
        calls += 1;
    }
    assert_eq!((seen.len(), calls), (60, 2));
    done("batches");

    // paging
    let mut pages = db
        .query()
        .table_name(&table)
        .key_condition_expression("pk = :p AND sk > :s")
        .expression_attribute_values(":p", s("page"))
        .expression_attribute_values(":s", n(5))
        .limit(8)
        .scan_index_forward(false)
        .into_paginator()
        .send();
    let (mut counts, mut order) = (vec![], vec![]);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        counts.push(page.count);
        order.extend(page.items().iter().map(|found| found["sk"].as_n().unwrap().parse::<i32>().unwrap()));
    }
    assert_eq!(counts, [8, 8, 4]);
    assert_eq!(order, (6..=25).rev().collect::<Vec<_>>());
    let of_kind = db
        .query()
        .table_name(&table)
        .index_name("by_kind")
        .key_condition_expression("kind = :k")
        .expression_attribute_values(":k", s("odd"))
        .into_paginator()
        .page_size(5)
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .unwrap();
    assert_eq!(of_kind.len(), 13);
    let scanned = db.scan().table_name(&table).filter_expression("attribute_exists(kind)").limit(10).into_paginator().items().send();
    assert_eq!(scanned.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 25);
    done("paging");

    // transactions
    let add = Update::builder()
        .table_name(&table)
        .set_key(Some(key("t", 1)))
        .update_expression("ADD n :one")
        .expression_attribute_values(":one", n(1))
        .build()
        .unwrap();
    let put = |sk| TransactWriteItem::builder().put(Put::builder().table_name(&table).set_item(Some(key("t", sk))).build().unwrap()).build();
    db.transact_write_items().transact_items(TransactWriteItem::builder().update(add).build()).transact_items(put(2)).send().await.unwrap();
    let check = ConditionCheck::builder()
        .table_name(&table)
        .set_key(Some(key("t", 1)))
        .condition_expression("n > :one")
        .expression_attribute_values(":one", n(1))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    let error = service_error(
        db.transact_write_items().transact_items(put(3)).transact_items(TransactWriteItem::builder().condition_check(check).build()).send().await,
    );
    match error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(canceled) => {
            let reasons = canceled.cancellation_reasons();
            assert_eq!(reasons[0].code(), Some("None"));
            assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
            assert_eq!(reasons[1].item().unwrap()["n"], n(1));
        }
        other => panic!("{other:?}"),
    }
    let read = |sk| TransactGetItem::builder().get(Get::builder().table_name(&table).set_key(Some(key("t", sk))).build().unwrap()).build();
    let found = db.transact_get_items().transact_items(read(1)).transact_items(read(3)).send().await.unwrap().responses.unwrap();
    assert_eq!(found[0].item().unwrap()["n"], n(1));
    assert_eq!(found[1].item(), None);
    done("transactions");

    // partiql
    let run = |statement: &str, parameters: Vec<AttributeValue>| {
        let parameters = if parameters.is_empty() { None } else { Some(parameters) };
        db.execute_statement().statement(statement.replace("TABLE", &table)).set_parameters(parameters).send()
    };
    run("INSERT INTO \"TABLE\" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}", vec![s("ql"), n(1)]).await.unwrap();
    let found = run("SELECT a FROM \"TABLE\" WHERE pk = ? AND sk = ?", vec![s("ql"), n(1)]).await.unwrap();
    assert_eq!(found.items(), [item([("a", s("b"))])]);
    let found = run("UPDATE \"TABLE\" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *", vec![]).await.unwrap();
    assert_eq!(found.items(), [item([("a", s("c"))])]);
    assert!(service_error(run("INSERT INTO \"TABLE\" VALUE {'pk': 'ql', 'sk': 1}", vec![]).await).is_duplicate_item_exception());
    let select = |table: &str| {
        BatchStatementRequest::builder().statement(format!("SELECT * FROM \"{table}\" WHERE pk = 'ql' AND sk = 1")).build().unwrap()
    };
    let batch = db.batch_execute_statement().statements(select(&table)).statements(select("clients_nowhere")).send().await.unwrap().responses.unwrap();
    assert_eq!(batch[0].item().unwrap()["a"], s("c"));
    assert_eq!(batch[1].error().unwrap().code(), Some(&BatchStatementErrorCodeEnum::ResourceNotFound));
    done("partiql");

    // streams
    for value in [1, 2] {
        db.put_item().table_name(&table).set_item(Some(with(key("s", 1), "v", n(value)))).send().await.unwrap();
    }
    db.delete_item().table_name(&table).set_key(Some(key("s", 1))).send().await.unwrap();
    let arn = db.describe_table().table_name(&table).send().await.unwrap().table.unwrap().latest_stream_arn.unwrap();
    let reader = aws_sdk_dynamodbstreams::Client::new(&shared);
    let mut events = vec![];
    for _ in 0..40 {
        events.clear();
        let description = reader.describe_stream().stream_arn(&arn).send().await.unwrap().stream_description.unwrap();
        for shard in description.shards() {
            let iterator = reader
                .get_shard_iterator()
                .stream_arn(&arn)
                .set_shard_id(shard.shard_id.clone())
                .shard_iterator_type(ShardIteratorType::TrimHorizon)
                .send()
                .await
                .unwrap()
                .shard_iterator;
            for record in reader.get_records().set_shard_iterator(iterator).send().await.unwrap().records() {
                if record.dynamodb().unwrap().keys().unwrap()["pk"].as_s().unwrap() == "s" {
                    events.push(record.event_name().unwrap().as_str().to_string());
                }
            }
        }
        if events.len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(events, ["INSERT", "MODIFY", "REMOVE"]);
    done("streams");

    // ttl
    let specification = TimeToLiveSpecification::builder().attribute_name("expires").enabled(true).build().unwrap();
    db.update_time_to_live().table_name(&table).time_to_live_specification(specification).send().await.unwrap();
    let found = db.describe_time_to_live().table_name(&table).send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(found.attribute_name(), Some("expires"));
    assert!(found.time_to_live_status().unwrap().as_str().starts_with("ENABL"));
    done("ttl");

    // retries
    let lossy = Client::from_conf(aws_sdk_dynamodb::config::Builder::from(&shared).endpoint_url(env("DYNAPG_LOSSY_ENDPOINT")).build());
    let add = Update::builder()
        .table_name(&table)
        .set_key(Some(key("retried", 1)))
        .update_expression("ADD n :one")
        .expression_attribute_values(":one", n(1))
        .build()
        .unwrap();
    lossy.transact_write_items().transact_items(TransactWriteItem::builder().update(add).build()).send().await.unwrap();
    let found = lossy.get_item().table_name(&table).set_key(Some(key("retried", 1))).send().await.unwrap();
    assert_eq!(found.item.unwrap()["n"], n(1));
    done("retries");

    // waiters
    db.delete_table().table_name(&table).send().await.unwrap();
    db.wait_until_table_not_exists().table_name(&table).wait(patience).await.unwrap();
    done("waiters");
}
